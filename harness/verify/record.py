"""Is a record what its raw files say? Every figure is computed again, and every difference is named.

What this can not show: that the raw files are those of a run that took place. Whoever owns the machine can write any;
only somebody else's run proves a result.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.data.dataset import Dataset
from harness.errors import InvalidInput
from harness.record import digest
from harness.record.folder import IMAGE, PLAN, RECORD, SYSTEM, RunFolder, text_of
from harness.record.ledger import Ledger
from harness.run.execute import record_of
from harness.run.plan import Plan
from harness.run.tape import Contradiction, agrees
from harness.spec.explain import findings
from harness.spec.load import benchmark_ids, load_benchmark, load_ruleset
from harness.spec.problem import dotted
from harness.spec.schema import validator
from harness.spec.seed import seed_of_run
from harness.verify.planned import plan_on_file

_SHOWN = 80
_FORGED = (OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, AssertionError, RecursionError)
"""What computing from files can end in, in which somebody may have left anything."""


@dataclass(frozen=True)
class Verification:
    """``differences`` are sentences, none where everything agrees; ``notes`` what could not be looked at."""

    run: str
    differences: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether the record is what its files say."""
        return not self.differences


class _DamagedError(Exception):
    """There is a record, and it can't be read."""


def verify_folder(root: Path, prepared: Callable[[str], Dataset]) -> Verification:
    """Verify the run in the folder ``root``; ``prepared`` gives the data set of a benchmark by its id. Raises
    `InvalidInput` where there is no record, and what ``prepared`` raises."""
    try:
        benchmark = _benchmark_named(root)
    except _DamagedError as damage:
        return Verification(root.name, (str(damage),), ())
    return verify(root, prepared(benchmark))


def _benchmark_named(root: Path) -> str:
    """The benchmark that the record in ``root`` is of."""
    path = root / RECORD
    if not path.is_file():
        raise InvalidInput(
            f"{path} can't be read: there is no such file",
            remedy="name the folder of a finished run, which holds record.json",
        )
    try:
        name = json.loads(path.read_text(encoding="utf-8"))["benchmark"]["id"]
    except _FORGED as error:
        raise _DamagedError(f"{RECORD} is no record: {type(error).__name__}: {error}") from error
    if name not in benchmark_ids():
        raise _DamagedError(f"{RECORD} is of {_shown(name)}, which is no benchmark of this version of LeanMed")
    return str(name)


def verify(root: Path, dataset: Dataset) -> Verification:
    """Verify the run in the folder ``root`` against the labels in ``dataset``."""
    differences = [*_schema(root)]
    if not differences:
        record = json.loads((root / RECORD).read_text(encoding="utf-8"))
        differences += _files(root, record)
        differences += _contents(root, record, dataset)
    ledger, notes = _ledger(root)
    return Verification(root.name, (*differences, *ledger), notes)


