"""Resampling of patients, for figures whose variance has no formula (B. Efron, Ann. Statist. 7 (1979) 1–26).

Whole patients are drawn with replacement, with all their cases, because cases of one patient are not independent
(C. A. Field, A. H. Welsh, J. R. Statist. Soc. B 69 (2007) 369–390). Draws come from the raw 64-bit stream of PCG64,
which numpy promises never to change, so that an interval is the same on every machine and in every version.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from harness.score.clustered import FloatArray
from harness.score.estimate import CONFIDENCE

_CHUNK = 4_000_000
"""Weights that are held at a time."""
_MOST_LOST = 0.01
"""Share of the resamples that may lack a class."""

Statistic = Callable[[npt.NDArray[np.int32]], FloatArray]
"""Gives the figure for each row of weights, int32 [resamples, cases] → float64 [resamples]; NaN where there is none."""
_Z = float(norm.ppf(0.5 + CONFIDENCE / 2))


def patient_weights(patients: npt.NDArray[np.integer], resamples: int, seed: int) -> Iterator[npt.NDArray[np.int32]]:
    """How often each case counts in each resample, int32 [some, cases], in pieces of ``resamples`` rows in all."""
    names, patient = np.unique(patients, return_inverse=True)
    stream = np.random.PCG64(seed)
    rows = max(1, _CHUNK // len(patient))
    for begin in range(0, resamples, rows):
        count = min(rows, resamples - begin)
        raw = stream.random_raw(count * len(names)).reshape(count, len(names))
        # The upper 53 bits as a number in [0, 1), the way to an index without a bias that could be seen.
        drawn = ((raw >> np.uint64(11)) * 2.0**-53 * len(names)).astype(np.intp)
        drawn += np.arange(count)[:, None] * len(names)
        counts = np.bincount(drawn.ravel(), minlength=count * len(names)).reshape(count, len(names))
        yield counts.astype(np.int32)[:, patient]


def percentile_interval(
    statistic: Statistic, patients: npt.NDArray[np.integer], *, resamples: int, seed: int
) -> tuple[float, float] | str:
    """The percentile interval of ``statistic`` over resamples of patients, or the reason why there is none.

    Resamples without a case of one class have no figure and are left out; there may be one in a hundred of them.
    """
    found = pointwise_intervals(lambda weights: statistic(weights)[:, None], patients, resamples=resamples, seed=seed)
    return found if isinstance(found, str) else (float(found[0][0]), float(found[1][0]))


def pointwise_intervals(
    statistic: Statistic, patients: npt.NDArray[np.integer], *, resamples: int, seed: int
) -> tuple[FloatArray, FloatArray] | str:
    """The same for a statistic that gives several figures for each resample, float64 [resamples, figures]: lower and
    upper bounds, each float64 [figures], NaN where more than one in a hundred resamples lack the figure. The reason
    where that is so for all of them.

    Each interval holds for its own figure; that all of them hold together is less sure than 95 %.
    """
    if len(np.unique(patients)) < 2:
        return "no interval: all cases are of one patient, and two are needed"
    values = np.concatenate([statistic(weights) for weights in patient_weights(patients, resamples, seed)])
    lost = 1.0 - np.isfinite(values).mean(axis=0)
    if lost.min() > _MOST_LOST:
        return f"no interval: {lost.min():.0%} of the resamples of patients lack a class"
    bounds = np.full((2, values.shape[1]), np.nan)
    for column in np.flatnonzero(lost <= _MOST_LOST):
        known = values[np.isfinite(values[:, column]), column]
        bounds[:, column] = np.quantile(known, [0.5 - CONFIDENCE / 2, 0.5 + CONFIDENCE / 2])
    return bounds[0], bounds[1]


def widened(
    value: FloatArray, bounds: tuple[FloatArray, FloatArray], between: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """``bounds`` over patients of a ``value`` in [0, 1] that is a mean over runs, moved apart for the runs' own
    variance of that mean, ``between``; all float64 [figures].

    The two are added as squared distances of the bounds (G. Y. Zou, A. Donner, Stat. Med. 27 (2008) 1693–1702). The
    percentile bounds of a skewed figure may both lie on one side of it; a distance is never below 0.
    """
    runs = _Z * np.sqrt(between)
    below, above = np.maximum(value - bounds[0], 0.0), np.maximum(bounds[1] - value, 0.0)
    return np.maximum(value - np.hypot(below, runs), 0.0), np.minimum(value + np.hypot(above, runs), 1.0)
