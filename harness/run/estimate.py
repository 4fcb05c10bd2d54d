"""How long a run will take, from the few steps that the workload timed on synthetic tensors before `ready`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any


@dataclass(frozen=True)
class Size:
    """How much a run works through, under one profile."""

    epochs: int
    steps: int
    """Optimiser steps in one epoch."""
    validation: int
    """Images predicted after each epoch."""
    test: int
    windows_s: float
    """Seconds of inference windows."""
    training_s: float
    """Seconds for which training is repeated where energy is counted."""
    idle_s: float
    """Seconds in which idle power is measured, where energy is counted."""

    @classmethod
    def of(cls, profile: Mapping[str, Any], hyperparameters: Mapping[str, Any], counts: Mapping[str, int]) -> Size:
        """``counts`` gives the cases of train, val and test; a null in the profile means the benchmark's own."""
        batch = profile["batch"] or hyperparameters["batch"]
        steps = ceil(counts["train"] / batch)
        return cls(
            epochs=profile["epochs"] or hyperparameters["epochs"],
            steps=min(steps, profile["steps"] or steps),
            validation=min(counts["val"], profile["validation"] or counts["val"]),
            test=min(counts["test"], profile["test"] or counts["test"]),
            windows_s=profile["offline_s"] + profile["single_s"],
            training_s=profile["training_s"],
            idle_s=profile["idle_s"],
        )

    def seconds(self, step_s: float, image_s: float, *, metered: bool, windows: bool) -> float:
        """The estimate in seconds, from `ready` on, for ``step_s`` a training step and ``image_s`` a predicted image.

        ``metered``: whether something counts energy, so that training is repeated and idle power measured; ``windows``:
        whether this run holds the inference windows. Early stopping may end a run sooner; the estimate does not count
        on it.
        """
        once = self.epochs * (self.steps * step_s + self.validation * image_s) + self.test * image_s
        passes = max(1, ceil(self.training_s / once)) if metered and once > 0 else 1
        return passes * once + (self.idle_s if metered else 0.0) + (self.windows_s if windows else 0.0)
