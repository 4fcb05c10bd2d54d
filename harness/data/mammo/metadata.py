"""What is known of a breast without any pixel, and how well that alone tells the label.

Naive Bayes with Laplace smoothing over a handful of categories. Logistic regression, which the other trivial models
are, has no maximum here: in the paper's selection every image of site 2 has the same label.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.data.mammo.table import Row
from harness.data.split import SPLITS
from harness.data.trivial import SCORE_DECIMALS, logarithm
from harness.score.auc import OneClassOnlyError, roc_auc

Breast = Sequence[Row]
_AGE_BAND = 5


def _age(breast: Breast) -> str:
    age = breast[0].age
    return "unknown" if age is None else str(int(age // _AGE_BAND) * _AGE_BAND)


FEATURES: Mapping[str, Callable[[Breast], str]] = {
    "site": lambda breast: breast[0].site,
    "machine": lambda breast: breast[0].machine,
    "density": lambda breast: "unknown" if breast[0].density is None else "known",
    "age": _age,
    "views": lambda breast: str(len(breast)),
}
"""Name, and the category that a breast has; of density only whether it was noted, which is no reading of the image."""


def metadata_model(
    breasts: Mapping[str, Sequence[Breast]], labels: Mapping[str, NDArray[np.uint8]]
) -> tuple[dict[str, Any], dict[str, NDArray[np.float64]]]:
    """The model of all features with its AUCs, and its scores (log-odds) by split; and the AUCs of each alone."""
    whole, scores = _model(list(FEATURES), breasts, labels)
    alone = {name: _model([name], breasts, labels)[0]["auc"] for name in FEATURES}
    return {**whole, "alone": alone}, scores


def _model(
    names: Sequence[str], breasts: Mapping[str, Sequence[Breast]], labels: Mapping[str, NDArray[np.uint8]]
) -> tuple[dict[str, Any], dict[str, NDArray[np.float64]]]:
    tables = {name: _log_odds(FEATURES[name], breasts["train"], labels["train"]) for name in names}
    scores = {
        split: np.array(
            [
                # A category that training did not have says nothing.
                round(sum(tables[name].get(FEATURES[name](breast), 0.0) for name in names), SCORE_DECIMALS)
                for breast in breasts[split]
            ]
        )
        for split in SPLITS
    }
    auc = {split: _area(scores[split], labels[split]) for split in SPLITS}
    return {"features": list(names), "method": "naive Bayes, Laplace smoothing", "auc": auc}, scores


def _log_odds(
    feature: Callable[[Breast], str], breasts: Sequence[Breast], labels: NDArray[np.uint8]
) -> dict[str, float]:
    """For each category ln P(category | positive) / P(category | negative), one imagined breast of each kind added."""
    seen = Counter((feature(breast), int(label)) for breast, label in zip(breasts, labels, strict=True))
    categories = sorted({category for category, _ in seen})
    positive, negative = (sum(seen[one, label] for one in categories) + len(categories) for label in (1, 0))
    return {
        one: logarithm(seen[one, 1] + 1) - logarithm(positive) - logarithm(seen[one, 0] + 1) + logarithm(negative)
        for one in categories
    }


def _area(scores: NDArray[np.float64], labels: NDArray[np.uint8]) -> float | None:
    try:
        return round(roc_auc(scores, labels), 6)
    except OneClassOnlyError:
        return None
