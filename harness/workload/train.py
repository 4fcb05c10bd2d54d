"""One epoch of training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

from harness.workload.failure import Diverged
from harness.workload.feed import Feed
from harness.workload.images import Standardiser
from harness.workload.learner import Learner
from harness.workload.observe import Observed
from harness.workload.plan import Recipe
from harness.workload.schedule import learning_rate, set_learning_rate

_CHECK_EVERY = 50
"""Steps between two looks at the losses: each look waits for the device."""


@dataclass(frozen=True)
class Epoch:
    """What one epoch did. ``loss`` is the mean over the images of the steps with a finite one; ``observed`` is the last
    step."""

    loss: float
    images: int
    steps: int
    non_finite_steps: int
    observed: Observed


def train_epoch(
    learner: Learner,
    feed: Feed,
    standardise: Standardiser,
    recipe: Recipe,
    number: int,
    progress: Callable[[int, int], None],
) -> Epoch:
    """Train through epoch ``number`` (from 1). ``progress`` is told how many of how many images are done.

    Raises `Diverged` with the epoch and the step of the first loss that is not finite; where a strategy leaves out such
    steps, only if no step had a finite one. Raises `Refused` where the strategy was not honoured.
    """
    learner.model.train()
    steps, images = len(feed.sizes), sum(feed.sizes)
    losses: torch.Tensor | None = None
    observed: Observed | None = None
    done = 0
    for step, batch in enumerate(feed.epoch(number)):
        before = (number - 1) * steps + step
        rate = learning_rate(recipe.learning_rate, recipe.schedule, before, recipe.epochs * steps)
        set_learning_rate(learner.optimizer, rate)
        if losses is None:
            losses = torch.zeros(steps, device=batch.labels.device)
        if step + 1 < steps:
            losses[step] = learner.step(standardise(batch.images), batch.labels)
        else:
            losses[step], observed = learner.observed_step(standardise(batch.images), batch.labels)
        if not learner.efficiency.skips_non_finite and ((step + 1) % _CHECK_EVERY == 0 or step + 1 == steps):
            _check_finite(losses[: step + 1], number)
        learner.forget_gradients()
        done += len(batch.labels)
        progress(done, images)
    if losses is None or observed is None:
        raise ValueError("an epoch has at least one step")
    finite = losses.cpu().isfinite()
    if not finite.any():
        raise Diverged(f"no step of epoch {number} has a finite loss")
    return Epoch(
        loss=_mean(losses.cpu()[finite], torch.tensor(feed.sizes)[finite]),
        images=images,
        steps=steps,
        non_finite_steps=steps - int(finite.sum()),
        observed=observed,
    )


def _check_finite(losses: torch.Tensor, epoch: int) -> None:
    finite = losses.isfinite().cpu()
    if not finite.all():
        raise Diverged(f"the loss is not finite in epoch {epoch}, step {int(finite.int().argmin()) + 1}")


def _mean(losses: torch.Tensor, sizes: torch.Tensor) -> float:
    weights = sizes.double()
    return float((losses.double() * weights).sum() / weights.sum())
