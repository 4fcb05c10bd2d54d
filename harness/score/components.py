"""What the variance of a difference of run-averaged areas is made of; the sources stand in `harness.score.readers`."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.stats import t

from harness.score.clustered import FloatArray
from harness.score.estimate import CONFIDENCE

ROUNDING = 1e-24
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
        if self.ms_interaction <= ROUNDING:
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


def mean_covariances(covariance: FloatArray, runs: int) -> tuple[float, float, float, float]:
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


def mean_squares(areas: FloatArray) -> tuple[float, float, float]:
    """MS(T), MS(R) and MS(T×R) of the table [2, R]."""
    runs = areas.shape[1]
    by_configuration, by_run = areas.mean(axis=1), areas.mean(axis=0)
    left = areas - by_configuration[:, None] - by_run + areas.mean()
    return (
        float(runs * by_configuration.var(ddof=1)),
        float(2 * by_run.var(ddof=1)),
        float((left**2).sum() / (runs - 1)),
    )
