"""All strategies of one submission, at work together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import nn

from harness.workload.efficiency.strategy import Step, Strategy
from harness.workload.observe import Observed
from harness.workload.plan import Recipe
from harness.workload.saved import SavedTensors


@dataclass(frozen=True)
class Efficiency:
    """Calls each hook of `Strategy` on every strategy, in order; the first one is innermost."""

    strategies: tuple[Strategy, ...]

    @property
    def skips_non_finite(self) -> bool:
        """See `Strategy.skips_non_finite`."""
        return any(strategy.skips_non_finite for strategy in self.strategies)

    def prepare_process(self, device: torch.device) -> None:
        """See `Strategy.prepare_process`."""
        for strategy in self.strategies:
            strategy.prepare_process(device)

    def prepare_model(self, model: nn.Module) -> nn.Module:
        """See `Strategy.prepare_model`."""
        for strategy in self.strategies:
            model = strategy.prepare_model(model)
        return model

    def make_optimizer(self, parameters: Iterable[nn.Parameter], recipe: Recipe) -> torch.optim.Optimizer:
        """The optimiser of the one strategy that makes one. A `ValueError` where it is none or several: our mistake."""
        listed = list(parameters)
        made = [each for strategy in self.strategies if (each := strategy.make_optimizer(listed, recipe)) is not None]
        if len(made) != 1:
            raise ValueError(f"{len(made)} strategies made an optimiser; it must be exactly one")
        return made[0]

    def prepare_batch(self, images: torch.Tensor) -> torch.Tensor:
        """See `Strategy.prepare_batch`."""
        for strategy in self.strategies:
            images = strategy.prepare_batch(images)
        return images

    @contextmanager
    def forward(self, saved: SavedTensors | None = None) -> Iterator[None]:
        """See `Strategy.forward`.

        ``saved`` counts from outside of all strategies: of the hooks on what autograd keeps, only the innermost are
        called, and a strategy that has its own tells ``saved`` itself.
        """
        with ExitStack() as stack:
            if saved is not None:
                stack.enter_context(saved.counting())
            for strategy in reversed(self.strategies):
                stack.enter_context(strategy.forward(saved))
            yield

    def backward(self, loss: torch.Tensor) -> None:
        """The backward pass, inside every `Strategy.backward`, from the loss as every `Strategy.scale` made it."""
        for strategy in self.strategies:
            loss = strategy.scale(loss)
        with ExitStack() as stack:
            for strategy in reversed(self.strategies):
                stack.enter_context(strategy.backward())
            loss.backward()  # type: ignore[no-untyped-call]

    def gradients(self) -> list[torch.Tensor]:
        """See `Strategy.gradients`."""
        return [tensor for strategy in self.strategies for tensor in strategy.gradients()]

    def step(self, optimizer: torch.optim.Optimizer) -> None:
        """The optimiser's step, through every strategy's `Strategy.step`."""
        step: Step = _plain_step
        for strategy in self.strategies:
            step = partial(strategy.step, inner=step)
        step(optimizer)

    def report(self) -> dict[str, Any]:
        """All figures of `Strategy.report`. A `ValueError` where two have one name: our mistake."""
        figures: dict[str, Any] = {}
        for strategy in self.strategies:
            for name, figure in strategy.report().items():
                if name in figures:
                    raise ValueError(f"two strategies report {name}")
                figures[name] = figure
        return figures

    def verify(self, seen: Observed) -> None:
        """See `Strategy.verify`."""
        for strategy in self.strategies:
            strategy.verify(seen)


def _plain_step(optimizer: torch.optim.Optimizer) -> None:
    optimizer.step()
