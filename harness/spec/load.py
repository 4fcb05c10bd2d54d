"""From files to `Submission`, `Benchmark` and `Ruleset`, with every problem at once where a file is not valid."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from harness.errors import InvalidInput
from harness.places import resources
from harness.spec.digest import digest_of
from harness.spec.division import benchmark_findings, rule_findings, ruleset_findings
from harness.spec.document import Document
from harness.spec.explain import Finding, findings
from harness.spec.folder import SUBMISSION_FILE, folder_problems, holds_no_submission
from harness.spec.model import Benchmark, Ruleset, Submission
from harness.spec.open_division import open_problems
from harness.spec.problem import InvalidSpecification, Problem, in_order, nearest_word, shown_path
from harness.spec.schema import default_values, schemas, validator
from harness.spec.strict_yaml import read_yaml

CURRENT_RULESET = "v1"

_T = TypeVar("_T")


def load_ruleset(version: str = CURRENT_RULESET) -> Ruleset:
    """``rules/<version>.yaml``. Raises `InvalidSpecification` with every problem."""
    ruleset, problems = check_ruleset(resources() / "rules" / f"{version}.yaml")
    return _or_raise(ruleset, problems)


def load_benchmark(benchmark_id: str) -> Benchmark:
    """``rules/benchmarks/<id>.yaml``. Raises `InvalidInput` for an unknown id or, with every problem, a broken file."""
    known = benchmark_ids()
    if benchmark_id not in known:
        near = nearest_word(benchmark_id, known)
        hint = f"did you mean {near!r}? " if near else ""
        raise InvalidInput(
            f"{benchmark_id!r} is not a benchmark", remedy=f"{hint}`harness data list` shows them: {', '.join(known)}"
        )
    benchmark, problems = check_benchmark(_benchmark_folder() / f"{benchmark_id}.yaml")
    return _or_raise(benchmark, problems)


def load_benchmarks() -> tuple[Benchmark, ...]:
    """Every benchmark, by id. Raises `InvalidSpecification`."""
    return tuple(load_benchmark(one) for one in benchmark_ids())


def benchmark_ids() -> tuple[str, ...]:
    """The ids of all benchmarks, sorted."""
    return tuple(sorted(file.stem for file in _benchmark_folder().glob("*.yaml")))


def load_submission(path: Path, ruleset: Ruleset, benchmarks: Sequence[Benchmark]) -> Submission:
    """The submission in the folder ``path``. Its model must be one of at least one of ``benchmarks``.

    Raises `InvalidSpecification` with every problem.
    """
    submission, problems = check_submission(path, ruleset, benchmarks)
    return _or_raise(submission, problems, remedy=f"mend the file, then `harness validate {shown_path(path)}`")


def check_submission(
    path: Path, ruleset: Ruleset, benchmarks: Sequence[Benchmark]
) -> tuple[Submission | None, list[Problem]]:
    """The submission in the folder ``path`` (or whose ``submission.yaml`` it is), or every problem with it."""
    folder = path.parent if path.name == SUBMISSION_FILE and not path.is_dir() else path
    if problem := _not_a_submission(folder):
        return None, [problem]
    document = read_yaml(folder / SUBMISSION_FILE)
    # The folder's own name: `.` and a link to the folder have it, too.
    name = folder.resolve().name

    def rules(data: Mapping[str, Any]) -> Iterable[Finding]:
        return rule_findings(data, name, ruleset, benchmarks)

    data, problems = _examine(document, "submission", rules)
    division = None if document.data is None else document.data.get("division")
    files = None if division == "open" else ruleset.document["divisions"]["closed"]["files"]
    said = {problem.file for problem in problems if document.data is None}
    problems += [one for one in folder_problems(folder, files) if one.file not in said]
    if data is not None and division == "open" and not problems:
        problems += open_problems(folder, data, ruleset)
    if data is None or problems:
        return None, in_order(problems)
    return submission_of(data, folder), []


def submission_of(data: Mapping[str, Any], folder: Path) -> Submission:
    """The submission that a valid document describes."""
    defaults = default_values(schemas()["submission"]["properties"]["efficiency"])
    efficiency = {} if data["division"] == "open" else {**defaults, **data["efficiency"]}
    return Submission(
        name=data["name"],
        folder=folder,
        digest=digest_of(data),
        title=data["title"],
        description=data["description"],
        division=data["division"],
        model=data["model"],
        efficiency=efficiency,
        document=data,
    )


def check_benchmark(file: Path) -> tuple[Benchmark | None, list[Problem]]:
    """The benchmark in ``file``, or every problem with it."""
    data, problems = _examine(read_yaml(file), "benchmark", lambda data: benchmark_findings(data, file.stem))
    if data is None:
        return None, problems
    return benchmark_of(data), []


def benchmark_of(data: Mapping[str, Any]) -> Benchmark:
    """The benchmark that a valid document describes."""
    return Benchmark(
        id=data["id"],
        digest=digest_of(data),
        title=data["title"],
        provider=data["provider"],
        labels=data["labels"],
        document=data,
    )


def check_ruleset(file: Path) -> tuple[Ruleset | None, list[Problem]]:
    """The ruleset in ``file``, or every problem with it."""
    data, problems = _examine(read_yaml(file), "ruleset", lambda data: ruleset_findings(data, file.stem))
    if data is None:
        return None, problems
    return ruleset_of(data), []


def ruleset_of(data: Mapping[str, Any]) -> Ruleset:
    """The ruleset that a valid document describes."""
    return Ruleset(version=data["version"], digest=digest_of(data), document=data)


def check_document(document: Document, schema: str) -> tuple[dict[str, Any] | None, list[Problem]]:
    """Any other document against its schema alone."""
    return _examine(document, schema, lambda _: ())


def _examine(
    document: Document, schema: str, rules: Callable[[Mapping[str, Any]], Iterable[Finding]]
) -> tuple[dict[str, Any] | None, list[Problem]]:
    """What reader, schema and rules say; the data only where none of them says anything."""
    if document.data is None:
        return None, in_order(document.problems)
    found = findings(validator(schema), document.data)
    refused = {one.path for one in found}
    # A rule that repeats what the schema has said of the same place would only be noise.
    found += [one for one in rules(document.data) if one.path not in refused]
    problems = [*document.problems]
    for one in found:
        if document.knows(one.path):
            problems.append(
                document.problem(one.path, one.message, expected=one.expected, nearest=one.nearest, at_key=one.at_key)
            )
    return (None, in_order(problems)) if problems else (document.data, [])


def _not_a_submission(folder: Path) -> Problem | None:
    shown_folder = shown_path(folder)
    if folder.is_dir():
        return (
            None
            if (folder / SUBMISSION_FILE).is_symlink() or (folder / SUBMISSION_FILE).exists()
            else (holds_no_submission(folder))
        )
    if folder.exists():
        return Problem(
            shown_folder, None, None, "", f"is not a folder; a submission is a folder with {SUBMISSION_FILE}"
        )
    siblings = [one.name for one in folder.parent.iterdir() if one.is_dir()] if folder.parent.is_dir() else []
    near = nearest_word(folder.name, siblings)
    return Problem(shown_folder, None, None, "", "there is no such folder", None, near)


def _benchmark_folder() -> Path:
    return resources() / "rules" / "benchmarks"


def _or_raise(loaded: _T | None, problems: Sequence[Problem], *, remedy: str | None = None) -> _T:
    if loaded is None:
        raise InvalidSpecification(problems, remedy=remedy)
    return loaded
