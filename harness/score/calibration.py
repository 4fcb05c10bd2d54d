"""Do the probabilities mean what they say? Brier score, calibration intercept and slope.

Intercept and slope are those of D. R. Cox, Biometrika 45 (1958) 562–565, in the form of B. Van Calster et al., J. Clin.
Epidemiol. 74 (2016) 167–176: with L = logit of the probability, the slope b is that of the logistic regression
logit P(positive) = a + b·L, 1 where the probabilities are as spread as they should be and below 1 where they are too
extreme; the intercept is that of logit P(positive) = a + L, 0 where they are right on average and below 0 where they
are too high.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from harness.score.clustered import FloatArray
from harness.score.influence import Influenced
from harness.score.loss import CLIP

_STEPS = 100
_SMALL = 1e-10


class NotCalibratableError(ValueError):
    """The regression has no finite answer on these cases."""


def brier(probabilities: FloatArray, positive: npt.NDArray[np.bool_]) -> Influenced:
    """Mean squared difference of probability and label (G. W. Brier, Mon. Weather Rev. 78 (1950) 1–3), in [0, 1]."""
    loss = np.square(probabilities - positive)
    value = float(loss.mean())
    return Influenced(value, (loss - value) / len(loss))


def calibration_intercept(probabilities: FloatArray, positive: npt.NDArray[np.bool_]) -> Influenced:
    """The intercept where the slope is held at 1. Both classes have a case.

    Probabilities are clipped as in `harness.score.loss`: a sigmoid in float32 saturates to exactly 0 or 1.
    """
    spread = _logits(probabilities)
    # The sum of P(positive) rises with the intercept, from 0 to n, so there is one answer; beyond the largest logit and
    # the log odds of the classes it can't lie.
    bound = float(np.abs(spread).max() + abs(logit(positive.mean())) + 1.0)
    low, high = -bound, bound
    while high - low > _SMALL:
        middle = (low + high) / 2
        if expit(middle + spread).sum() < positive.sum():
            low = middle
        else:
            high = middle
    value = (low + high) / 2
    mean = expit(value + spread)
    return Influenced(value, (positive - mean) / float((mean * (1.0 - mean)).sum()))


def calibration_slope(probabilities: FloatArray, positive: npt.NDArray[np.bool_]) -> Influenced:
    """The slope, with its intercept free, by Newton's method. Both classes have a case.

    Raises `NotCalibratableError` where all probabilities are equal, and where a threshold separates the classes: then
    every steeper slope fits better still.
    """
    spread = _logits(probabilities)
    if np.ptp(spread) == 0.0:
        raise NotCalibratableError("all probabilities are equal, and so have no spread")
    if spread[positive].min() >= spread[~positive].max() or spread[positive].max() <= spread[~positive].min():
        raise NotCalibratableError("a threshold separates the classes, so that no slope is steep enough")
    # Standardised, so that one size of step suits all.
    centre, scale = float(spread.mean()), float(spread.std())
    design = np.stack([np.ones_like(spread), (spread - centre) / scale], axis=1)
    beta = np.array([logit(positive.mean()), 0.0])
    for _ in range(_STEPS):
        mean = expit(design @ beta)
        gradient = design.T @ (positive - mean)
        step = np.linalg.solve(_information(design, mean), gradient)
        beta = beta + _shortened(design, positive, beta, step)
        if float(np.abs(step).max()) < _SMALL:
            break
    else:
        raise NotCalibratableError(f"the regression did not settle in {_STEPS} steps")
    mean = expit(design @ beta)
    influence = np.linalg.solve(_information(design, mean), (design * (positive - mean)[:, None]).T)
    return Influenced(float(beta[1] / scale), influence[1] / scale)


def _logits(probabilities: FloatArray) -> FloatArray:
    spread: FloatArray = logit(np.clip(probabilities, CLIP, 1.0 - CLIP))
    return spread


def _information(design: FloatArray, mean: FloatArray) -> FloatArray:
    information: FloatArray = (design * (mean * (1.0 - mean))[:, None]).T @ design
    return information


def _shortened(design: FloatArray, positive: npt.NDArray[np.bool_], beta: FloatArray, step: FloatArray) -> FloatArray:
    """The step, halved until the likelihood does not fall by it."""
    before = _log_likelihood(design, positive, beta)
    while _log_likelihood(design, positive, beta + step) < before - _SMALL:
        step = step / 2
    return step


def _log_likelihood(design: FloatArray, positive: npt.NDArray[np.bool_], beta: FloatArray) -> float:
    linear = design @ beta
    return float(-np.logaddexp(0.0, np.where(positive, -linear, linear)).sum())
