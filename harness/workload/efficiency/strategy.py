"""What an efficiency strategy may take a hand in. Each hook does nothing of its own accord."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, ClassVar

import torch
from torch import nn

from harness.workload.observe import Observed
from harness.workload.plan import Recipe
from harness.workload.saved import SavedTensors

Step = Callable[[torch.optim.Optimizer], None]
"""Takes the optimiser, whose parameters have their gradients, and leaves new weights behind."""


class Strategy:
    """One way to save something; by itself it changes nothing.

    A subclass overrides the hooks that it needs, says in its docstring where it comes from, and in `verify` compares
    what was asked for with what was seen.
    """

    skips_non_finite: ClassVar[bool] = False
    """Whether a step whose gradients are not finite is left out, so that one such loss is not the end of training."""

    def prepare_process(self, device: torch.device) -> None:
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

    def forward(self, saved: SavedTensors | None) -> AbstractContextManager[object]:
        """Surrounds every call of the model, in training and in prediction.

        Where ``saved`` is given, a strategy that keeps something else for the backward pass than autograd would tells
        it of every tensor that it keeps.
        """
        return nullcontext()

    def scale(self, loss: torch.Tensor) -> torch.Tensor:
        """The loss from which the backward pass starts, a float32 scalar on the device."""
        return loss

    def backward(self) -> AbstractContextManager[object]:
        """Surrounds the backward pass."""
        return nullcontext()

    def gradients(self) -> Iterable[torch.Tensor]:
        """Tensors that it keeps for the gradients, besides ``.grad``, between the backward pass and the step."""
        return ()

    def step(self, optimizer: torch.optim.Optimizer, inner: Step) -> None:
        """Do the optimiser's step, through ``inner``."""
        inner(optimizer)

    def report(self) -> Mapping[str, Any]:
        """Figures of its own for ``observed``: names to numbers, texts, or lists and mappings of them."""
        return {}

    def verify(self, seen: Observed) -> None:
        """Raise `Refused` where what was asked for was not seen after a real step."""
