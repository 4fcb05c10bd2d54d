"""How many times as much: ratios of a cost between two configurations, paired by run number.

Costs multiply: a card that is slow today is slow for both. So the logarithms are averaged, over pairs of runs that were
made next to each other with the same seed, and the interval is Student's for their mean (P. J. Fleming, J. J. Wallace,
"How not to lie with statistics", Communications of the ACM 29 (1986) 218, on why the geometric mean).
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.stats import t

from harness.score.estimate import CONFIDENCE, Estimate

_LARGEST = 700.0
"""No float holds e to a power of more than 709."""
METHOD = "geometric mean of ratios paired by run number, Student's t interval of their logarithms, 95 %"


@lru_cache
def _quantile(freedom: int) -> float:
    """Student's, kept because it takes longer than all the rest of a ratio."""
    return float(t.ppf(0.5 + CONFIDENCE / 2, freedom))


def paired_ratio(candidate: npt.ArrayLike, reference: npt.ArrayLike) -> Estimate:
    """``candidate`` over ``reference``, both positive real [runs] in the same order of runs: 0.5 is half as much.

    One pair has a value and no interval, none has neither; nor has a ratio that no float holds. Raises `ValueError`
    where the arrays don't fit or hold something else than positive finite numbers.
    """
    ours, theirs = np.asarray(candidate, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    if ours.shape != theirs.shape or ours.ndim != 1:
        raise ValueError(f"one cost for each run is needed: {ours.shape} and {theirs.shape}")
    if not all(np.isfinite(each).all() and (each > 0).all() for each in (ours, theirs)):
        raise ValueError("a cost is positive and finite")
    if len(ours) == 0:
        return Estimate.absent(METHOD, "no run of one has its counterpart in the other")
    logs = np.log(ours) - np.log(theirs)
    centre = float(logs.mean())
    if abs(centre) > _LARGEST:
        return Estimate.absent(METHOD, "the ratio is too large or too small to be written")
    if len(logs) == 1:
        return Estimate.absent(METHOD, "one pair of runs says nothing of how much pairs differ", value=math.exp(centre))
    freedom = len(logs) - 1
    half = float(_quantile(freedom) * logs.std(ddof=1) / math.sqrt(len(logs)))
    if abs(centre) + half > _LARGEST:
        return Estimate.absent(METHOD, "no interval: its ends are too far off to be written", value=math.exp(centre))
    return Estimate(math.exp(centre), math.exp(centre - half), math.exp(centre + half), METHOD)
