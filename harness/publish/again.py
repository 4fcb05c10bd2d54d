"""Verifying a published entry: each run from its raw files, and their summary from the runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from harness.data.dataset import Dataset
from harness.publish.account import published_entry
from harness.publish.places import ENTRY
from harness.publish.reference import published
from harness.publish.summary import summary_of
from harness.spec.model import Benchmark, Ruleset
from harness.verify.record import differences_between, verify


def entry_differences(root: Path, dataset: Dataset, benchmark: Benchmark, ruleset: Ruleset) -> Iterator[str]:
    """A sentence for each difference; none where the entry in ``root`` is what its files say. Raises `InvalidInput`
    where a run's archive can't be unpacked."""
    yield from published_entry(root)
    with published(root) as attempts:
        wrong = False
        for attempt in attempts.all:
            for line in verify(attempt.folder.root, dataset).differences if attempt.record is not None else ():
                wrong = True
                yield f"{attempt.run}: {line}"
        if not wrong:
            again = summary_of(attempts, root.parent.parent.parent, dataset, benchmark, ruleset)
            said = json.loads((root / ENTRY).read_text(encoding="utf-8"))
            yield from differences_between(said, again, file=ENTRY)
