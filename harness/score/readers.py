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
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata, t

from harness.score.auc import auc_difference
from harness.score.clustered import FloatArray, TooFewPatientsError, clustered_covariance, placements
from harness.score.estimate import CONFIDENCE, Estimate

METHOD = (
    "Obuchowski-Rockette 1995 with runs as readers, Obuchowski 1997 covariances clustered by patient, "
    "Hillis 2007 degrees of freedom, t interval, 95 %"
)
_ROUNDING = 1e-24
"""As in `harness.score.auc`: a variance below this is rounding."""
_RELATIVE_ROUNDING = 1e-13
"""Covariances differ by rounding below this part of the error variance: the sums' error is about 1e-15 of it, and one
swapped pair among 10,000 × 10,000 cases makes about 1e-10."""


@dataclass(frozen=True)
class Components:
    """What the variance of the difference is made of, for two configurations of ``runs`` ≥ 2 runs each.

    ``error``, ``cov1``, ``cov2``, ``cov3`` are means over the covariance matrix of the 2 · ``runs`` areas;
    ``ms_configuration``, ``ms_run`` and ``ms_interaction`` are the mean squares of the two-way table of areas, MS(T),
    MS(R) and MS(T×R). All are in units of squared area.
    """

    runs: int
    error: float
    cov1: float
    cov2: float
    cov3: float
    ms_configuration: float
    ms_run: float
    ms_interaction: float

    @property
    def over_patients(self) -> float:
        """max(Cov2 − Cov3, 0): half of the variance that no number of runs takes away.

        Never negative: the model holds that Cov2 ≥ Cov3, runs of one configuration being no less alike than runs of
        two, so an estimate that says otherwise is noise. What is left of equal covariances by rounding is 0 as well.
        """
        excess = self.cov2 - self.cov3
        return excess if excess > _RELATIVE_ROUNDING * self.error else 0.0

    @property
    def run_variance(self) -> float:
        """σ²(R), between seeds, both configurations alike: (MS(R) − MS(T×R)) / 2 − Cov1 + Cov3. May be negative."""
        return (self.ms_run - self.ms_interaction) / 2 - self.cov1 + self.cov3

    @property
    def interaction_variance(self) -> float:
        """σ²(T×R), what a seed does to one configuration alone: MS(T×R) − error + Cov1 + Cov2 − Cov3. May be negative.

        Like `run_variance` it is for looking at; the interval does not use it.
        """
        return self.ms_interaction - self.error + self.cov1 + self.cov2 - self.cov3

    def variance(self, runs: int | None = None) -> float:
        """Variance of the difference of mean areas: 2/R · (MS(T×R) + max(R · (Cov2 − Cov3), 0)).

        With ``runs``, what is to be expected of that many: the mean of MS(T×R) does not depend on R, so for R → ∞ it
        falls to 2 · `over_patients`.
        """
        count = self._count(runs)
        return 2 / count * (self.ms_interaction + count * self.over_patients)

    def degrees_of_freedom(self, runs: int | None = None) -> float:
        """Hillis' (R − 1) · [MS(T×R) + max(R · (Cov2 − Cov3), 0)]² / MS(T×R)²; infinite where MS(T×R) is 0.

        R − 1, as of a paired t test, where patients contribute nothing; more, the more they do: their part is
        estimated from hundreds of patients and not from a few runs.
        """
        count = self._count(runs)
        if self.ms_interaction <= _ROUNDING:
            return math.inf
        return (count - 1) * (1 + count * self.over_patients / self.ms_interaction) ** 2

    def half_width(self, runs: int | None = None) -> float:
        """Half of the width of the 95 % interval; with ``runs`` ≥ 2, what is to be expected of that many.

        It falls as ``runs`` grows, to z · √(2 · `over_patients`).
        """
        quantile = float(t.ppf(0.5 + CONFIDENCE / 2, self.degrees_of_freedom(runs)))
        return quantile * math.sqrt(self.variance(runs))

    def _count(self, runs: int | None) -> int:
        count = self.runs if runs is None else runs
        if count < 2:
            raise ValueError("an interval takes two runs or more")
        return count

    def to_json(self) -> dict[str, Any]:
        """As it stands in a record: the fields by their names."""
        return asdict(self)


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
    ours, theirs = _table(candidate), _table(reference)
    if ours.shape != theirs.shape:
        raise ValueError(f"the same runs on the same cases are needed: {ours.shape} and {theirs.shape} scores")
    runs = len(ours)
    each = [auc_difference(one, other, labels, patients) for one, other in zip(ours, theirs, strict=True)]
    gains = [one.value for one in each if one.value is not None]
    if len(gains) < runs:
        return RunAveragedDifference(Estimate.absent(METHOD, str(each[0].reason)), runs)
    value = float(np.mean(gains))
    same = bool(np.array_equal(rankdata(ours, axis=1), rankdata(theirs, axis=1)))
    found = _components(ours, theirs, np.asarray(labels) == 1, np.asarray(patients))
    if isinstance(found, str):
        return RunAveragedDifference(Estimate.absent(METHOD, found, value=value), runs, same_order=same)
    if found.variance() <= _ROUNDING:
        absent = Estimate.absent(METHOD, _no_variance(same), value=value)
        return RunAveragedDifference(absent, runs, components=found, same_order=same)
    half = found.half_width()
    interval = Estimate(value, max(value - half, -1.0), min(value + half, 1.0), METHOD)
    return RunAveragedDifference(interval, runs, found.degrees_of_freedom(), found, same)


