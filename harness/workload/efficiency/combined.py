"""All strategies of one submission, at work together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial

import torch
from torch import nn

from harness.workload.efficiency.strategy import Strategy, Update
from harness.workload.observe import Observed
from harness.workload.plan import Recipe


@dataclass(frozen=True)
class Efficiency:
    """Calls each hook of `Strategy` on every strategy, in order; the first one is innermost."""

    strategies: tuple[Strategy, ...]

    def prepare_process(self) -> None:
        """See `Strategy.prepare_process`."""
        for strategy in self.strategies:
            strategy.prepare_process()

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
    def forward(self) -> Iterator[None]:
        """See `Strategy.forward`."""
        with ExitStack() as stack:
            for strategy in reversed(self.strategies):
                stack.enter_context(strategy.forward())
            yield

    def update(self, loss: torch.Tensor, optimizer: torch.optim.Optimizer) -> None:
        """Backward pass and step, through every strategy's `Strategy.update`."""
        update: Update = _plain_update
        for strategy in self.strategies:
            update = partial(strategy.update, inner=update)
        update(loss, optimizer)

    def verify(self, seen: Observed) -> None:
        """See `Strategy.verify`."""
        for strategy in self.strategies:
            strategy.verify(seen)


def _plain_update(loss: torch.Tensor, optimizer: torch.optim.Optimizer) -> None:
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
