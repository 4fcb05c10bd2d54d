"""Parts about what a configuration costs: ratios of a quantity between two entries, paired by run number."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.stats import t

from harness.claims.group import Group
from harness.claims.part import Part, unknown
from harness.score.estimate import Estimate
from harness.score.ratio import METHOD, paired_ratio

RATIO = "ratio"
CONVERGENCE = "time_to_target"
_ROUNDING = 1e-12
"""Logarithms of costs are exact to some 1e-15; ratios that differ by less than this are equal."""


def less(group: Group, candidate: str, reference: str, quantity: str, *, excess: float = 0.0) -> Part:
    """Shown: ``candidate`` needs less of ``quantity`` than 1 + ``excess`` times what ``reference`` needs. Opposite: it
    needs more than ``reference``."""
    bound = f"{1 + excess:g} times what {reference} needs" if excess else reference
    both = (candidate, reference)
    what = f"{candidate} needs less {_words(quantity)} than {bound}"
    if reason := _never(group, candidate, reference, quantity):
        return unknown(what, both, quantity, RATIO, reason, testable=False)
    ours, theirs = (group.official(name) for name in (candidate, reference))
    if ours is None or theirs is None:
        return unknown(what, both, quantity, RATIO, "runs are missing")
    numbers = tuple(sorted(ours.runs.keys() & theirs.runs.keys()))
    found = [tuple(entry.runs[number].record["quantities"][quantity] for entry in (ours, theirs)) for number in numbers]
    measured = [(one["value"], other["value"]) for one, other in found if _positive(one) and _positive(other)]
    effect = paired_ratio([one for one, _ in measured], [other for _, other in measured])
    if len(measured) < len(found):
        reasons = [each["reason"] for pair in found for each in pair if not _positive(each)]
        # A ratio over the pairs that are left would hide whoever never got there.
        reason = f"{len(found) - len(measured)} of {len(found)} pairs of runs have no such ratio: {reasons[0]}"
        return unknown(what, both, quantity, RATIO, reason, effect=Estimate.absent(METHOD, reason))
    if group.missing((candidate, reference)):
        return unknown(what, both, quantity, RATIO, "an entry is not whole", effect=effect)
    below = p_below([one for one, _ in measured], [other for _, other in measured], 1 + excess)
    equal = p_below([one for one, _ in measured], [other for _, other in measured], 1.0)
    tolerance = 1 + excess if excess else None
    return Part(what, both, quantity, RATIO, effect, numbers, below[0], equal[1], bound=tolerance)


def p_below(candidate: Sequence[float], reference: Sequence[float], bound: float) -> tuple[float, float]:
    """One-sided p values of *the ratio is below* ``bound`` and of *above*, by Student's t test of the logarithms.

    Both are positive, [runs], two runs or more, in the same order. It agrees with the interval of `paired_ratio`: a p
    value is below 2.5 % where the interval ends before ``bound``. Where all pairs have one ratio, that is certain; both
    are 1 where it is ``bound`` itself.
    """
    logs = np.log(np.asarray(candidate, dtype=np.float64)) - np.log(np.asarray(reference, dtype=np.float64))
    off = float(logs.mean()) - math.log(bound)
    error = float(logs.std(ddof=1)) / math.sqrt(len(logs))
    if error <= _ROUNDING:
        if abs(off) <= _ROUNDING:
            return 1.0, 1.0
        return (0.0, 1.0) if off < 0 else (1.0, 0.0)
    freedom = len(logs) - 1
    return float(t.cdf(off / error, freedom)), float(t.sf(off / error, freedom))


def _never(group: Group, candidate: str, reference: str, quantity: str) -> str | None:
    """Why no run of this system or benchmark would have the quantity, or None."""
    if quantity.endswith(("gpu_memory", "gpu_energy")) and group.device == "cpu":
        return "these runs used no GPU"
    entries = [entry for name in (candidate, reference) if (entry := group.official(name)) is not None]
    runs = [run for entry in entries for run in entry.runs.values()]
    if quantity == CONVERGENCE or not runs:
        return None
    values = [run.record["quantities"][quantity] for run in runs]
    if any(_positive(each) for each in values):
        return None
    return f"no run measured it ({values[0]['reason']})"


def _positive(quantity: dict[str, Any]) -> bool:
    return quantity["value"] is not None and quantity["value"] > 0


def _words(quantity: str) -> str:
    return quantity.replace("_", " ").replace("gpu", "GPU").replace("cpu", "CPU")