def _table(scores: npt.ArrayLike) -> FloatArray:
    table = np.asarray(scores, dtype=np.float64)
    if table.ndim != 2 or len(table) == 0:
        raise ValueError(f"scores of one run or more, [runs, cases], are needed, not {table.shape}")
    return table


def _no_variance(same: bool) -> str:
    if same:
        return "no interval: every run orders the cases exactly as the reference's run of that number does"
    return "no interval: the difference varies neither between runs nor between patients"


def _components(
    ours: FloatArray, theirs: FloatArray, positive: npt.NDArray[np.bool_], patients: npt.NDArray[np.integer]
) -> Components | str:
    """The components, or the reason why they can't be estimated."""
    runs = len(ours)
    if runs < 2:
        return "no interval: how much runs differ can't be told from one"
    placed = [placements(scores, positive) for scores in (*ours, *theirs)]
    try:
        covariance = clustered_covariance(placed, positive, patients)
    except TooFewPatientsError as error:
        return f"no interval: {error}"
    areas = np.array([one.area for one in placed]).reshape(2, runs)
    return Components(runs, *_mean_covariances(covariance, runs), *_mean_squares(areas))


def _mean_covariances(covariance: FloatArray, runs: int) -> tuple[float, float, float, float]:
    """Error variance, Cov1, Cov2 and Cov3 from the matrix [2R, 2R], the candidate's R areas first."""
    blocks = covariance.reshape(2, runs, 2, runs)
    within = (blocks[0, :, 0] + blocks[1, :, 1]) / 2
    across = blocks[0, :, 1]
    different = ~np.eye(runs, dtype=bool)
    return (
        float(np.diag(within).mean()),
        float(np.diag(across).mean()),
        float(within[different].mean()),
        float(across[different].mean()),
    )


def _mean_squares(areas: FloatArray) -> tuple[float, float, float]:
    """MS(T), MS(R) and MS(T×R) of the table [2, R]."""
    runs = areas.shape[1]
    by_configuration, by_run = areas.mean(axis=1), areas.mean(axis=0)
    left = areas - by_configuration[:, None] - by_run + areas.mean()
    return (
        float(runs * by_configuration.var(ddof=1)),
        float(2 * by_run.var(ddof=1)),
        float((left**2).sum() / (runs - 1)),
    )
