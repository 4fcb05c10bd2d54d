"""The reference optimiser: AdamW with float32 state."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import nn

from harness.workload.efficiency.strategy import Strategy
from harness.workload.failure import Refused
from harness.workload.observe import Observed
from harness.workload.plan import Recipe


class Float32State(Strategy):
    """AdamW (Loshchilov and Hutter, arXiv 1711.05101) as torch has it, both moments in float32.

    The fused form: one kernel for all tensors instead of several for each. It is the fastest that torch has, on CPU and
    GPU, so that other optimisers are not compared with a slow reference.
    """

    def make_optimizer(self, parameters: Iterable[nn.Parameter], recipe: Recipe) -> torch.optim.Optimizer:
        """See `Strategy.make_optimizer`."""
        return torch.optim.AdamW(
            parameters,
            lr=recipe.learning_rate,
            betas=recipe.betas,
            eps=recipe.epsilon,
            weight_decay=recipe.weight_decay,
            fused=True,
        )

    def verify(self, seen: Observed) -> None:
        """Every byte of the moments must be float32."""
        if seen.only_skipped:
            return
        moments = seen.large_moments.keys() | seen.small_moments.keys()
        if moments != {"float32"}:
            found = ", ".join(sorted(moments)) or "not there"
            raise Refused(f"optimizer_state float32 was asked for, but the moments are {found}")
