"""Do the probabilities come true? The reliability diagram: observed shares by predicted probability.

Predictions are put into bins of equal count (M. H. DeGroot, S. E. Fienberg, The Statistician 32 (1983) 12–22; with
equal counts, unlike equal widths, no bin is nearly empty). Equal predictions are never parted, so that with ties counts
differ and a bin may be missing.

Several runs are taken together: each prediction of each run is one, so a case counts once for every run. Patients are
resampled with all of these, while the bins stay where the whole sample has put them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from harness.score.band import Band
from harness.score.bootstrap import pointwise_intervals
from harness.score.clustered import FloatArray
from harness.score.metrics import Settings

BINS = 10


@dataclass(frozen=True, eq=False)
class Reliability:
    """By bin, from the lowest: ``predicted``, the mean prediction, float64 [bins]; ``observed``, the share of positive
    cases; and ``count``, the number of predictions, int [bins]."""

    predicted: FloatArray
    observed: Band
    count: npt.NDArray[np.intp]


def reliability(
    runs: Sequence[FloatArray], labels: npt.ArrayLike, patients: npt.ArrayLike, settings: Settings | None
) -> Reliability:
    """The diagram of one or more ``runs`` (predictions float64 [cases] each) on the same cases, at least one.

    ``labels`` are 0 or 1 [cases], ``patients`` integers [cases]. Without ``settings`` there are no intervals. A bin
    whose cases are all of one class has none either: its resamples are, too.
    """
    positive, groups = np.asarray(labels) == 1, np.asarray(patients)
    whole = np.concatenate(list(runs))
    bins = np.minimum((rankdata(whole) - 0.5) * BINS / len(whole), BINS - 1).astype(np.intp)
    used, place = np.unique(bins, return_inverse=True)
    count = np.bincount(place)
    predicted = np.bincount(place, weights=whole) / count
    # How many of a case's predictions are in each bin: [cases, bins].
    members = np.zeros((len(positive), len(used)))
    np.add.at(members, (np.tile(np.arange(len(positive)), len(runs)), place), 1.0)
    observed = members[positive].sum(axis=0) / members.sum(axis=0)
    return Reliability(predicted, _with_intervals(observed, members, positive, groups, settings), count)


def _with_intervals(
    observed: FloatArray,
    members: FloatArray,
    positive: npt.NDArray[np.bool_],
    patients: npt.NDArray[np.integer],
    settings: Settings | None,
) -> Band:
    if settings is None:
        return Band(observed, None, None, "none", "no interval: it is given for all runs together")
    method = f"{settings.resamples} resamples of patients, percentile interval, pointwise 95 %"
    sums = np.hstack([members, members * positive[:, None]])

    def shares(weights: npt.NDArray[np.int32]) -> FloatArray:
        # Whole numbers far below 2^53: the sums are exact, in whatever order a library adds them up.
        both = weights.astype(np.float64) @ sums
        every, hits = both[:, : len(observed)], both[:, len(observed) :]
        share: FloatArray = np.divide(hits, every, out=np.full(every.shape, np.nan), where=every > 0)
        return share

    bounds = pointwise_intervals(shares, patients, resamples=settings.resamples, seed=settings.seed)
    if isinstance(bounds, str):
        return Band(observed, None, None, method, bounds)
    varies = (observed > 0.0) & (observed < 1.0)
    lower, upper = (np.where(varies, bound, np.nan) for bound in bounds)
    return Band(observed, lower, upper, method)
