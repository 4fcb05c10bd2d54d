"""A tensor kept in 8 bits: int8 values in blocks of 256 that share a float32 scale."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch

BLOCK = 256
"""Values that share one scale."""
_LEVELS = 127
"""The value of largest magnitude in a block becomes plus or minus this."""
_TRACE = -128
"""The one int8 value that is not a level: positive, but nearer to 0 than to the first level."""
_TRACE_LEVEL = 0.3
"""What `_TRACE` comes back as, in levels: less than a half, so that it is found again, and enough not to vanish where
the levels are no further apart than the smallest numbers of the element type."""
_AT_ONCE = 2**14 * BLOCK
"""Values that are worked on at a time, so that what is needed meanwhile stays at some tens of MiB."""

QUANTISABLE = (torch.float32, torch.float16, torch.bfloat16)


@dataclass(frozen=True)
class Blocks:
    """A quantised tensor of n elements.

    ``values`` int8 [n] and ``scales`` float32 [n / 256, rounded up] are in the order in which the tensor lay in memory;
    ``shape``, ``strides`` and ``dtype`` are those of the tensor that `dequantise` makes. ``traces`` says whether small
    positive values were kept apart from 0.
    """

    values: torch.Tensor
    scales: torch.Tensor
    shape: torch.Size
    strides: tuple[int, ...]
    dtype: torch.dtype
    traces: bool

    def tensors(self) -> tuple[torch.Tensor, torch.Tensor]:
        """What takes memory."""
        return self.values, self.scales

    def laid_out_like(self, tensor: torch.Tensor) -> Blocks:
        """The same values and scales, to come back in the shape and strides of another view of the same memory."""
        return replace(self, shape=tensor.shape, strides=tensor.stride())


@torch.no_grad()
def quantise(tensor: torch.Tensor, *, traces: bool = False) -> Blocks:
    """Round ``tensor`` (float32, float16 or bfloat16, any layout) to 255 levels a block.

    Block-wise scaling by the largest magnitude is from Dettmers and others (arXiv 2110.02861), who use levels that are
    not evenly spaced; here they are, and rounding is to the nearest. An element is off by at most 1/254 of the largest
    magnitude in its block, and by the rounding of its own type. It never changes its sign, but small ones become 0;
    with ``traces`` small positive ones come back positive. 0 stays 0. What has been quantised once is not changed by
    being quantised again. In a block with an infinity or NaN no element comes back finite.

    A tensor whose elements fill their memory without gaps keeps its strides; any other is copied first, and comes back
    without gaps in the same order of dimensions. Raises `TypeError` for another element type.
    """
    if tensor.dtype not in QUANTISABLE:
        raise TypeError(f"{tensor.dtype} can't be quantised")
    if not is_dense(tensor):
        tensor = tensor.clone()
    size = tensor.numel()
    memory = tensor.as_strided((size,), (1,))
    values = torch.empty(size, dtype=torch.int8, device=tensor.device)
    scales = torch.empty(-(-size // BLOCK), dtype=torch.float32, device=tensor.device)
    for elements, blocks, width in _pieces(size):
        part = memory[elements].view(-1, width).float()
        least, most = torch.aminmax(part, dim=1)  # both are NaN where one element is
        scale = torch.maximum(-least, most)
        scales[blocks] = scale
        # Divided before it is multiplied: at most 1, whatever the scale, so that nothing overflows.
        levels = (part / scale.where(scale != 0, 1)[:, None]).mul_(_LEVELS).round_()
        kept = values[elements].view(-1, width)
        kept.copy_(levels)
        if traces:
            kept.masked_fill_((levels == 0).logical_and_(part > 0), _TRACE)
    return Blocks(values, scales, tensor.shape, tensor.stride(), tensor.dtype, traces)


@torch.no_grad()
def dequantise(blocks: Blocks) -> torch.Tensor:
    """The tensor again, newly made."""
    size = blocks.values.numel()
    memory = torch.empty(size, dtype=blocks.dtype, device=blocks.values.device)
    for elements, of_blocks, width in _pieces(size):
        values = blocks.values[elements].view(-1, width)
        levels = values.float()
        if blocks.traces:
            levels.masked_fill_(values == _TRACE, _TRACE_LEVEL)
        # 127 / 127 is exactly 1: the largest magnitude of a block comes back as it was.
        memory[elements].view(-1, width).copy_(levels.div_(_LEVELS).mul_(blocks.scales[of_blocks, None]))
    return memory.as_strided(blocks.shape, blocks.strides)


def is_dense(tensor: torch.Tensor) -> bool:
    """Whether its elements fill one range of memory, each place once, in whatever order of dimensions."""
    expected = 1
    for stride, size in sorted(zip(tensor.stride(), tensor.shape, strict=True)):
        if size == 1:
            continue
        if stride != expected:
            return tensor.numel() == 0
        expected *= size
    return True


def _pieces(size: int) -> Iterator[tuple[slice, slice, int]]:
    """Elements, their blocks, and the width of a block: many whole blocks at a time, then the last one if shorter."""
    whole = size // BLOCK * BLOCK
    for start in range(0, whole, _AT_ONCE):
        end = min(start + _AT_ONCE, whole)
        yield slice(start, end), slice(start // BLOCK, end // BLOCK), BLOCK
    if whole < size:
        yield slice(whole, size), slice(whole // BLOCK, None), size - whole