def _schema(root: Path) -> Iterator[str]:
    try:
        record = json.loads((root / RECORD).read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        yield f"{RECORD} is not JSON: {type(error).__name__}: {error}"
        return
    for found in findings(validator("record"), record):
        yield f"{RECORD}: {dotted(found.path) or 'the record'} {found.message}"


def _files(root: Path, record: Mapping[str, Any]) -> Iterator[str]:
    """Files that are not those that the record was closed over."""
    for path in sorted(root.iterdir()):
        if path.is_symlink():
            yield f"{path.name} is a link: what it leads to may be another file tomorrow"
        elif not path.is_file() or path.name.endswith(".part"):
            yield f"{path.name} is nothing that a finished run leaves"
    here = RunFolder(root).digests()
    sealed: Mapping[str, str] = record["files"]
    for name in sorted(here.keys() | sealed.keys()):
        if name not in here:
            yield f"{name} is missing"
        elif name not in sealed:
            yield f"{name} is not among the files that the record names"
        elif here[name] != sealed[name]:
            yield f"{name} was changed: its digest is {here[name]}, the record says {sealed[name]}"


def _contents(root: Path, record: Mapping[str, Any], dataset: Dataset) -> Iterator[str]:
    """What the record says against what its files give."""
    try:
        documents = {name: json.loads((root / name).read_text(encoding="utf-8")) for name in (PLAN, SYSTEM, IMAGE)}
        plan = plan_on_file(documents[PLAN], documents[SYSTEM])
        again = record_of(RunFolder(root), plan, dataset, documents[PLAN]["run"])
        yield from _rules(plan, dataset)
        if documents[IMAGE] != documents[PLAN]["image"]:
            yield f"{IMAGE} is not the image of {PLAN}"
    except Contradiction as contradiction:
        yield str(contradiction)
        return
    except _FORGED as error:
        yield f"{PLAN}, {SYSTEM}, {IMAGE} or the journal can't be a harness's: {type(error).__name__}: {error}"
        return
    if documents[PLAN]["key"] != plan.key:
        yield f"{PLAN}: the key is not that of the rest of the plan"
    # Changed files were named already.
    yield from differences_between({**record, "files": again["files"]}, again, "")
    if (root / RECORD).read_text(encoding="utf-8") != text_of(record):
        yield f"{RECORD} is not written as a harness writes it"


def _rules(plan: Plan, dataset: Dataset) -> Iterator[str]:
    """Whether the plan was made under the rules that this version of LeanMed has."""
    if plan.ruleset.digest != load_ruleset(plan.ruleset.version).digest:
        yield f"it was made under other rules than today's {plan.ruleset.version} (digest {plan.ruleset.digest})"
    if plan.benchmark.digest != load_benchmark(plan.benchmark.id).digest:
        yield f"it was made on another version of {plan.benchmark.id} than today's (digest {plan.benchmark.digest})"
    if plan.data_digest != dataset.digest:
        yield f"it was made on other data: {plan.data_digest}; prepared here are {dataset.digest}"
    if not plan.own_seed and plan.seed != seed_of_run(plan.ruleset, plan.benchmark, plan.number):
        yield f"its seed, {plan.seed}, is not the one that the rules give run {plan.number}"


def differences_between(said: Any, found: Any, path: str = "", *, file: str = RECORD) -> Iterator[str]:
    """Every place where two JSON values differ, with both: what ``file`` says and what was found."""
    if isinstance(said, Mapping) and isinstance(found, Mapping):
        for key in sorted(said.keys() | found.keys()):
            below = f"{path}.{key}" if path else str(key)
            if key not in said:
                yield f"{file} lacks {below}; computed again it is {_shown(found[key])}"
            elif key not in found:
                yield f"{file} has {below}, which does not follow from its files"
            else:
                yield from differences_between(said[key], found[key], below, file=file)
    elif isinstance(said, list) and isinstance(found, list) and len(said) == len(found):
        for number, (one, other) in enumerate(zip(said, found, strict=True)):
            yield from differences_between(one, other, f"{path}[{number}]", file=file)
    elif not agrees(said, found):
        yield f"{file} says {path} is {_shown(said)}; computed again it is {_shown(found)}"


def _ledger(root: Path) -> tuple[list[str], tuple[str, ...]]:
    """What the ledger of the home that the run lies in says of it."""
    path = root.parent.parent / "ledger.jsonl"
    if root.parent.name != "runs" or not path.is_file():
        return [], ("the run does not lie in a home folder, so that no ledger could be asked",)
    try:
        lines = [line for _, line in Ledger(path).lines() if line.get("run") == root.name]
    except InvalidInput as broken:
        return [broken.message], ()
    events = [line["event"] for line in lines]
    if events != ["started", "finished"]:
        return [f"the ledger knows of this run: {', '.join(events) or 'nothing'}; due are started, finished"], ()
    sealed = lines[1].get("record")
    if sealed != digest.of_file(root / RECORD):
        return [f"{RECORD} is not the one that the ledger has the digest of ({sealed})"], ()
    return [], ()


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
