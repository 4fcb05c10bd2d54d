"""Entries that nobody trained: real run folders with made-up predictions, at home or packed as when published."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.data.dataset import Dataset
from harness.findings.findings import findings
from harness.places import Home
from harness.publish.bundle import RAW, pack
from harness.record.folder import RECORD, RunFolder
from harness.standings.collect import collect
from harness.standings.entry import Entry, group
from tests.reference.material import leave_run

NUMBERS = (1, 2, 3)
BEST, MIDDLE, WORST = "densenet_fp32", "densenet_amp", "mlp_fp32"
SKILLS = {BEST: 3.0, MIDDLE: -0.98, WORST: -1.0}


def leave_three(home: Home, dataset: Dataset, numbers: Sequence[int] = NUMBERS) -> None:
    """One entry that is far better than the two others, which are much alike."""
    for submission, skill in SKILLS.items():
        for number in numbers:
            leave_run(home, dataset, number, submission=submission, skill=skill)


def entries_in(*folders: Path) -> list[Entry]:
    """The entries that lie in ``folders``, every run readable."""
    found = collect(folders)
    assert found.unreadable == []
    return group(found.runs, found.judged, found.again)


def named(entries: Sequence[Entry], submission: str) -> Entry:
    """The one entry of a submission."""
    (found,) = [entry for entry in entries if entry.first.submission["name"] == submission]
    return found


def publish(home: Home, results: Path, *submissions: str) -> Path:
    """Every run of the home, or those of ``submissions``, packed as published ones are."""
    for run in sorted(home.runs.iterdir()):
        if not submissions or run.name.rpartition("-lidc-nodules-")[0] in submissions:
            pack(RunFolder(run), results / "lidc-nodules" / run.name)
    return results


def archives(results: Path, submission: str) -> list[Path]:
    """The archives of a published submission's runs."""
    return sorted(results.glob(f"lidc-nodules/{submission}-*/{RAW}"))


def edit(home: Home, submission: str, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the record of every run of a submission."""
    for path in sorted(home.runs.glob(f"{submission}-*/{RECORD}")):
        record = json.loads(path.read_text())
        change(record)
        path.write_text(json.dumps(record))


@dataclass
class Asking:
    """The findings over some entries; ``asked`` are the benchmarks whose labels were asked for, ``said`` what was
    said."""

    dataset: Dataset
    cache: Path | None = None
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def prepared(self, benchmark: str) -> Dataset:
        self.asked.append(benchmark)
        return self.dataset

    def all(self, entries: Sequence[Entry]) -> dict[str, dict[str, dict[str, Any]]]:
        return findings(entries, self.prepared, self.cache, self.said.append)

    def one(self, entries: Sequence[Entry]) -> dict[str, dict[str, Any]]:
        """Where all entries are of one place."""
        (found,) = self.all(entries).values()
        return found

    def pairs(self, entries: Sequence[Entry]) -> dict[str, Any]:
        return self.one(entries)["pairs"]
