"""The order in memory of images, weights of convolutions and what lies between."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from harness.workload.efficiency.strategy import Step, Strategy
from harness.workload.failure import Refused
from harness.workload.observe import Observed


class Contiguous(Strategy):
    """torch's own order, NCHW: all pixels of a channel beside each other. The reference."""


class ChannelsLast(Strategy):
    """NHWC: all channels of a pixel beside each other.

    The order that tensor cores work on, so that cuDNN needs no transposition before and after a convolution (torch's
    tutorial "Channels last memory format in PyTorch"; NVIDIA's "Convolutional layers user's guide"). Shapes and values
    stay the same.
    """

    _weights: tuple[nn.Parameter, ...] = ()

    def prepare_model(self, model: nn.Module) -> nn.Module:
        """Lay out all 4-D parameters and buffers anew. Raises `Refused` for a model where that changes nothing.

        Of a weight [out, in, 1, 1] or [out, 1, h, w] torch can't tell the order; it counts for nothing here.
        """
        model.to(memory_format=torch.channels_last)
        self._weights = tuple(weight for weight in model.parameters() if _has_an_order(weight))
        if not self._weights:
            raise Refused("memory_format channels_last was asked for, but the model has no weight with pixels")
        return model

    def prepare_batch(self, images: torch.Tensor) -> torch.Tensor:
        """Lay out the images [N, C, S, S] anew."""
        return images.contiguous(memory_format=torch.channels_last)

    def step(self, optimizer: torch.optim.Optimizer, inner: Step) -> None:
        """Do the step. bitsandbytes' optimisers put weights back into torch's own order, so they are laid out again."""
        inner(optimizer)
        for weight in self._weights:
            if not _is_channels_last(weight):
                weight.data = weight.data.contiguous(memory_format=torch.channels_last)

    def report(self) -> dict[str, Any]:
        """How many weights have an order, and how many of them this one, as they are now."""
        return {
            "channels_last_weights": sum(map(_is_channels_last, self._weights)),
            "weights_with_pixels": len(self._weights),
        }

    def verify(self, seen: Observed) -> None:
        """After a step, every weight that has an order must still have this one."""
        done, all_of_them = seen.figures["channels_last_weights"], seen.figures["weights_with_pixels"]
        if done < all_of_them:
            raise Refused(
                f"memory_format channels_last was asked for, but {all_of_them - done} of {all_of_them} weights have "
                "another order"
            )


def _has_an_order(weight: torch.Tensor) -> bool:
    """Whether the two orders differ: more than one channel and more than one pixel."""
    return weight.dim() == 4 and weight.shape[1] > 1 and weight.shape[2] * weight.shape[3] > 1


def _is_channels_last(weight: torch.Tensor) -> bool:
    return weight.is_contiguous(memory_format=torch.channels_last)
