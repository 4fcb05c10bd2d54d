"""Probabilities for a set of images."""

from __future__ import annotations

from collections.abc import Callable

import torch

from harness.workload.failure import Diverged
from harness.workload.images import Standardiser
from harness.workload.learner import Learner

PREDICT_BATCH = 64
"""Images per call of the model outside the inference windows; fixed, so that predictions depend on no setting."""


def predict(
    learner: Learner, images: torch.Tensor, standardise: Standardiser, progress: Callable[[int, int], None]
) -> list[float]:
    """The probability of each of ``images`` (uint8 [N, C, H, W] on the device): float32 values, in their order.

    Leaves the model in evaluation mode. ``progress`` is told how many of how many images are done. Raises `Diverged`
    where a probability is not a finite number.
    """
    learner.model.eval()
    parts = []
    done = 0
    with torch.inference_mode():
        for part in torch.split(images, PREDICT_BATCH):
            parts.append(learner.probabilities(standardise(part)))
            done += len(part)
            progress(done, len(images))
    return as_list(torch.cat(parts))


def as_list(probabilities: torch.Tensor) -> list[float]:
    """The values on the host. Raises `Diverged` where one is not finite."""
    values = probabilities.cpu()
    finite = values.isfinite()
    if not finite.all():
        raise Diverged(f"the prediction of image {int(finite.int().argmin())} is not a finite number")
    return [float(value) for value in values.tolist()]
