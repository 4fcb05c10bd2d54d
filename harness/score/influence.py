"""Variance of a statistic whose cases come in patients, from what each case contributes to it.

A smooth statistic moves, to first order, by the sum of its cases' influences; cases of one patient are summed first,
because they are not independent. This is the cluster-robust ("sandwich") variance: K.-Y. Liang, S. L. Zeger,
Biometrika 73 (1986) 13–22, with the usual factor I / (I − 1) for I patients. ROC areas have an estimator of their own
(`harness.score.clustered`), of the same form.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit
from scipy.stats import norm

from harness.score.clustered import FloatArray
from harness.score.estimate import CONFIDENCE, Estimate

_Z = float(norm.ppf(0.5 + CONFIDENCE / 2))
_ROUNDING = 1e-24
"""A variance below this is rounding."""


@dataclass(frozen=True)
class Influenced:
    """A statistic's value and the influence of each case on it, float64 [cases]; the influences add up to 0."""

    value: float
    influence: FloatArray


def mean_of(each: list[Influenced]) -> Influenced:
    """The mean of one statistic over several runs on the same cases."""
    return Influenced(
        float(np.mean([one.value for one in each])), np.mean(np.stack([one.influence for one in each]), axis=0)
    )


def patient_variance(found: Influenced, patients: npt.NDArray[np.integer]) -> float | str:
    """The variance over patients, or the reason why there is none. ``patients`` names each case's patient [cases]."""
    names, patient = np.unique(patients, return_inverse=True)
    if len(names) < 2:
        return f"no interval: the cases come from {len(names)} patient, and two are needed"
    sums = np.bincount(patient, weights=found.influence)
    variance = len(names) / (len(names) - 1) * float(sums @ sums)
    if variance <= _ROUNDING:
        return "no interval: the figure does not vary between patients, so the variance can't be estimated"
    return variance


def wald(value: float, variance: float, method: str) -> Estimate:
    """value ± z·√variance, for a statistic without bounds."""
    half = _Z * math.sqrt(variance)
    return Estimate(value, value - half, value + half, method)


def logit_wald(value: float, variance: float, method: str) -> Estimate:
    """The same on the logit scale, for a statistic in [0, 1], which its interval then can't leave. At 0 and 1 there is
    no interval."""
    if not 0.0 < value < 1.0:
        return Estimate.absent(method, f"no interval: the figure stands at the bound {value:g}", value=value)
    half, centre = _Z * math.sqrt(variance) / (value * (1.0 - value)), float(logit(value))
    return Estimate(value, float(expit(centre - half)), float(expit(centre + half)), method)
