"""What the forward pass keeps for the backward pass: bytes by element type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import torch
from torch import nn


class SavedTensors:
    """Counts tensors that are kept, each piece of memory once; those of the model itself don't count.

    A view counts with the whole memory that it keeps alive. Tensors that autograd keeps come through hooks (PyTorch's
    `torch.autograd.graph.saved_tensors_hooks`); those that a strategy keeps in their place it reports itself.
    """

    def __init__(self, model: nn.Module) -> None:
        self._model = {_memory(tensor) for tensor in (*model.parameters(), *model.buffers())}
        self._seen: set[int] = set()
        self.bytes: dict[str, int] = {}
        """Bytes by element type, such as ``{"float32": 28000000, "int64": 4000}``."""

    def note(self, tensors: Iterable[torch.Tensor]) -> None:
        """Count ``tensors``, which stay alive until the backward pass."""
        for tensor in tensors:
            memory = _memory(tensor)
            if memory in self._model or memory in self._seen:
                continue
            self._seen.add(memory)
            name = str(tensor.dtype).removeprefix("torch.")
            self.bytes[name] = self.bytes.get(name, 0) + tensor.untyped_storage().nbytes()

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Count what autograd keeps of the operations inside."""
        with torch.autograd.graph.saved_tensors_hooks(self._keep, _give_back):
            yield

    def _keep(self, tensor: torch.Tensor) -> torch.Tensor:
        self.note((tensor,))
        return tensor


def _give_back(tensor: torch.Tensor) -> torch.Tensor:
    return tensor


def _memory(tensor: torch.Tensor) -> int:
    return tensor.untyped_storage().data_ptr()
