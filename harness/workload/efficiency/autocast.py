"""Mixed precision: float32 weights, products in 16 bits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, ClassVar, cast

import torch
from torch import nn

from harness.workload.efficiency.half_on_cpu import half_products, report_products
from harness.workload.efficiency.strategy import Step, Strategy
from harness.workload.failure import Refused
from harness.workload.observe import Observed
from harness.workload.saved import SavedTensors


class NoAutocast(Strategy):
    """Everything in the type of the weights: the reference."""

    def verify(self, seen: Observed) -> None:
        """The logits must have the type of weights."""
        if seen.logits not in seen.parameters:
            weights = ", ".join(sorted(seen.parameters))
            raise Refused(f"autocast none was asked for, but the logits are {seen.logits} and the weights {weights}")


class _Autocast(Strategy):
    """`torch.autocast` around the forward pass, in training and in prediction.

    torch picks the type of each operation from lists of its own, which differ between CPU and GPU: matrix products and
    convolutions get the 16-bit type, sums over many values and the like float32. Weights and their gradients stay
    float32, and so does the loss, which is computed outside.
    """

    dtype: ClassVar[torch.dtype]
    _device = torch.device("cpu")

    def prepare_process(self, device: torch.device) -> None:
        """See `Strategy.prepare_process`."""
        self._device = device

    def prepare_model(self, model: nn.Module) -> nn.Module:
        """Leave the model as it is. Raises `Refused` for weights of 16 bits, which leave nothing to cast."""
        if any(parameter.dtype != torch.float32 for parameter in model.parameters()):
            raise Refused(f"autocast {self._name} goes with weights float32 only")
        return model

    def forward(self, saved: SavedTensors | None) -> AbstractContextManager[object]:
        """See `Strategy.forward`."""
        return torch.autocast(self._device.type, self.dtype)

    def verify(self, seen: Observed) -> None:
        """The logits must have the type that was asked for: the last operation of each model is a product."""
        if seen.logits != self._name:
            raise Refused(f"autocast {self._name} was asked for, but the logits are {seen.logits}")

    @property
    def _name(self) -> str:
        return str(self.dtype).removeprefix("torch.")


class BFloat16Autocast(_Autocast):
    """bfloat16: as wide a range as float32, so the loss needs no scaling (Kalamkar and others, arXiv 1905.12322)."""

    dtype = torch.bfloat16


class Float16Autocast(_Autocast):
    """float16 with a scaled loss (Micikevicius and others, "Mixed precision training", arXiv 1710.03740).

    Gradients below 6e-8 would become zero in float16, so the loss is multiplied with a large number and the gradients
    are divided by it before the step. torch's GradScaler finds the number: it begins with 2¹⁶, halves it after a step
    whose gradients are not finite, and leaves that step out, and doubles it after 2000 good steps in a row.

    On a CPU by way of `half_on_cpu`.
    """

    dtype = torch.float16
    skips_non_finite = True

    def prepare_process(self, device: torch.device) -> None:
        """See `Strategy.prepare_process`."""
        super().prepare_process(device)
        self._scaler = torch.amp.GradScaler(device.type)
        self._one = torch.ones((), device=device)
        self._skips = torch.zeros((), dtype=torch.int64, device=device)

    @contextmanager
    def forward(self, saved: SavedTensors | None) -> Iterator[None]:
        """See `Strategy.forward`."""
        with super().forward(saved), half_products(self._device):
            yield

    def backward(self) -> AbstractContextManager[object]:
        """See `Strategy.backward`."""
        return half_products(self._device)

    def scale(self, loss: torch.Tensor) -> torch.Tensor:
        """See `Strategy.scale`."""
        return self._scaler.scale(loss)

    def step(self, optimizer: torch.optim.Optimizer, inner: Step) -> None:
        """Divide the gradients by the scale and call ``inner``, unless one of them is not finite.

        GradScaler's own step decides. For an optimiser that leaves the step out by itself, such as torch's fused ones,
        ``inner`` is always called, and nothing waits for the device; for others GradScaler has to.
        """
        through = cast(torch.optim.Optimizer, _Through(optimizer, inner))
        before = self._scaler.scale(self._one)
        self._scaler.unscale_(through)
        self._scaler.step(through)
        self._scaler.update()
        # A smaller scale is the trace that a step left out leaves on the device.
        self._skips += self._scaler.scale(self._one) < before

    def report(self) -> dict[str, Any]:
        """The scale of the next step, and how many steps were left out. Waits for the device."""
        figures = {"loss_scale": self._scaler.get_scale(), "loss_scale_skips": int(self._skips)}
        return figures | report_products(self._device)


class _Through:
    """Stands for an optimiser before GradScaler, and does its step through ``inner``.

    GradScaler leaves the tensors ``grad_scale`` and ``found_inf`` with an optimiser that asks for them; they are handed
    to the true one for as long as the step takes.
    """

    grad_scale: torch.Tensor | None
    found_inf: torch.Tensor

    def __init__(self, optimizer: torch.optim.Optimizer, inner: Step) -> None:
        self._optimizer, self._inner = optimizer, inner
        self.param_groups = optimizer.param_groups
        self._step_supports_amp_scaling = getattr(optimizer, "_step_supports_amp_scaling", False)

    def step(self) -> None:
        if not self._step_supports_amp_scaling:
            self._inner(self._optimizer)
            return
        handed = {"grad_scale": self.grad_scale, "found_inf": self.found_inf}
        vars(self._optimizer).update(handed)
        self._inner(self._optimizer)
        for name in handed:
            delattr(self._optimizer, name)
