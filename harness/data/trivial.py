"""Trivial models: logistic regression on one or a few obvious scalars, fitted on the training cases.

What a network must beat. A score above chance that a ruler also gets is no sign of having learnt to see.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import root
from scipy.special import expit

_DECIMAL = Context(prec=20)
COEFFICIENT_DECIMALS = 6
SCORE_DECIMALS = 12
_STEEPEST = 20.0
"""Change of the logit for one standard deviation above which classes count as separated: nothing real is so sharp."""


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


def logarithm(value: Decimal | float) -> float:
    """Natural logarithm, the same to the bit on every machine (see `Logistic.score`)."""
    return float(_DECIMAL.ln(value if isinstance(value, Decimal) else Decimal(value)))


def fit(names: Sequence[str], features: NDArray[np.float64], labels: NDArray[np.uint8]) -> Logistic:
    """Maximum likelihood without penalty on features float64 [cases, features] and labels uint8 [cases] of 0 and 1.

    Raises ValueError where there is no one maximum: a class is empty, a feature constant, or the classes separable.
    """
    if set(labels.tolist()) != {0, 1}:
        raise ValueError("logistic regression needs cases of both classes")
    centre, spread = features.mean(axis=0), features.std(axis=0)
    if not spread.all():
        raise ValueError(f"{names[int(np.argmin(spread))]!r} is the same in every case")
    design = np.column_stack([np.ones(len(features)), (features - centre) / spread])

    def gradient(beta: NDArray[np.float64]) -> NDArray[np.float64]:
        slope: NDArray[np.float64] = design.T @ (expit(design @ beta) - labels)
        return slope

    def curvature(beta: NDArray[np.float64]) -> NDArray[np.float64]:
        p = expit(design @ beta)
        bend: NDArray[np.float64] = (design * (p * (1 - p))[:, None]).T @ design
        return bend

    start = np.zeros(design.shape[1])
    # The root of the gradient is found to the last few bits; the lowest loss only to half as many digits.
    found = root(gradient, start, jac=curvature, tol=1e-12)
    beta = np.asarray(found.x, dtype=np.float64)
    if not found.success or np.abs(beta).max() > _STEEPEST:
        raise ValueError(
            f"logistic regression on {', '.join(names)} finds no maximum: they separate the classes or are redundant"
        )
    weights = beta[1:] / spread
    return Logistic(
        features=tuple(names),
        weights=tuple(round(float(weight), COEFFICIENT_DECIMALS) for weight in weights),
        intercept=round(float(beta[0] - weights @ centre), COEFFICIENT_DECIMALS),
    )
