"""Mean binary cross-entropy of probabilities, as the harness computes it from the predictions that it was sent."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

CLIP = float(np.finfo(np.float32).eps)
"""Predictions travel as float32, where a sigmoid saturates to exactly 0 or 1; a miss there would cost infinity."""


def binary_cross_entropy(probabilities: npt.ArrayLike, labels: npt.ArrayLike) -> float:
    """Mean of −log(probability given to the true class) in nats.

    ``probabilities`` are in [0, 1] [n], ``labels`` 0 or 1 [n], n ≥ 1; probabilities are clipped to
    [`CLIP`, 1 − `CLIP`], so one case costs at most about 15.9. Raises `ValueError` where the arrays don't fit.
    """
    values = np.asarray(probabilities, dtype=np.float64)
    truth = np.asarray(labels)
    if values.ndim != 1 or values.shape != truth.shape or values.size == 0:
        raise ValueError(f"one probability for each label is needed: {values.shape} and {truth.shape}")
    if not ((values >= 0.0) & (values <= 1.0)).all():
        raise ValueError("a probability lies outside [0, 1]")
    if not np.isin(truth, (0, 1)).all():
        raise ValueError("a label is neither 0 nor 1")
    given = np.where(truth == 1, values, 1.0 - values)
    return float(-np.mean(np.log(np.clip(given, CLIP, 1.0 - CLIP))))
