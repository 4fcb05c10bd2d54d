"""Variance of ROC areas where several cases belong to one patient (Obuchowski 1997).

N. A. Obuchowski, "Nonparametric analysis of clustered ROC curve data", Biometrics 53 (1997) 567–578. It is DeLong's
estimator (DeLong, DeLong, Clarke-Pearson, Biometrics 44 (1988) 837–845) with the placement values summed within each
patient first; where every case is its own patient the two are equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

FloatArray = npt.NDArray[np.float64]


class TooFewPatientsError(ValueError):
    """The variance cannot be estimated: a class has cases of fewer than two patients."""


@dataclass(frozen=True)
class Placements:
    """Placement values of one predictor: for each positive case the share of negatives below it, for each negative
    case the share of positives above it; a tie counts one half.

    ``positive`` is float64 [positives], ``negative`` float64 [negatives], both in the order of the cases. The mean of
    either is the area under the ROC curve. Differences of two predictors' placements are placements of the difference.
    """

    positive: FloatArray
    negative: FloatArray

    @property
    def area(self) -> float:
        """The area under the ROC curve (for a difference: the difference of areas)."""
        return float(np.mean(self.positive))

    def minus(self, other: Placements) -> Placements:
        """Placement values of the difference of two areas on the same cases."""
        return Placements(self.positive - other.positive, self.negative - other.negative)


def placements(scores: FloatArray, positive: npt.NDArray[np.bool_]) -> Placements:
    """Placement values through midranks, in O(n log n) (X. Sun, W. Xu, IEEE Signal Process. Lett. 21 (2014) 1389).

    ``scores`` is float64 [n], ``positive`` bool [n] with at least one case of each class.
    """
    above, below = scores[positive], scores[~positive]
    ranks = rankdata(scores)
    higher = (ranks[positive] - rankdata(above)) / len(below)
    lower = 1.0 - (ranks[~positive] - rankdata(below)) / len(above)
    return Placements(higher, lower)


@dataclass(frozen=True)
class PatientSums:
    """What each patient adds to each of k areas: with the letters of `clustered_covariance`, A / M and B / N, float64
    [k, patients], and f(I10), f(I01) and f(I)."""

    positive: FloatArray
    negative: FloatArray
    factors: tuple[float, float, float]

    @classmethod
    def of(
        cls, predictors: Sequence[Placements], positive: npt.NDArray[np.bool_], patients: npt.NDArray[np.integer]
    ) -> PatientSums:
        """The sums of k ``predictors`` on the same cases. Raises `TooFewPatientsError` where a class has cases of fewer
        than two patients."""
        names, patient = np.unique(patients, return_inverse=True)
        with_positive = len(np.unique(patient[positive]))
        with_negative = len(np.unique(patient[~positive]))
        if min(with_positive, with_negative) < 2:
            raise TooFewPatientsError(
                f"the positive cases come from {with_positive} and the negative from {with_negative} patients; "
                "two of each are needed"
            )
        return cls(
            _sums([each.positive - each.area for each in predictors], patient[positive], len(names)) / positive.sum(),
            _sums([each.negative - each.area for each in predictors], patient[~positive], len(names))
            / (~positive).sum(),
            (_factor(with_positive), _factor(with_negative), _factor(len(names))),
        )

    def beside(self, other: PatientSums) -> PatientSums:
        """The sums of both, this one's predictors first; the cases must be the same."""
        if self.positive.shape[1] != other.positive.shape[1] or self.factors != other.factors:
            raise ValueError("sums over other patients can't stand beside these")
        return PatientSums(
            np.concatenate([self.positive, other.positive]),
            np.concatenate([self.negative, other.negative]),
            self.factors,
        )

    def covariance(self) -> FloatArray:
        """Covariance matrix float64 [k, k] of the areas: see `clustered_covariance`."""
        a, b = self.positive, self.negative
        cross = self.factors[2] * (a @ b.T)
        covariance: FloatArray = self.factors[0] * (a @ a.T) + self.factors[1] * (b @ b.T) + cross + cross.T
        return covariance


def clustered_covariance(
    predictors: Sequence[Placements], positive: npt.NDArray[np.bool_], patients: npt.NDArray[np.integer]
) -> FloatArray:
    """Covariance matrix float64 [k, k] of the areas of ``k`` predictors on the same cases.

    ``positive`` is bool [n] and ``patients`` an integer [n] that names each case's patient. With A and B the sums, over
    a patient's positive and negative cases, of placement value minus area; M, N the numbers of positive and negative
    cases; and f(I) = I / (I − 1) for the patients with a positive case, with a negative case, and with any case::

        cov = f(I10) ΣAAᵀ / M² + f(I01) ΣBBᵀ / N² + f(I) Σ(ABᵀ + BAᵀ) / (M N)

    f(I) is the smallest of the three factors, so the variance is never negative. Raises `TooFewPatientsError` where a
    class has cases of fewer than two patients.
    """
    return PatientSums.of(predictors, positive, patients).covariance()


def _factor(patients: int) -> float:
    return patients / (patients - 1)


def _sums(residuals: list[FloatArray], patient: npt.NDArray[np.intp], count: int) -> FloatArray:
    """Sums within each patient: [k, patients]."""
    return np.stack([np.bincount(patient, weights=residual, minlength=count) for residual in residuals])
