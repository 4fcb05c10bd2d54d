"""Made-up probabilities of several cases a patient."""

from __future__ import annotations

import numpy as np
from scipy.special import expit


def sample(seed: int, *, patients: int = 80, share: float = 0.4, shift: float = 0.0, slope: float = 1.0):
    """Probabilities, labels (bool) and patients of 1 to 3 cases. The labels are drawn from probabilities whose logit is
    ``shift`` + ``slope`` · the logit given; cases of a patient share a part of it."""
    random = np.random.default_rng(seed)
    patient = np.repeat(np.arange(patients), random.integers(1, 4, patients))
    spread = np.log(share / (1 - share)) + random.normal(size=patients)[patient] + random.normal(size=len(patient))
    positive = random.random(len(patient)) < expit(shift + slope * spread)
    positive[:2] = (True, False)
    return expit(spread), positive, patient
