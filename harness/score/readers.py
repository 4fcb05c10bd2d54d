"""The difference of run-averaged ROC areas of two configurations whose runs share seeds.

Obuchowski and Rockette's analysis of variance of readers who read the same cases in two modalities (Communications in
Statistics: Simulation and Computation 24 (1995) 285–308), with runs as readers, crossed by their common seed::

    area[i, j] = mean + configuration[i] + run[j] + (configuration × run)[i, j] + error[i, j]

The errors come from the patients, who are the same for all areas, so they covary: by Cov1 for one run of both
configurations, Cov2 for different runs of one, Cov3 for different runs of different ones. The covariances here are
Obuchowski's for clustered data (`harness.score.clustered`), so several cases of one patient are not taken for several
patients. Degrees of freedom are Hillis' (Statistics in Medicine 26 (2007) 596–619; S. L. Hillis, K. S. Berbaum,
C. E. Metz, Academic Radiology 15 (2008) 647–661): the original R − 1 are too few where patients contribute, which makes
the interval needlessly wide. All formulas stand together in S. L. Hillis, Statistics in Medicine 33 (2014) 330–360,
section 2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import t

from harness.score.auc import OneClassOnlyError
from harness.score.clustered import TooFewPatientsError
from harness.score.components import ROUNDING, Components, mean_covariances, mean_squares
from harness.score.estimate import Estimate
from harness.score.readings import Readings

METHOD = (
    "Obuchowski-Rockette 1995 with runs as readers, Obuchowski 1997 covariances clustered by patient, "
    "Hillis 2007 degrees of freedom, t interval, 95 %"
)


@dataclass(frozen=True)
class RunAveragedDifference:
    """Mean area of the candidate's runs minus that of the reference's, and how sure it is.

    ``estimate`` holds difference and interval, or why one is missing. ``degrees_of_freedom`` (infinite where only
    patients contribute) and ``components`` are None where there is no interval; where the variance is zero the
    components are there to show it. ``same_order``: each run orders the cases exactly as the reference's run of the
    same number does, ties included, so that no ROC curve can tell the two apart.
    """

    estimate: Estimate
    runs: int
    degrees_of_freedom: float | None = None
    components: Components | None = None
    same_order: bool = False

    def p_above(self, bound: float) -> float | None:
        """One-sided p value of *the difference is above* ``bound``, with the interval's own error and degrees of
        freedom; None where there is no interval. What is left to 1 is that of *below*."""
        if self.estimate.value is None or self.components is None or self.degrees_of_freedom is None:
            return None
        error = math.sqrt(self.components.variance())
        return float(t.sf((self.estimate.value - bound) / error, self.degrees_of_freedom))

    def p_apart(self) -> float | None:
        """Two-sided p value of *the difference is not 0*: below 5 % exactly where the 95 % interval does not hold 0.
        None where there is no interval."""
        if self.estimate.value is None or self.components is None or self.degrees_of_freedom is None:
            return None
        error = math.sqrt(self.components.variance())
        return 2 * float(t.sf(abs(self.estimate.value) / error, self.degrees_of_freedom))

    def to_json(self) -> dict[str, Any]:
        """As it stands in a record. JSON has no infinity: such degrees of freedom are null beside an interval."""
        freedom = self.degrees_of_freedom
        return {
            "estimate": self.estimate.to_json(),
            "runs": self.runs,
            "degrees_of_freedom": freedom if freedom is not None and math.isfinite(freedom) else None,
            "components": None if self.components is None else self.components.to_json(),
            "same_order": self.same_order,
        }


def run_averaged_difference(
    candidate: npt.ArrayLike, reference: npt.ArrayLike, labels: npt.ArrayLike, patients: npt.ArrayLike
) -> RunAveragedDifference:
    """Difference of run-averaged areas with its 95 % interval.

    ``candidate`` and ``reference`` are finite real [R, n]: row k of both is the run with the same number, hence the
    same seed, and column c the same case. ``labels`` are 0 or 1 [n], ``patients`` integers [n]. No value where a class
    has no case; no interval for one run, with fewer than two patients in a class, or where nothing varies. Raises
    `ValueError` where the arrays don't fit or there is no run.
    """
    ours, theirs = np.asarray(candidate, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    for table in (ours, theirs):
        if table.ndim != 2 or len(table) == 0:
            raise ValueError(f"scores of one run or more, [runs, cases], are needed, not {table.shape}")
    if ours.shape != theirs.shape:
        raise ValueError(f"the same runs on the same cases are needed: {ours.shape} and {theirs.shape} scores")
    try:
        return difference_of(Readings.of(ours, labels, patients), Readings.of(theirs, labels, patients))
    except OneClassOnlyError as error:
        return RunAveragedDifference(Estimate.absent(METHOD, str(error)), len(ours))


def difference_of(candidate: Readings, reference: Readings) -> RunAveragedDifference:
    """As `run_averaged_difference`, of runs that were placed before: who compares each of many with each other places
    their runs once. Raises `ValueError` where the two are not of as many runs on the same cases."""
    runs = candidate.runs
    if candidate.ranks.shape != reference.ranks.shape:
        raise ValueError(
            f"the same runs on the same cases are needed: {candidate.ranks.shape} and {reference.ranks.shape} scores"
        )
    gains = [one.minus(other).area for one, other in zip(candidate.placed, reference.placed, strict=True)]
    value = float(np.mean(gains))
    same = bool(np.array_equal(candidate.ranks, reference.ranks))
    found = _components(candidate, reference)
    if isinstance(found, str):
        return RunAveragedDifference(Estimate.absent(METHOD, found, value=value), runs, same_order=same)
    if found.variance() <= ROUNDING:
        absent = Estimate.absent(METHOD, _no_variance(same), value=value)
        return RunAveragedDifference(absent, runs, components=found, same_order=same)
    half = found.half_width()
    interval = Estimate(value, max(value - half, -1.0), min(value + half, 1.0), METHOD)
    return RunAveragedDifference(interval, runs, found.degrees_of_freedom(), found, same)


def _no_variance(same: bool) -> str:
    if same:
        return "no interval: every run orders the cases exactly as the reference's run of that number does"
    return "no interval: the difference varies neither between runs nor between patients"


def _components(candidate: Readings, reference: Readings) -> Components | str:
    """The components, or the reason why they can't be estimated."""
    runs = candidate.runs
    if runs < 2:
        return "no interval: how much runs differ can't be told from one"
    try:
        covariance = candidate.sums.beside(reference.sums).covariance()
    except TooFewPatientsError as error:
        return f"no interval: {error}"
    areas = np.array([one.area for one in (*candidate.placed, *reference.placed)]).reshape(2, runs)
    return Components(runs, *mean_covariances(covariance, runs), *mean_squares(areas))
