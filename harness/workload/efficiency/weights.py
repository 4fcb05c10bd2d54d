"""The number format of the weights, and with it of everything else: activations, gradients, products."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, ClassVar

import torch
from torch import nn

from harness.workload.efficiency.half_on_cpu import half_products, report_products
from harness.workload.efficiency.strategy import Strategy
from harness.workload.failure import Refused
from harness.workload.observe import Observed
from harness.workload.saved import SavedTensors


class _Weights(Strategy):
    dtype: ClassVar[torch.dtype]

    def verify(self, seen: Observed) -> None:
        """Every byte of the parameters must be of the type that was asked for."""
        name = str(self.dtype).removeprefix("torch.")
        if seen.parameters.keys() != {name}:
            found = ", ".join(sorted(seen.parameters)) or "not there"
            raise Refused(f"weights {name} was asked for, but the weights are {found}")


class Float32Weights(_Weights):
    """The model as it was built: the reference."""

    dtype = torch.float32


class _HalfWeights(_Weights):
    """The whole model in 16 bits: parameters, buffers such as the running means of a batch normalisation, and images.

    What the published code of Selvan, Schön and Dam (arXiv 2303.10181) does for half precision: ``model.half()``. As
    there, the loss is not scaled, so gradients too small for the format become zero, and a number too large for it ends
    the training. The optimiser updates the 16-bit weights themselves; there is no float32 copy of them.
    """

    def prepare_model(self, model: nn.Module) -> nn.Module:
        """Convert every floating-point parameter and buffer, in place."""
        return model.to(self.dtype)

    def prepare_batch(self, images: torch.Tensor) -> torch.Tensor:
        """Convert the images [N, C, S, S]."""
        return images.to(self.dtype)


class Float16Weights(_HalfWeights):
    """float16: 5 bits of exponent, 10 of mantissa; from 6e-8 to 65504. On a CPU by way of `half_on_cpu`."""

    dtype = torch.float16
    _device = torch.device("cpu")

    def prepare_process(self, device: torch.device) -> None:
        """See `Strategy.prepare_process`."""
        self._device = device

    def forward(self, saved: SavedTensors | None) -> AbstractContextManager[object]:
        """See `Strategy.forward`."""
        return half_products(self._device)

    def backward(self) -> AbstractContextManager[object]:
        """See `Strategy.backward`."""
        return half_products(self._device)

    def report(self) -> dict[str, Any]:
        """On a CPU, how products of float16 were made."""
        return report_products(self._device)


class BFloat16Weights(_HalfWeights):
    """bfloat16: the exponent of float32 with 7 bits of mantissa (Kalamkar and others, arXiv 1905.12322)."""

    dtype = torch.bfloat16
