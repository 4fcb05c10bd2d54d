"""Small models under a submission's efficiency settings, and batches for them."""

from __future__ import annotations

from typing import Any

import torch

from harness.workload.device import set_reference_arithmetic
from harness.workload.learner import Learner, build_learner
from harness.workload.plan import read_plan
from tests.workload.material import plan

CPU = torch.device("cpu")


def learner(model: str, **efficiency: str) -> Learner:
    """Always the same weights, of a ``cnn`` or an ``mlp`` on 32 × 32 pixels, on a CPU."""
    fields: dict[str, Any] = plan(model=model)
    fields["submission"]["efficiency"] = efficiency
    set_reference_arithmetic(CPU, 1)
    return build_learner(read_plan(fields), CPU)


def batch() -> tuple[torch.Tensor, torch.Tensor]:
    """Standardised images float32 [8, 3, 32, 32] and labels float32 [8].

    Only the first is negative: with as many of both, the gradients of a fresh model nearly cancel out, and what is left
    is no scale for their errors.
    """
    generator = torch.Generator().manual_seed(1)
    return torch.randn(8, 3, 32, 32, generator=generator), (torch.arange(8) > 0).float()


def weights(made: Learner) -> list[torch.Tensor]:
    """Copies of all parameters."""
    return [parameter.detach().clone() for parameter in made.model.parameters()]


def gradients(made: Learner) -> list[torch.Tensor]:
    """What a step left behind as gradients, which must be all of them."""
    found = [parameter.grad for parameter in made.model.parameters()]
    assert all(gradient is not None for gradient in found)
    return [gradient.clone() for gradient in found if gradient is not None]


def same(one: list[torch.Tensor], other: list[torch.Tensor]) -> bool:
    """Whether two lists of tensors are equal, bit for bit."""
    return len(one) == len(other) and all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


def error(given: list[torch.Tensor], exact: list[torch.Tensor]) -> float:
    """Length of the difference of two gradients as a fraction of the second one's length."""
    one, other = (torch.cat([each.double().flatten() for each in tensors]) for tensors in (given, exact))
    return float((one - other).norm() / other.norm())
