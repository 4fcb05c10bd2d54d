"""The AUC of a model averaged over its training runs, with an interval that respects patients and runs.

All runs predict the same test cases, so their areas vary together. The placement values (structural components) of a
mean of areas are the means of the placement values, case by case; hence Obuchowski's patient-clustered variance of the
averaged placements (Biometrics 53 (1997) 567, `harness.score.clustered`) is the mean of the whole covariance matrix of
the areas and holds every covariance between runs. It treats the trained networks as given. That another training gives
another network is the second part, the runs' sample variance s²/n, as a random effect of runs with runs as readers
(Obuchowski and Rockette, Communications in Statistics: Simulation 24 (1995) 285).

The sum errs on the wide side. s² is taken over areas that were estimated on the test cases, so it also holds the mean
of variance less covariance, of which the first part counts 1/n already; their own formula is s²/n plus the mean
covariance of two different runs. The two agree where the runs order the cases alike.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit
from scipy.stats import norm

from harness.score.auc import auc_difference, auc_estimate
from harness.score.clustered import Placements, TooFewPatientsError, clustered_covariance, placements
from harness.score.estimate import CONFIDENCE, Estimate

AVERAGED_AREA_METHOD = (
    "Obuchowski 1997 variance of run-averaged placements clustered by patient + s²/n between runs, logit interval, 95 %"
)
AVERAGED_DIFFERENCE_METHOD = (
    "Obuchowski 1997 variance of run-averaged placements clustered by patient + s²/n between runs, Wald interval, 95 %"
)
_Z = float(norm.ppf(0.5 + CONFIDENCE / 2))
_ROUNDING = 1e-24
"""As in `harness.score.auc`: a variance below this is rounding."""


def averaged_auc(runs: Sequence[npt.ArrayLike], labels: npt.ArrayLike, patients: npt.ArrayLike) -> Estimate:
    """Mean of the areas of ``runs`` with its interval, on the logit scale as that of one area.

    Each of the n ≥ 1 ``runs`` gives scores [cases], in the same order; ``labels`` are 0 or 1 [cases] and ``patients``
    integers [cases]. No value where a class has no case; no interval for a single run, where the averaged areas can't
    be told to vary between patients, or with fewer than two patients in a class. Raises `ValueError` where the arrays
    don't fit or there is no run.
    """
    each = _known([auc_estimate(scores, labels, patients) for scores in runs])
    if isinstance(each, str):
        return Estimate.absent(AVERAGED_AREA_METHOD, each)
    positive = np.asarray(labels) == 1
    mean = float(np.mean(each))
    error = _standard_error(each, [_placed(scores, positive) for scores in runs], positive, np.asarray(patients))
    if isinstance(error, str):
        return Estimate.absent(AVERAGED_AREA_METHOD, error, value=mean)
    half = _Z * error / (mean * (1.0 - mean))
    centre = float(logit(mean))
    return Estimate(mean, float(expit(centre - half)), float(expit(centre + half)), AVERAGED_AREA_METHOD)


def averaged_difference(
    runs: Sequence[npt.ArrayLike], others: npt.ArrayLike, labels: npt.ArrayLike, patients: npt.ArrayLike
) -> Estimate:
    """Mean of the areas of ``runs`` minus the area of ``others`` [cases] on the same cases, with its Wald interval.

    ``others`` is one fixed predictor, so it adds nothing to the variance between runs; its covariance with every run is
    in the variance over patients. The rest as in `averaged_auc`.
    """
    each = _known([auc_difference(scores, others, labels, patients) for scores in runs])
    if isinstance(each, str):
        return Estimate.absent(AVERAGED_DIFFERENCE_METHOD, each)
    positive = np.asarray(labels) == 1
    fixed = _placed(others, positive)
    placed = [_placed(scores, positive).minus(fixed) for scores in runs]
    mean = float(np.mean(each))
    error = _standard_error(each, placed, positive, np.asarray(patients))
    if isinstance(error, str):
        return Estimate.absent(AVERAGED_DIFFERENCE_METHOD, error, value=mean)
    half = _Z * error
    return Estimate(mean, max(mean - half, -1.0), min(mean + half, 1.0), AVERAGED_DIFFERENCE_METHOD)


def _known(each: list[Estimate]) -> list[float] | str:
    """The value of each run, or the reason why there is none."""
    if not each:
        raise ValueError("there is no run to average")
    values = [one.value for one in each if one.value is not None]
    return values if len(values) == len(each) else str(each[0].reason)


def _placed(scores: npt.ArrayLike, positive: npt.NDArray[np.bool_]) -> Placements:
    return placements(np.asarray(scores, dtype=np.float64), positive)


def _standard_error(
    areas: list[float],
    placed: list[Placements],
    positive: npt.NDArray[np.bool_],
    patients: npt.NDArray[np.integer],
) -> float | str:
    """The standard error of the mean of ``areas``, or the reason why it can't be estimated."""
    if len(areas) < 2:
        return "no interval: how much runs differ can't be told from one"
    mean = Placements(
        np.mean([one.positive for one in placed], axis=0), np.mean([one.negative for one in placed], axis=0)
    )
    try:
        over_patients = float(clustered_covariance([mean], positive, patients)[0, 0])
    except TooFewPatientsError as error:
        return f"no interval: {error}"
    if over_patients <= _ROUNDING:
        return "no interval: the placement values don't vary between patients, so the variance can't be estimated"
    return math.sqrt(over_patients + float(np.var(areas, ddof=1)) / len(areas))
