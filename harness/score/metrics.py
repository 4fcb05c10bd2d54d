"""Every figure of quality besides the ROC area, with its interval: of one run, and of the mean over an entry's runs.

Intervals are over patients; those of a mean over runs allow for the runs, too. As in `harness.score.averaged`, the
variance over patients is that of the run-averaged figure, and the runs' s²/n is added to it, which errs on the wide
side. For a resampled figure the two are added as squared distances of the bounds (G. Y. Zou, A. Donner, Stat. Med. 27
(2008) 1693–1702).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from harness.score.bootstrap import percentile_interval, widened
from harness.score.calibration import NotCalibratableError, brier, calibration_intercept, calibration_slope
from harness.score.clustered import FloatArray
from harness.score.estimate import Estimate
from harness.score.influence import Influenced, logit_wald, mean_of, patient_variance, wald
from harness.score.operating import Curve, balanced_accuracy, sensitivity_at_specificity

BALANCED_ACCURACY, SENSITIVITY = "balanced_accuracy", "sensitivity_at_specificity"
BRIER, INTERCEPT, SLOPE = "brier", "calibration_intercept", "calibration_slope"
NAMES = (BALANCED_ACCURACY, SENSITIVITY, BRIER, INTERCEPT, SLOPE)
_ROBUST = "variance clustered by patient"


@dataclass(frozen=True)
class Settings:
    """The numbers that the rules fix (``statistics`` of the ruleset)."""

    specificity: float
    resamples: int
    seed: int

    @classmethod
    def of(cls, statistics: Mapping[str, Any]) -> Settings:
        """From the ruleset's section."""
        return cls(float(statistics["specificity"]), int(statistics["resamples"]), int(statistics["seed"]))


@dataclass(frozen=True, eq=False)
class RunScores:
    """One run's probabilities for the test cases, float64 [cases], and the threshold that its validation cases gave;
    None where they gave none."""

    scores: FloatArray
    threshold: float | None


def metrics(
    runs: Sequence[RunScores], labels: npt.ArrayLike, patients: npt.ArrayLike, settings: Settings
) -> Mapping[str, Estimate]:
    """The mean of each figure over one or more ``runs`` on the same cases, by name (`NAMES`).

    ``labels`` are 0 or 1 [cases], ``patients`` integers [cases]. Absent, with the reason, where a class has no case,
    where a run has no threshold, and where probabilities can't be regressed on. Raises `ValueError` where the arrays
    don't fit or there is no run.
    """
    positive, groups = np.asarray(labels) == 1, np.asarray(patients)
    if not runs or any(run.scores.shape != positive.shape for run in runs) or groups.shape != positive.shape:
        raise ValueError("at least one run, and a label and a patient for each of its scores, are needed")
    methods = _methods(settings, averaged=len(runs) > 1)
    count = int(positive.sum())
    if count in (0, len(positive)):
        reason = f"{count} of {len(positive)} cases are positive, and both classes are needed"
        return {name: Estimate.absent(methods[name], reason) for name in NAMES}
    each = [run.scores for run in runs]
    linear: dict[str, tuple[Callable[[RunScores], Influenced], Callable[[float, float, str], Estimate]]] = {
        BALANCED_ACCURACY: (lambda run: _at_threshold(run, positive), logit_wald),
        BRIER: (lambda run: brier(run.scores, positive), logit_wald),
        INTERCEPT: (lambda run: calibration_intercept(run.scores, positive), wald),
        SLOPE: (lambda run: calibration_slope(run.scores, positive), wald),
    }
    found = {name: _linear(of, interval, runs, groups, methods[name]) for name, (of, interval) in linear.items()}
    found[SENSITIVITY] = _sensitivity(each, positive, groups, settings, methods[SENSITIVITY])
    return {name: found[name] for name in NAMES}


class _NoThresholdError(ValueError):
    pass


def _at_threshold(run: RunScores, positive: npt.NDArray[np.bool_]) -> Influenced:
    if run.threshold is None:
        raise _NoThresholdError("the validation cases gave no threshold")
    return balanced_accuracy(run.scores, positive, run.threshold)


def _methods(settings: Settings, *, averaged: bool) -> dict[str, str]:
    more = " + s²/n between runs" if averaged else ""
    resampled = f"{settings.resamples} resamples of patients, percentile interval"
    return {
        BALANCED_ACCURACY: f"{_ROBUST}{more}, logit interval, 95 %",
        SENSITIVITY: f"{resampled}{more}, 95 %",
        BRIER: f"{_ROBUST}{more}, logit interval, 95 %",
        INTERCEPT: f"logistic regression with slope 1, {_ROBUST}{more}, Wald interval, 95 %",
        SLOPE: f"logistic regression, {_ROBUST}{more}, Wald interval, 95 %",
    }


def _linear(
    of: Callable[[RunScores], Influenced],
    interval: Callable[[float, float, str], Estimate],
    runs: Sequence[RunScores],
    patients: npt.NDArray[np.integer],
    method: str,
) -> Estimate:
    try:
        each = [of(run) for run in runs]
    except (NotCalibratableError, _NoThresholdError) as error:
        return Estimate.absent(method, str(error))
    whole = mean_of(each)
    variance = patient_variance(whole, patients)
    if isinstance(variance, str):
        return Estimate.absent(method, variance, value=whole.value)
    return interval(whole.value, variance + _between([one.value for one in each]), method)


def _between(values: Sequence[float]) -> float:
    """s²/n of the runs; 0 for a single one, whose interval speaks of this network alone."""
    return float(np.var(values, ddof=1)) / len(values) if len(values) > 1 else 0.0


def _sensitivity(
    each: Sequence[FloatArray],
    positive: npt.NDArray[np.bool_],
    patients: npt.NDArray[np.integer],
    settings: Settings,
    method: str,
) -> Estimate:
    values = [sensitivity_at_specificity(scores, positive, settings.specificity) for scores in each]
    value = float(np.mean(values))
    curves = [Curve(scores, positive) for scores in each]

    def averaged(weights: npt.NDArray[np.int32]) -> FloatArray:
        mean: FloatArray = np.mean([curve.sensitivity(weights, settings.specificity) for curve in curves], axis=0)
        return mean

    bounds = percentile_interval(averaged, patients, resamples=settings.resamples, seed=settings.seed)
    if isinstance(bounds, str):
        return Estimate.absent(method, bounds, value=value)
    lower, upper = widened(np.array(value), (np.array(bounds[0]), np.array(bounds[1])), np.array(_between(values)))
    return Estimate(value, float(lower), float(upper), method)
