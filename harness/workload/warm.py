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
from harness.workload.images import measure_standardiser
from harness.workload.learner import build_learner
from harness.workload.observe import Observed
from harness.workload.plan import Plan
from harness.workload.predict import PREDICT_BATCH

_PROBE = 2
"""Images of the first tries: the fewest that can be normalised over the batch."""
_PROBES = 2
"""Tries of that size: the first one, which pays for what happens once, and the one that counts."""
_TIMED = 3
_REPEATS = 1 + _TIMED
"""Tries of full size: again the first is not timed."""
_BUDGET_S = 20.0
"""What trying batches of full size may take, for steps and for predictions each. Where the probe says that it would
take longer (a large transformer on two cores), the probe itself is the estimate: 20 s are too little to matter beside
a run that long, and nobody should wait for minutes to be told that the run would take hours."""


@dataclass(frozen=True)
class WarmUp:
    """Medians of a few steps and predictions, in seconds, and what was seen in the last step.

    ``step_images`` and ``predict_images`` are the sizes of the batches that were timed. Where they are smaller than the
    planned ones, the seconds were scaled up by the number of images, which is no less than the full batch takes.
    """

    step_seconds: float
    step_images: int
    predict_seconds_per_image: float
    predict_images: int
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

    def step(size: int) -> None:
        learner.forget_gradients()
        learner.model.train()
        learner.step(standardise(images[:size]), labels[:size])

    def predict(size: int) -> None:
        learner.model.eval()
        with torch.inference_mode():
            learner.probabilities(standardise(images[:size]))

    total = 2 * (_PROBES + _REPEATS)
    step_s, step_images = _time(step, plan.recipe.batch, device, lambda done: progress(done, total))
    learner.forget_gradients()
    _, observed = learner.observed_step(standardise(images[:step_images]), labels[:step_images])
    learner.forget_gradients()
    predict_s, predict_images = _time(predict, PREDICT_BATCH, device, lambda done: progress(total // 2 + done, total))
    predict(1)  # the single-image window uses other kernels
    return WarmUp(
        step_seconds=step_s / step_images * plan.recipe.batch,
        step_images=step_images,
        predict_seconds_per_image=predict_s / predict_images,
        predict_images=predict_images,
        observed=observed,
    )


def _time(
    work: Callable[[int], None], size: int, device: torch.device, progress: Callable[[int], None]
) -> tuple[float, int]:
    """Median seconds of ``work`` and how many images it was given: ``size``, or fewer where that takes too long."""
    durations: list[float] = []

    def repeat(images: int, times: int) -> None:
        for _ in range(times):
            durations.append(_timed(lambda: work(images), device))
            progress(len(durations))

    repeat(_PROBE, _PROBES)
    probe = durations[-1]
    if probe / _PROBE * size * _REPEATS > _BUDGET_S:
        return probe, _PROBE
    repeat(size, _REPEATS)
    return median(durations[-_TIMED:]), size


def _timed(work: Callable[[], None], device: torch.device) -> float:
    synchronise(device)
    start = time.perf_counter()
    work()
    synchronise(device)
    return time.perf_counter() - start
