"""What an efficiency strategy may take a hand in. Each hook does nothing of its own accord."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import nn

from harness.workload.observe import Observed
from harness.workload.plan import Recipe

Update = Callable[[torch.Tensor, torch.optim.Optimizer], None]
"""Takes the mean loss of a batch and the optimiser; leaves gradients and new weights behind."""


class Strategy:
    """One way to save something; by itself it changes nothing.

    A subclass overrides the hooks that it needs, says in its docstring where it comes from, and in `verify` compares
    what was asked for with what was seen.
    """

    def prepare_process(self) -> None:
        """Set what holds for the whole process, after reference arithmetic was set and before the model is built."""

    def prepare_model(self, model: nn.Module) -> nn.Module:
        """Change the model, which is on its device already, before the optimiser sees its parameters."""
        return model

    def make_optimizer(self, parameters: Iterable[nn.Parameter], recipe: Recipe) -> torch.optim.Optimizer | None:
        """The optimiser, from the one strategy whose business it is; None from all others."""
        return None

    def prepare_batch(self, images: torch.Tensor) -> torch.Tensor:
        """Change standardised images [N, C, S, S] just before the model sees them, in training and in prediction."""
        return images

    def forward(self) -> AbstractContextManager[object]:
        """Surrounds every call of the model, in training and in prediction."""
        return nullcontext()

    def update(self, loss: torch.Tensor, optimizer: torch.optim.Optimizer, inner: Update) -> None:
        """Do the backward pass and the optimiser's step, with or instead of ``inner``."""
        inner(loss, optimizer)

    def verify(self, seen: Observed) -> None:
        """Raise `Refused` where what was asked for was not seen after a real step."""
