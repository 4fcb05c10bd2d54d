"""Verifying what was published: each run from its raw files, and their summary from the runs."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from harness.data.dataset import Dataset
from harness.errors import InvalidInput
from harness.publish.account import published_folder
from harness.publish.attempts import Attempts
from harness.publish.bundle import unpacked
from harness.publish.drawn import curves_of
from harness.publish.places import CURVES, ENTRY, RERUN, RESULTS
from harness.publish.reading import read_document
from harness.publish.reference import published
from harness.publish.rerun import Party, lacking, rerun_of
from harness.publish.summary import summary_of
from harness.spec.model import Benchmark, Ruleset
from harness.verify.record import Verification, differences_between, verify, verify_folder

Document = dict[str, Any]


def verify_packed(root: Path, prepared: Callable[[str], Dataset]) -> Verification:
    """Verify one published run; ``prepared`` gives the data set of a benchmark by its id."""
    with contextlib.ExitStack() as stack:
        try:
            run = stack.enter_context(unpacked(root))
        except InvalidInput as unreadable:
            return Verification(root.name, (unreadable.message,), ())
        return verify_folder(run, prepared)


def verify_entry(root: Path, dataset: Dataset, benchmark: Benchmark, ruleset: Ruleset) -> Verification:
    """Verify a published entry with all its runs, or what was run again of one."""
    return Verification(root.name, tuple(entry_differences(root, dataset, benchmark, ruleset)), ())


def entry_differences(root: Path, dataset: Dataset, benchmark: Benchmark, ruleset: Ruleset) -> Iterator[str]:
    """A sentence for each difference; none where the published folder ``root`` is what its files say."""
    yield from published_folder(root)
    name = RERUN if (root / RERUN).is_file() else ENTRY
    try:
        with published(root) as attempts:
            wrong = False
            for attempt in attempts.all:
                for line in verify(attempt.folder.root, dataset).differences if attempt.record is not None else ():
                    wrong = True
                    yield f"{attempt.run}: {line}"
            if not wrong:
                said = read_document(root / name)
                found = _summary if name == ENTRY else _rerun
                yield from differences_between(
                    said, found(root, said, attempts, dataset, benchmark, ruleset), file=name
                )
                if (root / CURVES).exists():
                    drawn = curves_of(attempts, dataset, ruleset)
                    yield from differences_between(read_document(root / CURVES), drawn, file=CURVES)
    except InvalidInput as unreadable:
        yield unreadable.message


def _summary(
    root: Path, said: Document, attempts: Attempts, dataset: Dataset, benchmark: Benchmark, ruleset: Ruleset
) -> Document:
    return summary_of(attempts, root.parents[2], dataset, benchmark, ruleset)


def _rerun(
    root: Path, said: Document, attempts: Attempts, dataset: Dataset, benchmark: Benchmark, ruleset: Ruleset
) -> Document:
    """Who ran it is no figure, and is taken as it is said; the published ledger seals it."""
    by = Party(str(said.get("by")), str(said.get("home")))
    with published(root.parents[3] / RESULTS / root.parents[1].name / root.parent.name) as original:
        if original.all[0].work != attempts.all[0].work or lacking(original, attempts):
            raise InvalidInput(f"{root} does not hold the runs of {original.name}")
        return rerun_of(original, attempts, by, dataset, benchmark, ruleset)
