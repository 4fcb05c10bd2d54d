"""Warm-up before `ready`: real steps on made-up images, timed for the harness's estimate.

It works on a learner of its own, which is thrown away: weights, optimiser state and chance of the training that follows
are what they would have been without it.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import torch

from harness.workload.device import forget_peak_memory, synchronise
from harness.workload.images import Standardiser, measure_standardiser
from harness.workload.learner import Learner, build_learner
from harness.workload.observe import Observed
from harness.workload.plan import Plan
from harness.workload.predict import PREDICT_BATCH

_UNTIMED = 1
_TIMED = 3


@dataclass(frozen=True)
class WarmUp:
    """Medians of a few steps and predictions, in seconds, and what was seen after the last step."""

    step_seconds: float
    predict_seconds_per_image: float
    observed: Observed


def warm_up(plan: Plan, device: torch.device, progress: Callable[[int, int], None]) -> WarmUp:
    """Try the plan out. Raises `Refused` where the strategy that it asks for is not what happens."""
    warm = _try_out(plan, device, progress)
    gc.collect()  # the optimiser and its parameters may hold each other
    forget_peak_memory(device)
    return warm


def _try_out(plan: Plan, device: torch.device, progress: Callable[[int, int], None]) -> WarmUp:
    learner = build_learner(plan, device)
    generator = torch.Generator().manual_seed(0)
    count = max(plan.recipe.batch, PREDICT_BATCH)
    images = torch.randint(256, (count, *plan.image), dtype=torch.uint8, generator=generator).to(device)
    labels = torch.randint(2, (plan.recipe.batch,), generator=generator).to(device, torch.float32)
    standardise = measure_standardiser(images, plan.input)
    repeats = _UNTIMED + _TIMED
    steps, predictions = [], []
    for repeat in range(repeats):
        progress(repeat, 2 * repeats)
        learner.forget_gradients()
        steps.append(_timed(lambda: _step(learner, standardise, images, labels), device))
    observed = learner.observe()
    learner.forget_gradients()
    for repeat in range(repeats):
        progress(repeats + repeat, 2 * repeats)
        predictions.append(_timed(lambda: _predict(learner, standardise, images[:PREDICT_BATCH]), device))
    _predict(learner, standardise, images[:1])  # the single-image window uses other kernels
    return WarmUp(
        step_seconds=median(steps[_UNTIMED:]),
        predict_seconds_per_image=median(predictions[_UNTIMED:]) / PREDICT_BATCH,
        observed=observed,
    )


def _step(learner: Learner, standardise: Standardiser, images: torch.Tensor, labels: torch.Tensor) -> None:
    learner.model.train()
    learner.step(standardise(images[: len(labels)]), labels)


def _predict(learner: Learner, standardise: Standardiser, images: torch.Tensor) -> None:
    learner.model.eval()
    with torch.inference_mode():
        learner.probabilities(standardise(images))


def _timed(work: Callable[[], None], device: torch.device) -> float:
    synchronise(device)
    start = time.perf_counter()
    work()
    synchronise(device)
    return time.perf_counter() - start
