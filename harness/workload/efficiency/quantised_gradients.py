"""Gradients between the backward pass and the step: as they are, or in 8 bits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import torch
from torch import nn

from harness.workload.efficiency.blockwise import QUANTISABLE, Blocks, dequantise, quantise
from harness.workload.efficiency.strategy import Step, Strategy
from harness.workload.failure import Refused
from harness.workload.observe import LARGE_FROM, Observed
from harness.workload.plan import Recipe

AT_ONCE_BYTES = 32 * 2**20
"""Bytes of gradients that are there in full at a time; one larger parameter is a group by itself."""


class ExactGradients(Strategy):
    """Every parameter holds its gradient until the step."""

    def verify(self, seen: Observed) -> None:
        """Nothing may be int8."""
        if "int8" in seen.gradients:
            raise Refused("gradients exact was asked for, but some are int8")


class QuantisedGradients(Strategy):
    """Each gradient is rounded to 8 bits as soon as the backward pass has finished it, and is whole again only while
    the optimiser uses it.

    Rounding is to the nearest, in blocks of 256 (`blockwise`, after Dettmers and others, arXiv 2110.02861, who do so
    with the optimiser's state; that it is done with gradients is this repository's choice). What rounding loses is not
    carried over to the next step. Parameters of fewer than `LARGE_FROM` elements keep their gradients exact.

    The step goes through the optimiser several times, each time with the gradients of some of the parameters, about
    `AT_ONCE_BYTES` of them. An optimiser passes over parameters without a gradient, so that for one that treats every
    parameter by itself, such as AdamW, it is the same as one step with all of them. What looks at all gradients
    together (clipping by their norm, loss scaling) has to be somewhere else.
    """

    def __init__(self) -> None:
        self._kept: dict[nn.Parameter, Blocks] = {}

    def make_optimizer(self, parameters: Iterable[nn.Parameter], recipe: Recipe) -> torch.optim.Optimizer | None:
        """Makes none, but these are the parameters whose gradients are to be kept in 8 bits."""
        for parameter in parameters:
            if parameter.numel() >= LARGE_FROM and parameter.dtype in QUANTISABLE:
                parameter.register_post_accumulate_grad_hook(self._keep)  # type: ignore[no-untyped-call]
        return None

    def gradients(self) -> Iterable[torch.Tensor]:
        """Values and scales."""
        return [tensor for blocks in self._kept.values() for tensor in blocks.tensors()]

    def step(self, optimizer: torch.optim.Optimizer, inner: Step) -> None:
        """``inner`` with one group of parameters after another. No gradient is left afterwards."""
        parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
        exact = {parameter: parameter.grad for parameter in parameters if parameter.grad is not None}
        optimizer.zero_grad(set_to_none=True)
        for group in _groups([each for each in parameters if each in exact or each in self._kept]):
            for parameter in group:
                blocks = self._kept.pop(parameter, None)
                parameter.grad = exact.pop(parameter) if blocks is None else dequantise(blocks)
            inner(optimizer)
            for parameter in group:
                parameter.grad = None

    def verify(self, seen: Observed) -> None:
        """More than half of the bytes must be int8."""
        int8, total = seen.gradients.get("int8", 0), sum(seen.gradients.values())
        if 2 * int8 <= total:
            raise Refused(f"gradients int8 was asked for, but only {int8} of {total} bytes are int8")

    def _keep(self, parameter: torch.Tensor) -> None:
        """Take over a gradient that the backward pass has just finished."""
        assert isinstance(parameter, nn.Parameter)
        assert parameter.grad is not None
        if parameter in self._kept:  # a second backward pass before the step: gradients add up, as they always do
            parameter.grad += dequantise(self._kept[parameter])
        self._kept[parameter] = quantise(parameter.grad)
        parameter.grad = None


def _groups(parameters: Iterable[nn.Parameter]) -> Iterator[list[nn.Parameter]]:
    """In their order, as many as stay within `AT_ONCE_BYTES`, at least one."""
    group: list[nn.Parameter] = []
    held = 0
    for parameter in parameters:
        size = parameter.numel() * parameter.element_size()
        if group and held + size > AT_ONCE_BYTES:
            yield group
            group, held = [], 0
        group.append(parameter)
        held += size
    if group:
        yield group
