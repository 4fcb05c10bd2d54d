"""Verifying what was published: each run from its raw files, and their summary from the runs."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from harness.data.dataset import Dataset
from harness.errors import InvalidInput
from harness.publish.account import published_entry
from harness.publish.bundle import unpacked
from harness.publish.places import ENTRY
from harness.publish.reading import read_document
from harness.publish.reference import published
from harness.publish.summary import summary_of
from harness.spec.model import Benchmark, Ruleset
from harness.verify.record import Verification, differences_between, verify, verify_folder


def verify_packed(root: Path, prepared: Callable[[str], Dataset]) -> Verification:
    """Verify one published run; ``prepared`` gives the data set of a benchmark by its id."""
    with contextlib.ExitStack() as stack:
        try:
            run = stack.enter_context(unpacked(root))
        except InvalidInput as unreadable:
            return Verification(root.name, (unreadable.message,), ())
        return verify_folder(run, prepared)


def verify_entry(root: Path, dataset: Dataset, benchmark: Benchmark, ruleset: Ruleset) -> Verification:
    """Verify a published entry with all its runs."""
    return Verification(root.name, tuple(entry_differences(root, dataset, benchmark, ruleset)), ())


def entry_differences(root: Path, dataset: Dataset, benchmark: Benchmark, ruleset: Ruleset) -> Iterator[str]:
    """A sentence for each difference; none where the entry in ``root`` is what its files say."""
    yield from published_entry(root)
    try:
        with published(root) as attempts:
            wrong = False
            for attempt in attempts.all:
                for line in verify(attempt.folder.root, dataset).differences if attempt.record is not None else ():
                    wrong = True
                    yield f"{attempt.run}: {line}"
            if not wrong:
                again = summary_of(attempts, root.parent.parent.parent, dataset, benchmark, ruleset)
                yield from differences_between(read_document(root / ENTRY), again, file=ENTRY)
    except InvalidInput as unreadable:
        yield unreadable.message
