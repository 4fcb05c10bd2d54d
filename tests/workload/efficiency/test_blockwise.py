from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from torch.utils._python_dispatch import TorchDispatchMode

from harness.workload.efficiency import blockwise
from harness.workload.efficiency.blockwise import BLOCK, Blocks, dequantise, is_dense, quantise

pytestmark = pytest.mark.torch

_DTYPES = [torch.float32, torch.float16, torch.bfloat16]

_FINITE = npst.arrays(
    np.float32,
    st.integers(1, 3 * BLOCK),
    elements=st.floats(-60000, 60000, width=32, allow_subnormal=True),
    fill=st.floats(-1, 1, width=32),
)
"""Fits into float16."""


def _largest(tensor: torch.Tensor) -> np.ndarray:
    """For each element of a flat tensor, the largest magnitude of its block, in float64."""
    values = np.abs(tensor.double().numpy())
    return np.concatenate(
        [np.full(len(block), block.max()) for block in np.split(values, range(BLOCK, len(values), BLOCK))]
    )


def _spacing(tensor: torch.Tensor) -> np.ndarray:
    """For each element, how far apart numbers of its type are there."""
    info = torch.finfo(tensor.dtype)
    spacing: np.ndarray = np.maximum(tensor.double().abs().numpy() * info.eps, info.smallest_normal * info.eps)
    return spacing


@given(_FINITE, st.sampled_from(_DTYPES), st.booleans())
@settings(max_examples=150, deadline=None)
def test_the_law(array: np.ndarray, dtype: torch.dtype, traces: bool) -> None:
    """No element is off by more than 1/254 of its block's largest and its type's rounding; its sign stays; doing it
    again changes nothing."""
    given_ = torch.from_numpy(array).to(dtype)
    blocks = quantise(given_, traces=traces)
    back = dequantise(blocks)
    assert back.dtype == dtype
    difference = np.abs(back.double().numpy() - given_.double().numpy())
    assert (difference <= _largest(given_) / 254 * (1 + 1e-5) + _spacing(back)).all()
    assert (back * given_.sign() >= 0).all()
    assert (back[given_ == 0] == 0).all()
    if traces:
        assert (back[given_ > 0] > 0).all()
    again = quantise(back, traces=traces)
    assert torch.equal(again.values, blocks.values)
    assert torch.equal(again.scales, blocks.scales)
    assert torch.equal(dequantise(again), back)


def test_levels_are_those_of_numpy() -> None:
    """Against NumPy, whose ``rint`` rounds halves to even as well."""
    given_ = torch.randn(5 * BLOCK + 17, generator=torch.Generator().manual_seed(0))
    blocks = quantise(given_)
    scale = _largest(given_).astype(np.float32)
    assert np.array_equal(blocks.values.numpy(), np.rint(given_.numpy() / scale * np.float32(127)).astype(np.int8))
    assert np.array_equal(blocks.scales.numpy(), scale[::BLOCK])


def test_it_takes_a_little_over_a_byte_a_value() -> None:
    blocks = quantise(torch.randn(64 * BLOCK))
    assert sum(tensor.nbytes for tensor in blocks.tensors()) == 64 * (BLOCK + 4)
    assert (blocks.values.dtype, blocks.scales.dtype) == (torch.int8, torch.float32)


def test_largest_and_tiny_blocks() -> None:
    for magnitude in (torch.finfo(torch.float32).max, 1e-38, 1e-44):
        given_ = torch.tensor([magnitude, -magnitude, 0.0])
        assert torch.equal(dequantise(quantise(given_)), given_)


def test_the_smallest_positive_number_stays_positive() -> None:
    """Where it is exactly half a level, which is rounded to 0 as the nearest even one."""
    smallest = 2.0**-24
    given_ = torch.tensor([254 * smallest, smallest], dtype=torch.float16)
    assert dequantise(quantise(given_))[1] == 0
    assert torch.equal(dequantise(quantise(given_, traces=True)), given_)


@pytest.mark.parametrize("dtype", _DTYPES)
@pytest.mark.parametrize("traces", [False, True])
@pytest.mark.parametrize("wrong", [math.inf, -math.inf, math.nan])
def test_a_number_that_is_none_stays_visible(wrong: float, traces: bool, dtype: torch.dtype) -> None:
    given_ = torch.randn(3 * BLOCK, dtype=dtype)
    given_[BLOCK + 5] = wrong
    finite = dequantise(quantise(given_, traces=traces)).isfinite().view(3, BLOCK)
    assert finite[0].all()
    assert not finite[1].any()
    assert finite[2].all()


