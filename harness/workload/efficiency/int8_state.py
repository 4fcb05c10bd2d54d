"""AdamW whose moments are kept in 8 bits."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import nn

from harness.workload.efficiency.strategy import Strategy
from harness.workload.failure import Refused
from harness.workload.observe import LARGE_FROM, Observed
from harness.workload.plan import Recipe


class Int8State(Strategy):
    """Block-wise dynamic quantisation of the optimiser's state (Dettmers and others, arXiv 2110.02861).

    bitsandbytes' AdamW8bit: each block of 256 values shares a float32 scale, the values are uint8 indices into a table
    of 256. Tensors of fewer than 4096 elements keep float32 moments; that is the library's own default, and what the
    paper under test used.
    """

    def make_optimizer(self, parameters: Iterable[nn.Parameter], recipe: Recipe) -> torch.optim.Optimizer:
        """See `Strategy.make_optimizer`."""
        # Imported here, because it takes a second and only this strategy needs it.
        from bitsandbytes.optim.adamw import AdamW8bit

        optimizer: torch.optim.Optimizer = AdamW8bit(  # type: ignore[no-untyped-call]
            parameters,
            lr=recipe.learning_rate,
            betas=recipe.betas,
            eps=recipe.epsilon,
            weight_decay=recipe.weight_decay,
            min_8bit_size=LARGE_FROM,
        )
        return optimizer

    def verify(self, seen: Observed) -> None:
        """All moments of tensors from 4096 elements on must be uint8, and there must be some."""
        if seen.large_moments.keys() != {"uint8"} and not seen.only_skipped:
            found = ", ".join(sorted(seen.large_moments)) or "not there"
            raise Refused(
                "optimizer_state int8 was asked for, but the moments of tensors of at least "
                f"{LARGE_FROM} elements are {found}"
            )
