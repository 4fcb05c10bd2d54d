"""The ROC curve of one run, and the mean curve of several runs with a band.

Curves are averaged vertically: at each false-positive rate of a fixed grid the mean of the runs' sensitivities
(T. Fawcett, "An introduction to ROC analysis", Pattern Recognition Letters 27 (2006) 861–874, section 8.1). Between two
thresholds a curve is straight, which says what a tie is worth: a coin is tossed. Where it rises straight up, the
highest sensitivity of that rate is taken.

The band is pointwise. Patients are resampled, each time the same ones for all runs, which share their cases; and the
runs' own variance, s²/n, is added, as in `harness.score.metrics`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from harness.score.band import Band
from harness.score.bootstrap import pointwise_intervals, widened
from harness.score.clustered import FloatArray
from harness.score.metrics import Settings

RATES: FloatArray = np.arange(101) / 100
"""The false-positive rates at which curves are averaged."""
_SLACK = 1e-9
"""Rounding of rate · negatives, which is a whole number where the rate is one of the curve's own."""


def roc_points(scores: FloatArray, positive: npt.NDArray[np.bool_]) -> FloatArray:
    """The corners of the curve, float64 [corners, 2]: false-positive rate and sensitivity, from (0, 0) to (1, 1).

    ``scores`` float64 [n], ``positive`` bool [n] with a case of each class. Points between two corners are left out.
    """
    order = np.argsort(-scores, kind="stable")
    last = np.append(np.diff(scores[order]) != 0, True)
    counts = [np.append(0, np.cumsum(which[order])[last]) for which in (~positive, positive)]
    false, true = counts
    across, up = np.diff(false), np.diff(true)
    # In whole numbers, so that no rounding makes a corner.
    turns = across[:-1] * up[1:] != across[1:] * up[:-1]
    corner = np.concatenate([[True], turns, [True]])
    points: FloatArray = np.stack([false[corner] / false[-1], true[corner] / true[-1]], axis=1)
    return points


def mean_roc(runs: Sequence[FloatArray], labels: npt.ArrayLike, patients: npt.ArrayLike, settings: Settings) -> Band:
    """The mean sensitivity over ``runs`` (scores float64 [cases] each) at `RATES`, with its band.

    ``labels`` are 0 or 1 [cases], both there, and ``patients`` integers [cases].
    """
    positive, groups = np.asarray(labels) == 1, np.asarray(patients)
    curves = [_Curve(scores, positive) for scores in runs]
    each = np.concatenate([curve.sensitivities(np.ones((1, len(positive)), dtype=np.int32)) for curve in curves])
    value: FloatArray = each.mean(axis=0)
    more = " + s²/n between runs" if len(runs) > 1 else ""
    method = f"vertical average, {settings.resamples} resamples of patients, percentile band{more}, pointwise 95 %"

    def averaged(weights: npt.NDArray[np.int32]) -> FloatArray:
        total = curves[0].sensitivities(weights)
        for curve in curves[1:]:
            total += curve.sensitivities(weights)
        return total / len(curves)

    bounds = pointwise_intervals(averaged, groups, resamples=settings.resamples, seed=settings.seed)
    if isinstance(bounds, str):
        return Band(value, None, None, method, bounds)
    between = each.var(axis=0, ddof=1) / len(runs) if len(runs) > 1 else np.zeros(len(value))
    return Band(value, *widened(value, bounds, between), method)


class _Curve:
    """Cases in the order of their scores, so that the curves of many resamples are quickly found."""

    def __init__(self, scores: FloatArray, positive: npt.NDArray[np.bool_]) -> None:
        above, below = np.flatnonzero(positive), np.flatnonzero(~positive)
        self._positives = above[np.argsort(-scores[above], kind="stable")]
        self._negatives = below[np.argsort(-scores[below], kind="stable")]
        negative = scores[self._negatives]
        # Negatives of one score are passed in one step, with the positives that have it, too.
        self._last = np.flatnonzero(np.append(np.diff(negative) != 0, True))
        steps, rising = -negative[self._last], -scores[self._positives]
        self._before = np.searchsorted(rising, steps, side="left")
        self._after = np.searchsorted(rising, steps, side="right")

    def sensitivities(self, weights: npt.NDArray[np.int32]) -> FloatArray:
        """Sensitivity at `RATES` for each of ``weights``, how often each case counts, int32 [resamples, cases]; NaN
        where a class weighs nothing. float64 [resamples, rates]."""
        false, true = self._counts(weights)
        allowed = RATES * false[:, -1:]
        whole = np.floor(allowed + _SLACK)
        rows = zip(false[:, 1:], whole, strict=True)
        # The step at whose end more negatives are called positive than are allowed.
        step = np.stack([np.searchsorted(row, due, side="right") for row, due in rows])
        inside = np.minimum(step, len(self._last) - 1)
        begin = np.take_along_axis(false, inside, axis=1)
        width = np.take_along_axis(false, inside + 1, axis=1) - begin
        low = np.take_along_axis(true, self._before[inside], axis=1)
        high = np.take_along_axis(true, self._after[inside], axis=1)
        share = np.clip((allowed - begin) / np.maximum(width, 1), 0.0, 1.0)
        hits = np.where(step > inside, true[:, -1:], low + share * (high - low))
        known = (true[:, -1:] > 0) & (false[:, -1:] > 0)
        found: FloatArray = np.divide(hits, true[:, -1:], out=np.full(hits.shape, np.nan), where=known)
        return found

    def _counts(self, weights: npt.NDArray[np.int32]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
        """Negatives up to the end of each step, and positives from the highest, each with a 0 before them."""
        negatives = np.cumsum(weights[:, self._negatives], axis=1, dtype=np.int32)
        false = np.zeros((len(weights), len(self._last) + 1), dtype=np.int32)
        false[:, 1:] = negatives if len(self._last) == negatives.shape[1] else negatives[:, self._last]
        true = np.zeros((len(weights), len(self._positives) + 1), dtype=np.int32)
        np.cumsum(weights[:, self._positives], axis=1, out=true[:, 1:])
        return false, true