_LAYOUTS: list[tuple[torch.Tensor, bool]] = [
    (torch.randn(0), True),
    (torch.randn(2, 0, 3), True),
    (torch.randn(()), True),
    (torch.randn(7, 301), True),
    (torch.randn(301, 7).t(), True),
    (torch.randn(2, 3, 17, 19).to(memory_format=torch.channels_last), True),
    (torch.randn(1, 5, 1, 300).to(memory_format=torch.channels_last), True),
    (torch.randn(40, 30)[3:], True),
    (torch.randn(40, 30)[:, 2:25], False),
    (torch.randn(40, 30)[::2], False),
    (torch.randn(2, 9, 3, 4, 5).permute(2, 0, 3, 1, 4)[1], False),
    (torch.randn(40, 1).expand(40, 30), False),
]


@pytest.mark.parametrize(("given_", "dense"), _LAYOUTS)
def test_layouts(given_: torch.Tensor, dense: bool) -> None:
    assert is_dense(given_) == dense
    back = dequantise(quantise(given_))
    assert back.shape == given_.shape
    assert is_dense(back)
    if dense:
        assert back.stride() == given_.stride()
    assert torch.allclose(back, given_, rtol=0, atol=float(given_.abs().max() / 250) if given_.numel() else 0.0)


def test_blocks_go_by_the_order_in_memory() -> None:
    given_ = torch.randn(2, 3, 17, 19).to(memory_format=torch.channels_last)
    flat = quantise(given_.permute(0, 2, 3, 1).reshape(-1))
    blocks = quantise(given_)
    assert torch.equal(blocks.values, flat.values)
    assert torch.equal(blocks.scales, flat.scales)
    assert torch.equal(dequantise(blocks).permute(0, 2, 3, 1).reshape(-1), dequantise(flat))


def test_one_quantisation_for_two_views() -> None:
    given_ = torch.randn(6, 512)
    other = quantise(given_).laid_out_like(given_.view(12, 256).t())
    assert torch.equal(dequantise(other), dequantise(quantise(given_)).view(12, 256).t())


class _NewTensors(TorchDispatchMode):
    """Notes types and bytes of everything that operations inside make."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[tuple[torch.dtype, int]] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        made = func(*args, **(kwargs or {}))
        # Views make nothing new.
        self.made += [
            (each.dtype, each.nbytes)
            for each in (made if isinstance(made, tuple) else (made,))
            if isinstance(each, torch.Tensor) and each._base is None and not func.is_view
        ]
        return made


@pytest.mark.parametrize("dtype", _DTYPES)
def test_a_large_tensor_is_worked_on_in_pieces(dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pieces change nothing, and only the result itself is as large as the tensor."""
    given_ = torch.randn(1000 * BLOCK + 100).to(dtype)
    at_once = quantise(given_, traces=True)
    monkeypatch.setattr(blockwise, "_AT_ONCE", 16 * BLOCK)
    with _NewTensors() as new:
        blocks = quantise(given_, traces=True)
        back = dequantise(blocks)
    assert torch.equal(blocks.values, at_once.values)
    assert torch.equal(blocks.scales, at_once.scales)
    assert torch.equal(back, dequantise(at_once))
    assert torch.float64 not in {kind for kind, _ in new.made}
    results = [blocks.values.nbytes, blocks.scales.nbytes, back.nbytes]
    large = [size for _, size in new.made if size > 16 * BLOCK * 4 and size not in results]
    assert large == []
    assert blocks.values.nbytes in {size for _, size in new.made}


@pytest.mark.parametrize("dtype", [torch.float64, torch.int64, torch.bool])
def test_other_types_are_an_error(dtype: torch.dtype) -> None:
    with pytest.raises(TypeError, match="can't be quantised"):
        quantise(torch.ones(4).to(dtype))


def test_autograd_takes_no_notice() -> None:
    weight = torch.randn(300, requires_grad=True)
    blocks: Blocks = quantise(weight * 2)
    assert not dequantise(blocks).requires_grad
