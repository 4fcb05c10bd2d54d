"""Trivial models: logistic regression on one or a few obvious scalars, fitted on the training cases.

What a network must beat. A score above chance that a ruler also gets is no sign of having learnt to see.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit
from scipy.stats import rankdata

_DECIMAL = Context(prec=20)
COEFFICIENT_DECIMALS = 6
SCORE_DECIMALS = 12


@dataclass(frozen=True)
class Logistic:
    """P(positive) = 1 / (1 + exp(−(intercept + Σ weights · features))), coefficients rounded to six decimals.

    The rounding makes the fit the same on every machine, although the last bits of its arithmetic are not.
    """

    features: tuple[str, ...]
    weights: tuple[float, ...]
    intercept: float

    def score(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probabilities, float64 [cases], of features [cases, features]; the same to the bit on every machine.

        Reckoned in decimal arithmetic, which is specified digit by digit: the vector exp of NumPy is not, and differs
        between processors.
        """
        with_intercept = [Decimal(str(self.intercept)), *(Decimal(str(weight)) for weight in self.weights)]
        return np.array([_probability(with_intercept, row) for row in features.tolist()])


def _probability(coefficients: Sequence[Decimal], row: Sequence[float]) -> float:
    logit = coefficients[0]
    for weight, value in zip(coefficients[1:], row, strict=True):
        logit = _DECIMAL.fma(weight, Decimal(value), logit)
    probability = _DECIMAL.divide(Decimal(1), _DECIMAL.add(Decimal(1), _DECIMAL.exp(-logit)))
    return float(round(probability, SCORE_DECIMALS))


def logarithm(value: float | int) -> float:
    """Natural logarithm, the same to the bit on every machine (see `Logistic.score`)."""
    return float(_DECIMAL.ln(Decimal(value)))


def fit(names: Sequence[str], features: NDArray[np.float64], labels: NDArray[np.uint8]) -> Logistic:
    """Maximum likelihood without penalty on features float64 [cases, features] and labels uint8 [cases] of 0 and 1.

    Raises ValueError where there is no maximum (one class only, or classes that the features separate).
    """
    centre, spread = features.mean(axis=0), features.std(axis=0)
    design = np.column_stack([np.ones(len(features)), (features - centre) / np.where(spread > 0, spread, 1.0)])

    def loss(beta: NDArray[np.float64]) -> float:
        logits = design @ beta
        return float((np.logaddexp(0.0, logits) - labels * logits).sum())

    def gradient(beta: NDArray[np.float64]) -> NDArray[np.float64]:
        slope: NDArray[np.float64] = design.T @ (expit(design @ beta) - labels)
        return slope

    def curvature(beta: NDArray[np.float64]) -> NDArray[np.float64]:
        p = expit(design @ beta)
        bend: NDArray[np.float64] = (design * (p * (1 - p))[:, None]).T @ design
        return bend

    start = np.zeros(design.shape[1])
    found = minimize(loss, start, jac=gradient, hess=curvature, method="trust-exact", options={"gtol": 1e-9})
    beta = np.asarray(found.x, dtype=np.float64)
    if not np.isfinite(beta).all() or np.abs(beta).max() > 30:
        raise ValueError("logistic regression has no maximum: a class is empty, or the features separate the classes")
    weights = beta[1:] / np.where(spread > 0, spread, 1.0)
    return Logistic(
        features=tuple(names),
        weights=tuple(round(float(weight), COEFFICIENT_DECIMALS) for weight in weights),
        intercept=round(float(beta[0] - weights @ centre), COEFFICIENT_DECIMALS),
    )


def auc(labels: NDArray[np.uint8], scores: NDArray[np.float64]) -> float:
    """Area under the ROC curve: the share of (positive, negative) pairs in the right order, ties as half.

    Mann and Whitney's U over the number of pairs (Hanley and McNeil, Radiology 143, 1982). Raises ValueError where one
    of the classes is empty.
    """
    positive = labels == 1
    n_positive = int(positive.sum())
    n_negative = len(labels) - n_positive
    if n_positive == 0 or n_negative == 0:
        raise ValueError("an AUC needs cases of both classes")
    ranks = rankdata(scores)
    u = ranks[positive].sum() - n_positive * (n_positive + 1) / 2
    return float(u / (n_positive * n_negative))
