"""The area under the ROC curve, and the difference of two, each with a 95 % interval that respects patients.

The interval of an area is made on the logit scale, logit(A) ± z·se / (A(1 − A)) (M. S. Pepe, *The Statistical
Evaluation of Medical Tests for Classification and Prediction*, Oxford 2003): unlike the plain Wald interval it can't
leave [0, 1], and it is skewed towards one half, as the sampling distribution of an area is. Simulations find the
untransformed interval too narrow (BMC Medical Research Methodology 14 (2014) 26). A difference is small and judged
around zero, far from its bounds, so its interval is Wald's. Variances are Obuchowski's for clustered data; see
`harness.score.clustered`.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit
from scipy.stats import norm

from harness.score.clustered import FloatArray, Placements, TooFewPatientsError, clustered_covariance, placements
from harness.score.estimate import CONFIDENCE, Estimate

AREA_METHOD = "Obuchowski 1997 variance clustered by patient, logit interval, 95 %"
DIFFERENCE_METHOD = "Obuchowski 1997 variance clustered by patient, Wald interval, 95 %"
_Z = float(norm.ppf(0.5 + CONFIDENCE / 2))
_ROUNDING = 1e-24
"""Variances below this are rounding: one swapped pair among 10,000 × 10,000 cases gives about 1e-16."""


class OneClassOnlyError(ValueError):
    """There is no ROC curve: every case is positive, every case is negative, or there is none."""


def roc_auc(scores: npt.ArrayLike, labels: npt.ArrayLike) -> float:
    """Probability that a random positive case scores above a random negative one; a tie counts one half.

    ``scores`` is any finite real [n] (higher = more likely positive), ``labels`` 0 or 1 [n]. Raises `OneClassOnlyError`
    where a class has no case and `ValueError` where the arrays don't fit.
    """
    values, positive = checked(scores, labels)
    return placements(values, positive).area


def auc_estimate(scores: npt.ArrayLike, labels: npt.ArrayLike, patients: npt.ArrayLike) -> Estimate:
    """The area with its interval. ``patients`` is an integer [n]: cases of one patient are not independent.

    No value where a class has no case; no interval where the areas can't be told to vary (perfect separation either
    way, all scores equal, fewer than two patients in a class). Raises `ValueError` where the arrays don't fit.
    """
    try:
        values, positive = checked(scores, labels)
    except OneClassOnlyError as error:
        return Estimate.absent(AREA_METHOD, str(error))
    placed = placements(values, positive)
    area = placed.area
    error_or_reason = _standard_error(placed, positive, patients_of(patients, len(values)))
    if isinstance(error_or_reason, str):
        return Estimate.absent(AREA_METHOD, error_or_reason, value=area)
    half = _Z * error_or_reason / (area * (1.0 - area))
    centre = float(logit(area))
    return Estimate(area, float(expit(centre - half)), float(expit(centre + half)), AREA_METHOD)


def auc_difference(
    scores: npt.ArrayLike, others: npt.ArrayLike, labels: npt.ArrayLike, patients: npt.ArrayLike
) -> Estimate:
    """Area of ``scores`` minus area of ``others`` on the same cases, with its interval.

    The covariance of the two areas is part of the variance: both predictors see the same patients. Absences as in
    `auc_estimate`.
    """
    try:
        values, positive = checked(scores, labels)
        other_values, _ = checked(others, labels)
    except OneClassOnlyError as error:
        return Estimate.absent(DIFFERENCE_METHOD, str(error))
    placed = placements(values, positive).minus(placements(other_values, positive))
    error_or_reason = _standard_error(placed, positive, patients_of(patients, len(values)))
    if isinstance(error_or_reason, str):
        return Estimate.absent(DIFFERENCE_METHOD, error_or_reason, value=placed.area)
    half = _Z * error_or_reason
    return Estimate(placed.area, max(placed.area - half, -1.0), min(placed.area + half, 1.0), method=DIFFERENCE_METHOD)


def _standard_error(
    placed: Placements, positive: npt.NDArray[np.bool_], patients: npt.NDArray[np.integer]
) -> float | str:
    """The standard error of an area or of a difference, or the reason why it can't be estimated."""
    try:
        variance = float(clustered_covariance([placed], positive, patients)[0, 0])
    except TooFewPatientsError as error:
        return f"no interval: {error}"
    if variance <= _ROUNDING:
        return "no interval: the placement values don't vary between patients, so the variance can't be estimated"
    return math.sqrt(variance)


def checked(scores: npt.ArrayLike, labels: npt.ArrayLike) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Scores float64 [n] and which cases are positive, bool [n]. Raises as `roc_auc`."""
    values = np.asarray(scores, dtype=np.float64)
    truth = np.asarray(labels)
    if values.ndim != 1 or values.shape != truth.shape:
        raise ValueError(f"one score for each label is needed: {values.shape} scores, {truth.shape} labels")
    if not np.isfinite(values).all():
        raise ValueError("a score is not finite")
    if not np.isin(truth, (0, 1)).all():
        raise ValueError("a label is neither 0 nor 1")
    positive = truth == 1
    count = int(positive.sum())
    if count in (0, len(truth)):
        raise OneClassOnlyError(
            f"no ROC curve: {count} of {len(truth)} cases are positive, and both classes are needed"
        )
    return values, positive


def patients_of(patients: npt.ArrayLike, cases: int) -> npt.NDArray[np.integer]:
    """Each case's patient, integers [cases]. Raises `ValueError` where there are not as many."""
    groups = np.asarray(patients)
    if groups.shape != (cases,):
        raise ValueError(f"one patient for each case is needed: {groups.shape} patients, {cases} cases")
    if not np.issubdtype(groups.dtype, np.integer):
        raise ValueError("patients are named by integers")
    return groups
