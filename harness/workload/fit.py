"""The largest batch that the model can predict at once, for the offline inference window."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass

import torch

from harness.workload.device import synchronise
from harness.workload.failure import failure_kind
from harness.workload.images import Standardiser
from harness.workload.learner import Learner
from harness.workload.predict import PREDICT_BATCH


@dataclass(frozen=True)
class Fit:
    """``batch`` fits; ``tried`` are the sizes that were tried, in their order; ``reason`` says why the search ended."""

    batch: int
    tried: tuple[int, ...]
    reason: str


def largest_batch(learner: Learner, images: torch.Tensor, standardise: Standardiser, usual: int) -> Fit:
    """The largest of 64, 128, 256 … and all of ``images`` (uint8 [N, C, H, W] on the device) whose forward pass the
    device's memory holds. 64 is known to fit: all predictions are made so.

    On a CPU nothing is tried: the kernel ends a process that takes too much, and larger batches gain nothing there.
    ``usual``, the training batch, is taken.
    """
    if images.device.type != "cuda":
        return Fit(min(usual, len(images)), (), "on a CPU the training batch is taken")

    def fits(size: int) -> bool:
        return _predicts(learner, images[:size], standardise)

    learner.model.eval()
    found = search(fits, PREDICT_BATCH, len(images))
    torch.cuda.empty_cache()
    return found


def search(fits: Callable[[int], bool], known: int, limit: int) -> Fit:
    """Double ``known``, which fits, until a size does not or ``limit`` is reached, which is tried as well."""
    batch = min(known, limit)
    tried: list[int] = []
    while batch < limit:
        larger = min(2 * batch, limit)
        tried.append(larger)
        if not fits(larger):
            return Fit(batch, tuple(tried), f"{larger} images at once are too many for the device's memory")
        batch = larger
    return Fit(batch, tuple(tried), "all images fit at once")


def _predicts(learner: Learner, images: torch.Tensor, standardise: Standardiser) -> bool:
    """Whether a forward pass goes through, twice: the second one meets memory as the window will."""
    try:
        for _ in range(2):
            with torch.inference_mode():
                learner.probabilities(standardise(images))
            synchronise(images.device)
    except (RuntimeError, MemoryError) as error:
        if failure_kind(error) != "out_of_memory":
            raise
    else:
        return True
    # Outside the handler: the error holds the frames that hold the memory.
    gc.collect()
    torch.cuda.empty_cache()
    return False
