"""Does one network lose more by a change than another? The difference of two run-averaged losses of ROC area.

The loss of a network in one run is the area of its reference less the area of the changed configuration, both with the
run's seed. The two losses take the place of the two configurations' areas in Obuchowski and Rockette's analysis
(`harness.score.readers`, with the sources): the placement values of a loss are the difference of two predictors'
placement values, so all covariances come from the same patients' cases, and the mean square MS(T×R) is half the sample
variance of the R differences of losses. Nothing is assumed about the four configurations being equally variable, as
pooling the mean squares of a four-column table would.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from harness.score.auc import OneClassOnlyError, roc_auc
from harness.score.clustered import FloatArray, Placements, TooFewPatientsError, clustered_covariance, placements
from harness.score.components import ROUNDING, Components, mean_covariances, mean_squares
from harness.score.estimate import Estimate
from harness.score.readers import METHOD, RunAveragedDifference

Change = tuple[npt.ArrayLike, npt.ArrayLike]
"""Scores of a reference and of the changed configuration, each real [R, n]."""


def difference_of_losses(
    one: Change, other: Change, labels: npt.ArrayLike, patients: npt.ArrayLike
) -> RunAveragedDifference:
    """Loss of ``one`` minus loss of ``other`` with its 95 % interval: above 0 where ``one`` loses more.

    Each of the four tables of scores is [R, n] with R ≥ 1: row k is the run with the same number, hence the same seed,
    column c the same case. ``labels`` are 0 or 1 [n], ``patients`` integers [n]. A difference of losses lies in
    [−2, 2]. No value where a class has no case; no interval for one run, with fewer than two patients in a class, or
    where nothing varies. Raises `ValueError` where the arrays don't fit or there is no run.
    """
    tables = [np.asarray(table, dtype=np.float64) for table in (*one, *other)]
    if len({table.shape for table in tables}) != 1 or tables[0].ndim != 2 or len(tables[0]) == 0:
        raise ValueError(f"the same runs on the same cases are needed: {[table.shape for table in tables]}")
    runs = len(tables[0])
    try:
        areas = np.array([[roc_auc(scores, labels) for scores in table] for table in tables])
    except OneClassOnlyError as error:
        return RunAveragedDifference(Estimate.absent(METHOD, str(error)), runs)
    losses = np.array([areas[0] - areas[1], areas[2] - areas[3]])
    value = float(losses[0].mean() - losses[1].mean())
    found = _components(tables, losses, np.asarray(labels) == 1, np.asarray(patients))
    if isinstance(found, str):
        return RunAveragedDifference(Estimate.absent(METHOD, found, value=value), runs)
    if found.variance() <= ROUNDING:
        reason = "no interval: the difference of losses varies neither between runs nor between patients"
        return RunAveragedDifference(Estimate.absent(METHOD, reason, value=value), runs, components=found)
    half = found.half_width()
    interval = Estimate(value, max(value - half, -2.0), min(value + half, 2.0), METHOD)
    return RunAveragedDifference(interval, runs, found.degrees_of_freedom(), found)


def _components(
    tables: Sequence[FloatArray],
    losses: FloatArray,
    positive: npt.NDArray[np.bool_],
    patients: npt.NDArray[np.integer],
) -> Components | str:
    """The components of the table of losses [2, R], or the reason why they can't be estimated."""
    runs = losses.shape[1]
    if runs < 2:
        return "no interval: how much runs differ can't be told from one"
    placed = [
        loss
        for reference, changed in ((tables[0], tables[1]), (tables[2], tables[3]))
        for loss in _losses(reference, changed, positive)
    ]
    try:
        covariance = clustered_covariance(placed, positive, patients)
    except TooFewPatientsError as error:
        return f"no interval: {error}"
    return Components(runs, *mean_covariances(covariance, runs), *mean_squares(losses))


def _losses(reference: FloatArray, changed: FloatArray, positive: npt.NDArray[np.bool_]) -> list[Placements]:
    """Placement values of each run's loss."""
    return [
        placements(before, positive).minus(placements(after, positive))
        for before, after in zip(reference, changed, strict=True)
    ]
