"""How many times as much: ratios of a cost between two configurations, paired by run number.

Costs multiply: a card that is slow today is slow for both. So the logarithms are averaged, over pairs of runs that were
made next to each other with the same seed, and the interval is Student's for their mean (P. J. Fleming, J. J. Wallace,
"How not to lie with statistics", Communications of the ACM 29 (1986) 218, on why the geometric mean).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from statistics import fmean

from scipy.stats import t

from harness.score.estimate import CONFIDENCE, Estimate

_LARGEST = 700.0
"""No float holds e to a power of more than 709."""
METHOD = "geometric mean of ratios paired by run number, Student's t interval of their logarithms, 95 %"


@lru_cache
def _quantile(freedom: int) -> float:
    """Student's, kept because it takes longer than all the rest of a ratio."""
    return float(t.ppf(0.5 + CONFIDENCE / 2, freedom))


def paired_ratio(candidate: Sequence[float], reference: Sequence[float]) -> Estimate:
    """``candidate`` over ``reference``, both positive costs of runs in the same order: 0.5 is half as much.

    One pair has a value and no interval, none has neither; nor has a ratio that no float holds. Raises `ValueError`
    where the two are not of one length or hold something else than positive finite numbers.
    """
    # Plain floats: a table asks for thousands of ratios of five runs each, which arrays would make five times slower.
    if len(candidate) != len(reference):
        raise ValueError(f"one cost for each run is needed: {len(candidate)} and {len(reference)}")
    if not all(0 < cost < math.inf for costs in (candidate, reference) for cost in costs):
        raise ValueError("a cost is positive and finite")
    if not candidate:
        return Estimate.absent(METHOD, "no run of one has its counterpart in the other")
    logs = [math.log(ours) - math.log(theirs) for ours, theirs in zip(candidate, reference, strict=True)]
    centre = fmean(logs)
    if abs(centre) > _LARGEST:
        return Estimate.absent(METHOD, "the ratio is too large or too small to be written")
    freedom = len(logs) - 1
    if freedom == 0:
        return Estimate.absent(METHOD, "one pair of runs says nothing of how much pairs differ", value=math.exp(centre))
    variance = math.fsum((each - centre) ** 2 for each in logs) / freedom
    half = _quantile(freedom) * math.sqrt(variance / len(logs))
    if abs(centre) + half > _LARGEST:
        return Estimate.absent(METHOD, "no interval: its ends are too far off to be written", value=math.exp(centre))
    return Estimate(math.exp(centre), math.exp(centre - half), math.exp(centre + half), METHOD)
