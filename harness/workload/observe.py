"""What really happened: element types and bytes, read from the live model and optimiser after a real step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from harness.workload.saved import SavedTensors

LARGE_FROM = 4096
"""Elements from which a tensor counts as large: bitsandbytes keeps the moments of smaller ones in float32."""

Bytes = dict[str, int]
"""Bytes by element type, such as ``{"float32": 28000000}``."""


@dataclass(frozen=True)
class Observed:
    """Bytes by element type, the optimiser's class, and what the strategies tell of themselves.

    ``gradients`` is what there was between the backward pass and the step. ``saved_activations`` is what the forward
    pass of a step of ``images`` images kept for the backward pass. ``optimizer_state`` is everything the optimiser
    keeps; the moments are the part of it that has the shape of a parameter, apart for parameters of at least
    `LARGE_FROM` elements and for smaller ones. ``logits`` is the element type that the model gave.
    """

    images: int
    parameters: Bytes
    gradients: Bytes
    saved_activations: Bytes
    optimizer_state: Bytes
    large_moments: Bytes
    small_moments: Bytes
    optimizer: str
    logits: str
    device: str
    float32_products: str
    figures: Mapping[str, Any]

    @property
    def only_skipped(self) -> bool:
        """Whether loss scaling has left out every step so far, so that the optimiser has no state yet."""
        return not self.large_moments and not self.small_moments and bool(self.figures.get("loss_scale_skips"))

    def to_json(self) -> dict[str, Any]:
        """As it stands in the events."""
        return {
            "images": self.images,
            "parameters": self.parameters,
            "gradients": self.gradients,
            "saved_activations": self.saved_activations,
            "optimizer_state": self.optimizer_state,
            "optimizer": self.optimizer,
            "large_moments": self.large_moments,
            "small_moments": self.small_moments,
            "large_from_elements": LARGE_FROM,
            "logits": self.logits,
            "float32_products": self.float32_products,
            "threads": torch.get_num_threads(),
            **self.figures,
        }


@dataclass(frozen=True)
class Moment:
    """What is there between the backward pass and the step, and gone after it."""

    images: int
    gradients: Bytes
    saved_activations: Bytes
    logits: str


def observe_moment(model: nn.Module, kept: Iterable[torch.Tensor], saved: SavedTensors, logits: torch.Tensor) -> Moment:
    """Read the gradients of ``model``, and ``kept``, which a strategy keeps besides them."""
    own = [parameter.grad for parameter in model.parameters() if parameter.grad is not None]
    return Moment(len(logits), _bytes([*own, *kept]), dict(saved.bytes), _name(logits.dtype))


def observe(model: nn.Module, optimizer: torch.optim.Optimizer, moment: Moment, figures: Mapping[str, Any]) -> Observed:
    """Read ``model`` and ``optimizer`` after the step to which ``moment`` belongs."""
    parameters = list(model.parameters())
    large = [parameter for parameter in parameters if parameter.numel() >= LARGE_FROM]
    small = [parameter for parameter in parameters if parameter.numel() < LARGE_FROM]
    device = parameters[0].device
    return Observed(
        images=moment.images,
        parameters=_bytes(parameters),
        gradients=moment.gradients,
        saved_activations=moment.saved_activations,
        optimizer_state=_bytes(tensor for parameter in parameters for tensor in _state(optimizer, parameter)),
        large_moments=_bytes(moment for parameter in large for moment in _moments(optimizer, parameter)),
        small_moments=_bytes(moment for parameter in small for moment in _moments(optimizer, parameter)),
        optimizer=type(optimizer).__name__,
        logits=moment.logits,
        device=device.type,
        float32_products=float32_products(device),
        figures=figures,
    )


def float32_products(device: torch.device) -> str:
    """``float32`` or ``tf32``: how the device multiplies float32 matrices now, seen from a product it is given.

    1 + 2⁻¹² needs 12 bits of mantissa; TF32 rounds the factors to 10 and gives 1.
    """
    factor = torch.full((64, 64), 1 + 2.0**-12, device=device)
    with torch.autocast(device.type, enabled=False):
        product = factor @ torch.eye(64, device=device)
    return "float32" if bool((product == factor).all()) else "tf32"


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
            name = _name(tensor.dtype)
            total[name] = total.get(name, 0) + tensor.numel() * tensor.element_size()
    return total


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")
