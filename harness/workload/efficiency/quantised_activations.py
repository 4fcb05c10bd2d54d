"""What the forward pass keeps for the backward pass: as it is, or in 8 bits."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

import torch
from torch import nn
from torch.multiprocessing.reductions import StorageWeakRef

from harness.workload.efficiency.blockwise import QUANTISABLE, Blocks, dequantise, is_dense, quantise
from harness.workload.efficiency.strategy import Strategy
from harness.workload.failure import Refused
from harness.workload.observe import Observed
from harness.workload.saved import SavedTensors

SMALLEST = 4096
"""Tensors of fewer elements stay as they are: there is little to save, and much to lose."""

_COPIES_AND_VIEWS = frozenset(
    f"{name}Backward0"
    for name in (
        "ToCopy",
        "Clone",
        "T",
        "Transpose",
        "Permute",
        "View",
        "UnsafeView",
        "ReshapeAlias",
        "Expand",
        "Alias",
    )
)
"""Nodes of autograd's graph whose result is their one input in another type or layout."""


class ExactActivations(Strategy):
    """Autograd keeps what it always keeps."""

    def verify(self, seen: Observed) -> None:
        """Nothing may be int8."""
        if "int8" in seen.saved_activations:
            raise Refused("saved_activations exact was asked for, but some are int8")


class QuantisedActivations(Strategy):
    """Activations kept for the backward pass are rounded to 8 bits; the forward pass itself is exact.

    After ActNN (Chen and others, arXiv 2104.14129), which rounds stochastically, to fewer bits. Here it is 8 bits, to
    the nearest, in blocks of 256 (`blockwise`), and positive values stay positive, so that the backward pass of ReLU
    lets the same gradients through.

    It works through PyTorch's `torch.autograd.graph.saved_tensors_hooks`, and leaves exact:

    - parameters, buffers, their views, and the copies of parameters in lower precision that autocast makes;
    - what no gradient flows through: the batch itself, which its owner keeps in any case, and what normalisation and
      attention keep of their sums (mean, inverse deviation, logarithm of the sum of exponentials);
    - tensors of fewer than `SMALLEST` elements, those that repeat elements (expanded ones), and types other than
      float32, float16 and bfloat16, above all indices.

    An error of up to 1/254 of a block's largest value weighs little beside values of like size. It weighs more where
    values of very unlike size share a block, and in softmax's probabilities, whose sum the backward pass takes to be 1
    (Swin transformer V2; attention in one fused operation keeps no probabilities).

    A tensor that is changed in place after it was kept is an error in plain autograd. Here, one that was quantised
    gives the right gradient, because the quantised copy is older than the change; for one that was left exact it stays
    an error.
    """

    def __init__(self) -> None:
        self._model: nn.Module | None = None

    def prepare_model(self, model: nn.Module) -> nn.Module:
        """See `Strategy.prepare_model`."""
        self._model = model
        return model

    def forward(self, saved: SavedTensors | None) -> AbstractContextManager[object]:
        """See `Strategy.forward`."""
        if not torch.is_grad_enabled():
            return nullcontext()
        if self._model is None:
            raise ValueError("the model must be prepared first")
        return _quantising(self._model, saved)

    def verify(self, seen: Observed) -> None:
        """Of the bytes kept as numbers with a point or in their place, most must be int8.

        Indices, such as those of max pooling, are not counted: they can't be rounded, and with 8 bytes each they may be
        more than all the rest.
        """
        kept = seen.saved_activations
        int8, floating = kept.get("int8", 0), sum(size for name, size in kept.items() if "float" in name)
        if int8 <= floating:
            raise Refused(
                f"saved_activations int8 was asked for, but {int8} bytes are int8 and {floating} bytes are floating "
                "point: this model at this batch and size keeps little that can be quantised"
            )


@dataclass(frozen=True)
class _Exact:
    """A tensor that is kept as it is, and its version: how often it had been changed in place."""

    tensor: torch.Tensor
    version: int


@contextmanager
def _quantising(model: nn.Module, saved: SavedTensors | None) -> Iterator[None]:
    """Quantise what autograd keeps of the operations inside, and report it to ``saved``."""
    own = {_memory(tensor) for tensor in (*model.parameters(), *model.buffers())}
    # The keys hold weak references: while they are there, no other storage can take the same place, and the data of a
    # storage that nothing else needs is freed nevertheless.
    known: dict[Hashable, Blocks] = {}

    def pack(tensor: torch.Tensor) -> Blocks | _Exact:
        if not _is_activation(tensor, own):
            if saved is not None:
                saved.note((tensor,))
            return _Exact(tensor, tensor._version)
        key = _identity(tensor)
        if key not in known:
            known[key] = quantise(tensor, traces=True)
        blocks = known[key]
        if saved is not None:
            saved.note(blocks.tensors())
        return blocks.laid_out_like(tensor) if is_dense(tensor) else blocks

    with torch.autograd.graph.saved_tensors_hooks(pack, _unpack):
        yield


def _unpack(kept: Blocks | _Exact) -> torch.Tensor:
    if isinstance(kept, Blocks):
        return dequantise(kept)
    if kept.tensor._version != kept.version:
        raise RuntimeError("a tensor that the backward pass needs was changed in place after it was kept")
    return kept.tensor


def _is_activation(tensor: torch.Tensor, own: set[int]) -> bool:
    """Whether it is to be quantised. ``own`` is the memory of the model's parameters and buffers."""
    return (
        tensor.dtype in QUANTISABLE
        and tensor.numel() >= SMALLEST
        and tensor.requires_grad
        and not any(stride == 0 and size > 1 for stride, size in zip(tensor.stride(), tensor.shape, strict=True))
        and _memory(tensor) not in own
        and not is_copied_parameter(tensor)
    )


def is_copied_parameter(tensor: torch.Tensor) -> bool:
    """Whether it is a copy or view of one leaf of autograd's graph that is a parameter, and nothing else.

    Autocast's copy of a weight is made by a node for the copy, whose input is the node that gathers the weight's
    gradient (which alone has an attribute ``variable``); a transposition may follow.
    """
    node = tensor.grad_fn
    while node is not None and node.name() in _COPIES_AND_VIEWS:
        node = node.next_functions[0][0]
    return node is not None and isinstance(getattr(node, "variable", None), nn.Parameter)


def _identity(tensor: torch.Tensor) -> Hashable:
    """Equal for tensors with the same elements at the same place of memory, unchanged in between.

    Where the elements fill their memory the shape does not matter: blocks go by the order in memory.
    """
    layout = None if is_dense(tensor) else (tensor.shape, tensor.stride())
    storage = StorageWeakRef(tensor.untyped_storage())  # type: ignore[no-untyped-call]
    return storage, tensor.storage_offset(), tensor.numel(), tensor.dtype, tensor._version, layout


def _memory(tensor: torch.Tensor) -> int:
    return tensor.untyped_storage().data_ptr()
