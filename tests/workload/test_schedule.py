from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from harness.workload.schedule import learning_rate, set_learning_rate
from harness.workload.seeds import derive

pytestmark = pytest.mark.torch


@given(steps=st.integers(2, 1000), peak=st.floats(1e-6, 1))
def test_cosine_falls_from_the_peak(steps: int, peak: float) -> None:
    rates = [learning_rate(peak, "cosine", step, steps) for step in range(steps)]
    assert rates[0] == peak
    assert all(later < earlier for earlier, later in pairwise(rates))
    assert rates[-1] > 0
    if steps % 2 == 0:
        assert rates[steps // 2] == pytest.approx(peak / 2)


def test_constant() -> None:
    assert {learning_rate(0.5, "constant", step, 10) for step in range(10)} == {0.5}


def test_every_group_gets_the_rate() -> None:
    one, two = (torch.nn.Parameter(torch.zeros(1)) for _ in range(2))
    optimizer = torch.optim.SGD([{"params": [one]}, {"params": [two]}], lr=1.0)
    set_learning_rate(optimizer, 0.25)
    assert [group["lr"] for group in optimizer.param_groups] == [0.25, 0.25]


@given(seed=st.integers(0, 2**63), number=st.integers(0, 1000))
def test_derived_seeds_fit_and_differ(seed: int, number: int) -> None:
    made = {derive(seed, "epoch", number), derive(seed, "epoch", number + 1), derive(seed + 1, "epoch", number)}
    made |= {derive(seed, "weights"), derive(seed, "training")}
    assert len(made) == 5
    assert all(0 <= value < 2**63 for value in made)


def test_derived_seeds_are_the_same_everywhere() -> None:
    """A changed derivation would silently change every published run."""
    assert derive(1, "weights") == 9023014976463218119
