"""Ranks as ranges: how many entries are surely better, and how many surely worse.

The cost of entry i in run block k is modelled on the log scale as entry + block + error, where a block is a run number:
all entries share its seed and were run close to each other, so that drift cancels. The error variance is pooled over
all entries: five runs of a pair alone would leave 4 degrees of freedom, with which hardly any difference shows. All
pairs are tested together with Holm's correction (S. Holm, Scand. J. Statist. 6 (1979) 65–70), so that the chance of any
false "better" in a table is at most 5 %.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.stats import t

from harness.score.estimate import CONFIDENCE

_ROUNDING = 1e-24
"""A variance of logarithms below this is rounding."""


@dataclass(frozen=True)
class Range:
    """From the best rank (1 + entries that are surely better) to the worst (all less those that are surely worse)."""

    best: int
    worst: int


@dataclass(frozen=True)
class Ranking:
    """A range for each entry by name; or none, with ``reason``. ``freedom`` is the residual degrees of freedom, and
    ``spread`` the residual standard deviation as a factor (1.02: runs differ by about 2 %). ``better`` holds the pairs
    (better, worse) that are surely told apart."""

    ranges: Mapping[str, Range]
    freedom: int
    spread: float | None
    reason: str | None
    better: frozenset[tuple[str, str]] = frozenset()


def rank_ranges(costs: Mapping[str, Mapping[int, float]]) -> Ranking:
    """Rank entries by a cost of which less is better.

    ``costs`` gives for each entry its cost by run number, above 0. Only run numbers that every entry has are used. No
    ranges for a single entry or with fewer than two common runs, and where nothing varies at all. Raises `ValueError`
    for a cost that is not above 0.
    """
    if any(not value > 0 for runs in costs.values() for value in runs.values()):
        raise ValueError("a cost is above 0")
    names = sorted(costs)
    if len(names) < 2:
        return Ranking({}, 0, None, "there is nothing to rank against")
    numbers = sorted(set.intersection(*(set(runs) for runs in costs.values())))
    if len(numbers) < 2:
        return Ranking({}, 0, None, f"the entries have {len(numbers)} run numbers in common, and two are needed")
    logs = np.log([[costs[name][number] for number in numbers] for name in names])
    freedom = (len(names) - 1) * (len(numbers) - 1)
    residual = logs - logs.mean(axis=1, keepdims=True) - logs.mean(axis=0, keepdims=True) + logs.mean()
    variance = float(np.square(residual).sum()) / freedom
    if variance <= _ROUNDING:
        return Ranking({}, freedom, None, "the runs do not vary, so that no difference can be tested")
    means = dict(zip(names, logs.mean(axis=1), strict=True))
    better = _better(means, np.sqrt(2 * variance / len(numbers)), freedom)
    above, below = Counter(worse for _, worse in better), Counter(one for one, _ in better)
    ranges = {name: Range(1 + above[name], len(names) - below[name]) for name in names}
    return Ranking(ranges, freedom, float(np.exp(np.sqrt(variance))), None, better)


def _better(means: Mapping[str, float], error: float, freedom: int) -> frozenset[tuple[str, str]]:
    """Pairs (better, worse) that Holm's procedure tells apart, two-sided."""
    pairs = list(combinations(means, 2))
    differences = np.array([means[one] - means[other] for one, other in pairs])
    p_values = 2 * t.sf(np.abs(differences) / error, freedom)
    ordered = [
        (one, other) if difference < 0 else (other, one)
        for (one, other), difference in zip(pairs, differences, strict=True)
    ]
    found: set[tuple[str, str]] = set()
    for place, (p, pair) in enumerate(sorted(zip(p_values.tolist(), ordered, strict=True))):
        if p > (1 - CONFIDENCE) / (len(pairs) - place):
            break
        found.add(pair)
    return frozenset(found)
