"""What really happened: element types and bytes, read from the live model and optimiser after a real step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

LARGE_FROM = 4096
"""Elements from which a tensor counts as large: bitsandbytes keeps the moments of smaller ones in float32."""

Bytes = dict[str, int]
"""Bytes by element type, such as ``{"float32": 28000000}``."""


@dataclass(frozen=True)
class Observed:
    """Bytes by element type, and the optimiser's class.

    ``optimizer_state`` is everything the optimiser keeps. The moments are the part of it that has the shape of a
    parameter, apart for parameters of at least `LARGE_FROM` elements and for smaller ones.
    """

    parameters: Bytes
    gradients: Bytes
    optimizer_state: Bytes
    large_moments: Bytes
    small_moments: Bytes
    optimizer: str

    def to_json(self) -> dict[str, Any]:
        """As it stands in the events."""
        return {
            "parameters": self.parameters,
            "gradients": self.gradients,
            "optimizer_state": self.optimizer_state,
            "optimizer": self.optimizer,
            "large_moments": self.large_moments,
            "small_moments": self.small_moments,
            "large_from_elements": LARGE_FROM,
            "tf32": torch.backends.cuda.matmul.allow_tf32 or torch.backends.cudnn.allow_tf32,
            "threads": torch.get_num_threads(),
        }


def observe(model: nn.Module, optimizer: torch.optim.Optimizer) -> Observed:
    """Read ``model`` and ``optimizer`` between a step and the deletion of its gradients."""
    parameters = list(model.parameters())
    large = [parameter for parameter in parameters if parameter.numel() >= LARGE_FROM]
    small = [parameter for parameter in parameters if parameter.numel() < LARGE_FROM]
    return Observed(
        parameters=_bytes(parameters),
        gradients=_bytes(parameter.grad for parameter in parameters if parameter.grad is not None),
        optimizer_state=_bytes(tensor for parameter in parameters for tensor in _state(optimizer, parameter)),
        large_moments=_bytes(moment for parameter in large for moment in _moments(optimizer, parameter)),
        small_moments=_bytes(moment for parameter in small for moment in _moments(optimizer, parameter)),
        optimizer=type(optimizer).__name__,
    )


def _state(optimizer: torch.optim.Optimizer, parameter: nn.Parameter) -> list[torch.Tensor]:
    return [value for value in optimizer.state.get(parameter, {}).values() if isinstance(value, torch.Tensor)]


def _moments(optimizer: torch.optim.Optimizer, parameter: nn.Parameter) -> list[torch.Tensor]:
    return [tensor for tensor in _state(optimizer, parameter) if tensor.shape == parameter.shape]


def _bytes(tensors: Iterable[torch.Tensor]) -> Bytes:
    """Bytes by element type. Memory that several tensors share, such as a quantisation table, counts once."""
    total: Bytes = {}
    seen: set[int] = set()
    for tensor in tensors:
        if tensor.data_ptr() not in seen:
            seen.add(tensor.data_ptr())
            name = str(tensor.dtype).removeprefix("torch.")
            total[name] = total.get(name, 0) + tensor.numel() * tensor.element_size()
    return total
