"""Activations inside a model's repeated blocks: kept, or computed again in the backward pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.utils.checkpoint import checkpoint

from harness.workload.efficiency.strategy import Strategy
from harness.workload.failure import Refused
from harness.workload.observe import Observed
from harness.workload.saved import SavedTensors

Forward = Callable[..., torch.Tensor]


class BlockCheckpointing(Strategy):
    """Of each block only the inputs are kept; the backward pass computes the rest again (Chen and others, arXiv
    1604.06174).

    A block is a dense layer of a DenseNet, a block of a Swin transformer V2, or a block of a vision transformer, as
    timm builds them. Done by PyTorch's `torch.utils.checkpoint`, which sets back the random state, so that the second
    time the same paths are dropped. The second time, batch normalisation updates statistics that nobody reads. So the
    gradients and the model are what they would have been, bit by bit.

    The model's modules and the names in its state stay as they are; only the blocks' ``forward`` is another. The
    inputs of a block are seen by hooks on kept tensors like what autograd keeps outside of blocks, so that they need
    not be reported.
    """

    def __init__(self) -> None:
        self._recomputed = 0

    def prepare_model(self, model: nn.Module) -> nn.Module:
        """Raises `Refused` for a model without such blocks."""
        blocks = _find_blocks(model)
        if not blocks:
            raise Refused(
                "activation_checkpointing blocks needs a model with repeated blocks (densenet121, "
                "swinv2_base_window8_256, vit_base_patch32_plus_256)"
            )
        for block in blocks:
            block.forward = self._checkpointed(block)
        return model

    def forward(self, saved: SavedTensors | None) -> AbstractContextManager[object]:
        """A forward pass with gradients starts the count anew."""
        if torch.is_grad_enabled():
            self._recomputed = 0
        return nullcontext()

    def report(self) -> Mapping[str, Any]:
        """How many blocks the last backward pass computed again."""
        return {"recomputed_blocks": self._recomputed}

    def verify(self, seen: Observed) -> None:
        """There must have been some."""
        if not seen.figures.get("recomputed_blocks"):
            raise Refused("activation_checkpointing blocks was asked for, but no block was computed again")

    def _checkpointed(self, block: nn.Module) -> Forward:
        """``block.forward``, of which only tensors given by position are kept."""
        plain: Forward = block.forward
        normalisations = [_Normalisation(module) for module in block.modules() if isinstance(module, _BatchNorm)]

        def contexts() -> tuple[AbstractContextManager[object], AbstractContextManager[object]]:
            return nullcontext(), self._again(normalisations)

        def forward(given: torch.Tensor | list[torch.Tensor], *others: Any, **options: Any) -> torch.Tensor:
            if not torch.is_grad_enabled():
                return plain(given, *others, **options)
            # A dense layer is given a list. `checkpoint` treats only tensors that are arguments by themselves as kept
            # ones, which hooks see and which may be quantised.
            listed = isinstance(given, list)
            tensors = given if isinstance(given, list) else [given]

            def run(*inputs: torch.Tensor) -> torch.Tensor:
                return plain(list(inputs) if listed else inputs[0], *others, **options)

            made: torch.Tensor = checkpoint(run, *tensors, use_reentrant=False, context_fn=contexts)
            return made

        return forward

    @contextmanager
    def _again(self, normalisations: list[_Normalisation]) -> Iterator[None]:
        """Surrounds the second computation of a block."""
        self._recomputed += 1
        for each in normalisations:
            each.exchange()
        try:
            yield
        finally:
            for each in normalisations:
                each.exchange()


class _Normalisation:
    """A batch normalisation and a second set of running statistics, which only the second computation updates.

    Leaving them out the second time would not do: autograd keeps them, and PyTorch wants to see the same tensors again.
    What is in them does not matter, since in training normalisation goes by the batch.
    """

    def __init__(self, module: _BatchNorm) -> None:
        self._module = module
        self._other: dict[str, torch.Tensor] = {}

    def exchange(self) -> None:
        """The set in use against the other one. Without effect outside of training, where statistics are only read."""
        if not self._module.training:
            return
        in_use = {name: buffer for name, buffer in self._module._buffers.items() if buffer is not None}
        self._module._buffers.update(self._other or {name: buffer.clone() for name, buffer in in_use.items()})
        self._other = in_use


def _find_blocks(model: nn.Module) -> list[nn.Module]:
    # Imported here, because it takes two seconds and only this strategy needs it.
    from timm.models.densenet import DenseLayer
    from timm.models.swin_transformer_v2 import SwinTransformerV2Block
    from timm.models.vision_transformer import Block

    return [each for each in model.modules() if isinstance(each, DenseLayer | SwinTransformerV2Block | Block)]
