"""The weights that the harness called the best so far."""

from __future__ import annotations

import torch
from torch import nn


class Kept:
    """Holds a copy of a model's parameters and buffers in host memory, so that it takes none on the device."""

    def __init__(self) -> None:
        self._state: dict[str, torch.Tensor] | None = None

    def take(self, model: nn.Module) -> None:
        """Copy the model as it is now, in place of an earlier copy."""
        self._state = {name: tensor.detach().to("cpu", copy=True) for name, tensor in model.state_dict().items()}

    def restore(self, model: nn.Module) -> None:
        """Put the copy back, if one was taken; the last weights stand otherwise."""
        if self._state is not None:
            model.load_state_dict(self._state)
