"""The entries made under one set of conditions: what a claim is answered from, and what is missing in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from harness.claims.answer import Missing
from harness.compare.runs import Entry
from harness.data.dataset import Dataset
from harness.score.clustered import FloatArray
from harness.spec.model import Benchmark, Ruleset


@dataclass(frozen=True)
class Group:
    """``entries`` by submission: one each, all of one machine, runtime, device, data and rules. ``device`` is None
    where there is no run at all."""

    entries: Mapping[str, Entry]
    benchmark: Benchmark
    ruleset: Ruleset
    dataset: Dataset | None
    device: str | None

    @property
    def numbers(self) -> tuple[int, ...]:
        """The run numbers of an official entry."""
        return tuple(range(1, self.ruleset.runs_of_entry + 1))

    def official(self, name: str) -> Entry | None:
        """The submission's entry with the runs that count: those of `numbers`."""
        entry = self.entries.get(name)
        if entry is None:
            return None
        return Entry(name, {number: run for number, run in entry.runs.items() if number in self.numbers}, entry.failed)

    def missing(self, names: Iterable[str]) -> tuple[Missing, ...]:
        """What each submission lacks for a whole entry. A failed run is not made good by another of its number: what
        fails one time in five fails."""
        found = []
        for name in names:
            entry = self.official(name)
            failed = frozenset() if entry is None else {int(run.record["number"]) for run in entry.failed}
            there = frozenset() if entry is None else entry.runs.keys()
            absent = tuple(number for number in self.numbers if number not in there and number not in failed)
            broken = tuple(number for number in self.numbers if number in failed)
            if absent or broken:
                found.append(Missing(name, absent, broken))
        return tuple(found)

    def scores(self, name: str, numbers: Iterable[int]) -> FloatArray:
        """Test scores float64 [runs, cases], computed again from the runs' own files. Raises `InvalidInput` where these
        contradict the record."""
        assert self.dataset is not None
        runs = self.entries[name].runs
        return np.array([runs[number].test_scores(self.dataset) for number in numbers])
