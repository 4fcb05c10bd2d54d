"""Products of float16 tensors on a CPU, done as a GPU's tensor cores do them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch._ops import OpOverload
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map_only

_aten = torch.ops.aten

_PRODUCTS = {
    _aten.mm,
    _aten.addmm,
    _aten.bmm,
    _aten.baddbmm,
    _aten.convolution,
    _aten.convolution_backward,
    _aten._scaled_dot_product_flash_attention_for_cpu,
    _aten._scaled_dot_product_flash_attention_for_cpu_backward,
}
"""What a profile of the models' steps showed: in torch 2.15 nearly all of the time of a float16 step on a CPU went into
these, for want of a vectorised kernel. All else (normalisation, activation functions, sums) takes about as long in
float16 as in float32."""

_COMPOSED = {_aten.linear, _aten.matmul, _aten.conv2d, _aten.scaled_dot_product_attention}
"""What torch takes apart into the products above before a dispatch mode sees it, save in inference mode. It is taken
apart here, so that a prediction rounds where training does."""


class HalfProducts(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Inside, every product of float16 tensors is computed in float32 and rounded to float16 once.

    So does a tensor core: it multiplies float16 exactly and adds in float32 (NVIDIA's "Training with mixed precision"
    guide). Not the same bits, as the order of the sums is another one, but the same kind of error; torch's own CPU
    kernel for a float16 product is correct too, but made with a plain loop.

    torch dispatches here below autograd and autocast: what autograd keeps for the backward pass stays float16. The mode
    holds for the thread that enters it; on a CPU that is also the thread which runs the backward pass.
    """

    def __torch_dispatch__(
        self,
        func: OpOverload[..., Any],
        types: tuple[type, ...],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Called by torch for every operation inside."""
        kwargs = kwargs or {}
        if func.overloadpacket in _COMPOSED:
            with self:
                return func.decompose(*args, **kwargs)
        if func.overloadpacket not in _PRODUCTS or not _of_float16(args):
            return func(*args, **kwargs)
        given = func(*tree_map_only(torch.Tensor, _widened, args), **kwargs)
        if func.overloadpacket is _aten._scaled_dot_product_flash_attention_for_cpu:
            attended, log_sum = given
            return _rounded(attended), log_sum  # which is float32 whatever the operands are
        return tree_map_only(torch.Tensor, _rounded, given)


def half_products(device: torch.device) -> AbstractContextManager[object]:
    """`HalfProducts` on a CPU; nothing on a GPU, which has no need of it."""
    if device.type != "cpu":
        return nullcontext()
    return HalfProducts()  # type: ignore[no-untyped-call]


def report_products(device: torch.device) -> dict[str, str]:
    """What a strategy that computes inside `half_products` says of it in its report."""
    return {"float16_products": "float32, rounded once"} if device.type == "cpu" else {}


def _of_float16(args: tuple[Any, ...]) -> bool:
    return any(isinstance(arg, torch.Tensor) and arg.dtype == torch.float16 for arg in args)


def _widened(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.float() if tensor.dtype == torch.float16 else tensor


def _rounded(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.half()
