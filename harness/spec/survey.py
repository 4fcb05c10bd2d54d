"""Everything that `harness validate` is pointed at: what is valid, and what is wrong with the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from harness.spec.digest import digest_of
from harness.spec.document import Document
from harness.spec.folder import SUBMISSION_FILE, holds_no_submission, unreadable
from harness.spec.load import (
    check_benchmark,
    check_document,
    check_ruleset,
    check_submission,
    load_benchmarks,
    load_ruleset,
)
from harness.spec.model import Benchmark, Ruleset
from harness.spec.problem import InvalidSpecification, Problem, in_order, nearest_word, shown, shown_path
from harness.spec.schema import default_values, kinds, schemas
from harness.spec.strict_json import read_json
from harness.spec.strict_yaml import read_yaml

_SUBMISSIONS = "submissions"


@dataclass(frozen=True)
class Valid:
    """One valid thing: ``kind`` is its schema's name, ``about`` a few words on it."""

    file: str
    kind: str
    name: str
    about: str
    digest: str


@dataclass(frozen=True)
class Report:
    """What a survey found. All is well where there are no problems."""

    valid: tuple[Valid, ...]
    problems: tuple[Problem, ...]

    def to_json(self) -> dict[str, Any]:
        """As ``harness validate --json`` prints it."""
        return {"valid": [asdict(one) for one in self.valid], "problems": [one.to_json() for one in self.problems]}


def survey(paths: Sequence[Path]) -> Report:
    """Look at submissions, folders of them, and files of any of our formats; without paths, at ``./submissions``."""
    work = _Survey()
    for path in paths or (Path(_SUBMISSIONS),):
        work.look_at(path)
    return Report(tuple(dict.fromkeys(work.valid)), tuple(in_order(work.problems)))


class _Survey:
    def __init__(self) -> None:
        self.valid: list[Valid] = []
        self.problems: list[Problem] = []

    @cached_property
    def _rules(self) -> tuple[Ruleset, tuple[Benchmark, ...]] | None:
        """What submissions are held against; None, with the problems noted, where these files are broken themselves."""
        try:
            return load_ruleset(), load_benchmarks()
        except InvalidSpecification as error:
            self.problems.extend(error.problems)
            return None

    def look_at(self, path: Path) -> None:
        try:
            self._dispatch(path)
        except OSError as error:
            self.problems.append(unreadable(path, error))

    def _dispatch(self, path: Path) -> None:
        if path.is_dir():
            self._folder(path)
        elif path.name == SUBMISSION_FILE:
            self._submission(path)
        elif path.is_file():
            self._file(path)
        elif path.exists():
            self._note(path, "is neither a folder nor a file")
        elif path == Path(_SUBMISSIONS):
            self._note(path, "there is no such folder here; give the path of a submission, or change to the checkout")
        elif path.suffix in (".yaml", ".json"):
            self._note(path, "there is no such file")
        else:
            self._submission(path)

    def _folder(self, folder: Path) -> None:
        if (folder / SUBMISSION_FILE).is_symlink() or (folder / SUBMISSION_FILE).exists():
            self._submission(folder)
            return
        inner = sorted(one for one in folder.iterdir() if one.is_dir() and not one.name.startswith("."))
        if folder.resolve().name != _SUBMISSIONS and not any((one / SUBMISSION_FILE).exists() for one in inner):
            self.problems.append(holds_no_submission(folder))
        elif not inner:
            self._note(folder, "holds no submissions; `harness new NAME` writes one to begin with")
        for one in inner if folder.resolve().name == _SUBMISSIONS or self._any_submission(inner) else ():
            self._submission(one)

    @staticmethod
    def _any_submission(folders: Sequence[Path]) -> bool:
        return any((one / SUBMISSION_FILE).exists() for one in folders)

    def _submission(self, path: Path) -> None:
        if self._rules is None:
            return
        submission, problems = check_submission(path, *self._rules)
        self.problems += problems
        if submission is not None:
            plain = default_values(schemas()["submission"]["properties"]["efficiency"])
            changed = [f"{key} {value}" for key, value in submission.efficiency.items() if value != plain[key]]
            what = ["open division, its own code"] if submission.open else changed or ["float32 throughout"]
            about = ", ".join([submission.model, *what])
            file = shown_path(submission.folder / SUBMISSION_FILE)
            self.valid.append(Valid(file, "submission", submission.name, about, submission.digest))

    def _file(self, file: Path) -> None:
        document = read_json(file) if file.suffix == ".json" else read_yaml(file)
        if document.data is None:
            self.problems += document.problems
            return
        kind = self._kind(document)
        match kind:
            case None:
                return
            case "submission":
                self._note(file, f"a submission's file is named {SUBMISSION_FILE}; rename it")
            case "benchmark":
                benchmark, problems = check_benchmark(file)
                self.problems += problems
                if benchmark is not None:
                    self.valid.append(
                        Valid(document.file, kind, benchmark.id, ", ".join(benchmark.models), benchmark.digest)
                    )
            case "ruleset":
                ruleset, problems = check_ruleset(file)
                self.problems += problems
                if ruleset is not None:
                    about = f"round {ruleset.round}"
                    self.valid.append(Valid(document.file, kind, ruleset.version, about, ruleset.digest))
            case _:
                data, problems = check_document(document, kind)
                self.problems += problems
                if data is not None:
                    self.valid.append(Valid(document.file, kind, file.name, "", digest_of(data)))

    def _kind(self, document: Document) -> str | None:
        """The schema that the `schema` key asks for; None, with the problem noted, where it asks for none."""
        assert document.data is not None
        asked = document.data.get("schema")
        if isinstance(asked, str) and asked in kinds():
            return kinds()[asked]
        self.problems += document.problems
        known = ", ".join(kinds())
        if "schema" not in document.data:
            message, nearest = "is missing; it says what the file is", None
        else:
            message = f"{shown(asked)} is not one of our formats"
            nearest = nearest_word(asked, kinds()) if isinstance(asked, str) else None
        self.problems.append(
            document.problem(("schema",), f"{message}: {known}", expected=f"one of {known}", nearest=nearest)
        )
        return None

    def _note(self, path: Path, message: str) -> None:
        self.problems.append(Problem(shown_path(path), None, None, "", message))
