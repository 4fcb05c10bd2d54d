"""Finished official runs in the home folder, grouped into entries that may be compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.data.dataset import Dataset
from harness.errors import InvalidInput
from harness.places import Home
from harness.record.folder import RunFolder, finished
from harness.reference.evidence import scores_of
from harness.score.clustered import FloatArray
from harness.spec.explain import findings
from harness.spec.schema import validator


@dataclass(frozen=True)
class Found:
    """One finished run."""

    folder: RunFolder
    record: Mapping[str, Any]

    @property
    def conditions(self) -> tuple[str, ...]:
        """What two runs must share to be compared: machine, runtime, device, benchmark, data and rules."""
        record = self.record
        return (
            f"system {record['system']['title']}",
            f"runtime {record['runtime']}",
            f"device {record['device']}",
            record["system"]["id"],
            record["benchmark"]["digest"],
            record["data"]["digest"],
            record["ruleset"]["digest"],
        )

    @property
    def program(self) -> tuple[str, str, str]:
        """What ran, by content: runs of two programs are no one entry."""
        weights = self.record.get("initialization", {}).get("weights_sha256") or ""
        return self.record["submission"]["digest"], self.record["image"]["identity"], weights

    def test_scores(self, dataset: Dataset) -> FloatArray:
        """The run's predictions for the test cases, float64 [cases], from its own files. Raises `InvalidInput` where
        these contradict the record."""
        return scores_of(self.folder, self.record, dataset).test


@dataclass(frozen=True)
class Entry:
    """Runs of one submission under one set of conditions: the valid ones by number, and those that failed or are
    invalid. Of each number the first run counts, and no other."""

    name: str
    runs: Mapping[int, Found]
    failed: tuple[Found, ...]

    @property
    def last(self) -> str:
        """When its last run was finished."""
        return max(str(run.record["finished"]) for run in self.runs.values())


Pair = tuple[Entry, Entry]


def entries_of(name: str, benchmark: str, home: Home) -> dict[tuple[str, ...], list[Entry]]:
    """The submission's entries by their conditions. Runs with a seed of their own, under another profile, over phantoms
    or with a made-up meter are in none."""
    found = all_entries(benchmark, home, {name})
    return {conditions: by_name[name] for conditions, by_name in found.items()}


def all_entries(benchmark: str, home: Home, names: Collection[str]) -> dict[tuple[str, ...], dict[str, list[Entry]]]:
    """The entries of all these submissions by their conditions, then by name, as `entries_of` counts runs."""
    grouped: dict[tuple[tuple[str, ...], str, tuple[str, str, str]], list[Found]] = defaultdict(list)
    for folder, record in finished(home.runs):
        if not findings(validator("record"), record) and _counts(record, names, benchmark):
            run = Found(folder, record)
            grouped[run.conditions, str(record["submission"]["name"]), run.program].append(run)
    by_conditions: dict[tuple[str, ...], dict[str, list[Entry]]] = {}
    for (conditions, name, _), runs in grouped.items():
        counted = _first_of_each(runs)
        valid = {number: run for number, run in counted.items() if run.record["outcome"]["verdict"] == "valid"}
        if valid:
            entry = Entry(name, valid, tuple(run for number, run in counted.items() if number not in valid))
            by_conditions.setdefault(conditions, {}).setdefault(name, []).append(entry)
    return by_conditions


def comparable(one: str, other: str, benchmark: str, home: Home) -> Pair:
    """The entries of two submissions that were made under the same conditions and share the most run numbers; of
    several such pairs the latest. Raises `InvalidInput` where there is none."""
    ours, theirs = entries_of(one, benchmark, home), entries_of(other, benchmark, home)
    for name, found in ((one, ours), (other, theirs)):
        if not found:
            raise InvalidInput(
                f"there is no valid official run of {name} on {benchmark}",
                remedy=_both(one, other, benchmark),
            )
    pairs = [
        (first, second)
        for conditions in ours.keys() & theirs.keys()
        for first in ours[conditions]
        for second in theirs[conditions]
        if common(first, second)
    ]
    if not pairs:
        raise InvalidInput(
            f"no run of {one} and {other} has the same number and was made under the same conditions: "
            f"{_differ(ours, theirs)}",
            remedy=f"run both in one request: {_both(one, other, benchmark)}",
        )
    return max(pairs, key=lambda pair: (len(common(*pair)), max(pair[0].last, pair[1].last)))


def _both(one: str, other: str, benchmark: str) -> str:
    return f"`harness run submissions/{one} submissions/{other} --benchmark {benchmark} --profile official`"


def common(one: Entry, other: Entry) -> tuple[int, ...]:
    """The run numbers that both have."""
    return tuple(sorted(one.runs.keys() & other.runs.keys()))


def _counts(record: Mapping[str, Any], names: Collection[str], benchmark: str) -> bool:
    return (
        record["submission"]["name"] in names
        and record["benchmark"]["id"] == benchmark
        and _profile(record) == "official"
        and record["outcome"]["verdict"] != "infrastructure"
        and not record["own_seed"]
        and not record["data"].get("phantom", False)
        and not (record["measurement"] or {}).get("simulated", False)
    )


def _profile(record: Mapping[str, Any]) -> str:
    """The profile that was used. A run that ended before one was chosen counts as what was asked for, and `auto` as
    official: a failure must not leave an entry by coming early."""
    asked = record["profile"]["requested"]
    return str(record["profile"]["used"] or ("official" if asked == "auto" else asked))


def _first_of_each(runs: Iterable[Found]) -> dict[int, Found]:
    """Of several runs of one number the one that was started first, whatever came of it: nobody repeats a run until one
    pleases."""
    kept: dict[int, Found] = {}
    for run in sorted(runs, key=lambda run: (run.record["started"], run.record["run"])):
        kept.setdefault(run.record["number"], run)
    return kept


def _differ(ours: Iterable[tuple[str, ...]], theirs: Iterable[tuple[str, ...]]) -> str:
    """What the conditions differ in, in words."""
    names = ("system", "runtime", "device", "system", "version of the benchmark", "data", "rules")
    wrong: Sequence[str] = [
        name
        for name, mine, other in zip(names, zip(*ours, strict=True), zip(*theirs, strict=True), strict=True)
        if not set(mine) & set(other)
    ]
    return "they differ in " + " and ".join(dict.fromkeys(wrong)) if wrong else "they have no run number in common"
