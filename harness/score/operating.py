"""What a threshold makes of the scores: balanced accuracy at one that was chosen beforehand, and the sensitivity that
a wanted specificity allows.

A case is called positive where its score is at or above the threshold.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from harness.score.clustered import FloatArray
from harness.score.influence import Influenced

_SLACK = 1e-9
"""Rounding of (1 − specificity) · negatives, which is a whole number where the share is one."""


def best_threshold(scores: FloatArray, positive: npt.NDArray[np.bool_]) -> float | None:
    """The threshold with the best balanced accuracy (W. J. Youden, Cancer 3 (1950) 32–35); the highest of several.

    ``scores`` float64 [n], ``positive`` bool [n]. It lies halfway between two neighbouring scores, so that rounding of
    another machine moves no case across; −∞ and ∞ are no thresholds, so where no cut is better than none the lowest
    score is taken. None where a class has no case.
    """
    if positive.all() or not positive.any():
        return None
    values = np.unique(scores)
    hits = 1.0 - np.searchsorted(np.sort(scores[positive]), values) / positive.sum()
    right = np.searchsorted(np.sort(scores[~positive]), values) / (~positive).sum()
    # Counted from the highest: of equals, argmax takes the first. Sums of two shares differ by rounding alone.
    best = len(values) - 1 - int(np.argmax(np.round(hits + right, 12)[::-1]))
    return float(values[best] if best == 0 else (values[best - 1] + values[best]) / 2)


def balanced_accuracy(scores: FloatArray, positive: npt.NDArray[np.bool_], threshold: float) -> Influenced:
    """Mean of sensitivity and specificity at ``threshold``, which counts as given. Both classes have a case."""
    called = scores >= threshold
    sensitivity, specificity = float(called[positive].mean()), float((~called[~positive]).mean())
    influence = np.where(
        positive,
        (called - sensitivity) / (2 * positive.sum()),
        (~called - specificity) / (2 * (~positive).sum()),
    )
    return Influenced((sensitivity + specificity) / 2, influence)


def sensitivity_at_specificity(scores: FloatArray, positive: npt.NDArray[np.bool_], specificity: float) -> float:
    """The largest sensitivity of any threshold whose specificity on these cases is at least ``specificity``.

    No interpolation between thresholds: what is reported can be had. ``scores`` float64 [n], ``positive`` bool [n] with
    a case of each class.
    """
    everyone = np.ones((1, len(scores)), dtype=np.int32)
    return float(Curve(scores, np.asarray(positive) == 1).sensitivity(everyone, specificity)[0])


class Curve:
    """Cases in the order of their scores, so that sensitivities of many resamples are quickly found."""

    def __init__(self, scores: FloatArray, positive: npt.NDArray[np.bool_]) -> None:
        """``scores`` float64 [n], ``positive`` bool [n] with a case of each class."""
        above, below = np.flatnonzero(positive), np.flatnonzero(~positive)
        self._positives = above[np.argsort(-scores[above], kind="stable")]
        self._negatives = below[np.argsort(-scores[below], kind="stable")]
        # For each negative from the highest: how many positives lie strictly above it; after the last one: all.
        higher = np.searchsorted(-scores[self._positives], -scores[self._negatives], side="left")
        self._higher = np.append(higher, len(above))

    def sensitivity(self, weights: npt.NDArray[np.int32], specificity: float) -> FloatArray:
        """Sensitivity at ``specificity`` for each of ``weights``, how often each case counts, int32 [resamples, n];
        NaN where a class weighs nothing. float64 [resamples]."""
        negative = np.cumsum(weights[:, self._negatives], axis=1)
        positive = np.cumsum(weights[:, self._positives], axis=1)
        allowed = np.floor((1.0 - specificity) * negative[:, -1] + _SLACK)
        # The first negative, from the highest, that may no longer be called positive.
        first = (negative <= allowed[:, None]).sum(axis=1)
        taken = self._higher[first]
        hits = np.where(taken > 0, np.take_along_axis(positive, np.maximum(taken - 1, 0)[:, None], axis=1)[:, 0], 0)
        whole = positive[:, -1].astype(np.float64)
        known = (whole > 0) & (negative[:, -1] > 0)
        share: FloatArray = np.divide(hits, whole, out=np.full(len(whole), np.nan), where=known)
        return share
