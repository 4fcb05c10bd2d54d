"""What a published entry came to when another party ran it again, on another machine or on one of the same kind.

Quality is compared and nothing else: on another machine times and energies are others by right. Runs are paired by
number, which have the same seeds everywhere, so that the difference of their mean areas has the interval of gate Q2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from harness.compare.comparison import compare
from harness.data.dataset import Dataset
from harness.publish.attempts import Attempt, Attempts
from harness.publish.summary import attempt_json, entry_of
from harness.score.readers import RunAveragedDifference
from harness.spec.model import Benchmark, Ruleset

SCHEMA = "leanmed/again/v1"


class Verdict(StrEnum):
    """What another party's runs show."""

    IDENTICAL = "identical"
    """Every test prediction of every run is the same to the last bit; a run that failed failed again."""
    WITHIN = "within the interval"
    """The interval of the difference of mean areas holds 0."""
    DIFFERENT = "different"
    """It does not, or a run came to another end."""

    @property
    def confirms(self) -> bool:
        """Whether the entry's quality was found again."""
        return self is not Verdict.DIFFERENT


@dataclass(frozen=True)
class Party:
    """Who ran it again: ``name`` as they call themselves, ``home`` the id of their home folder."""

    name: str
    home: str


def rerun_of(
    original: Attempts, again: Attempts, by: Party, dataset: Dataset, benchmark: Benchmark, ruleset: Ruleset
) -> dict[str, Any]:
    """The document ``again.json``. Raises `InvalidInput` where a run's files contradict its record."""
    same, difference = _compared(original, again, dataset, benchmark, ruleset)
    ends = {number: (then.verdict, again.counted[number].verdict) for number, then in original.counted.items()}
    verdict, reason = _judge(same, ends, difference)
    system = _system(again)
    return {
        "schema": SCHEMA,
        "entry": original.name,
        "work": again.all[0].work,
        "by": by.name,
        "home": by.home,
        "system": system,
        "same_system": system["id"] == _system(original)["id"],
        "attempts": [attempt_json(attempt) for attempt in again.all],
        "runs": [
            {"number": number, "then": then, "now": now, "identical": same.get(number)}
            for number, (then, now) in sorted(ends.items())
        ],
        "difference": None if difference is None else difference.to_json(),
        "verdict": verdict.value,
        "reason": reason,
    }


def _compared(
    original: Attempts, again: Attempts, dataset: Dataset, benchmark: Benchmark, ruleset: Ruleset
) -> tuple[dict[int, bool], RunAveragedDifference | None]:
    """Whether the test predictions of each run that is valid in both are the same, and the difference of their mean
    areas, now less then; None where no run is."""
    ours, theirs = entry_of(again), entry_of(original)
    if ours is None or theirs is None or not ours.runs.keys() & theirs.runs.keys():
        return {}, None
    found = compare(ours, theirs, dataset, benchmark, ruleset)
    pairs = zip(found.candidate.scores, found.reference.scores, strict=True)
    same = {number: np.array_equal(now, then) for number, (now, then) in zip(found.numbers, pairs, strict=True)}
    return same, found.difference


def _judge(
    same: Mapping[int, bool], ends: Mapping[int, tuple[str, str]], difference: RunAveragedDifference | None
) -> tuple[Verdict, str]:
    others = [f"run {number} was {then} and is {now}" for number, (then, now) in sorted(ends.items()) if then != now]
    if others:
        return Verdict.DIFFERENT, "; ".join(others)
    if all(same.values()):
        what = f"all test predictions of {len(same)} runs are the same to the last bit" if same else "no run is valid"
        return Verdict.IDENTICAL, f"{what}, and every run came to the same end"
    assert difference is not None
    found, equal = difference.estimate, sum(same.values())
    said = f"{equal} of {len(same)} runs are the same to the last bit; the mean AUC differs by "
    if found.value is None or found.lower is None or found.upper is None:
        verdict = Verdict.WITHIN if difference.same_order else Verdict.DIFFERENT
        return verdict, f"{said}{found.value} ({found.reason})"
    verdict = Verdict.WITHIN if found.lower <= 0 <= found.upper else Verdict.DIFFERENT
    return verdict, f"{said}{found.value:+.4f} [{found.lower:+.4f}, {found.upper:+.4f}]"


def _system(attempts: Attempts) -> dict[str, Any]:
    """The machine of the runs: its id, and its title where a run has a record."""
    titles = [attempt.record["system"]["title"] for attempt in attempts.all if attempt.record is not None]
    return {"id": attempts.all[0].plan["system"], "title": titles[0] if titles else None}


def lacking(original: Attempts, again: Attempts) -> tuple[int, ...]:
    """Numbers of the entry's runs that were not made again."""
    counted: Mapping[int, Attempt] = original.counted
    return tuple(sorted(counted.keys() - again.counted.keys()))
