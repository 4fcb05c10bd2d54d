from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from harness.workload.fit import largest_batch, search
from harness.workload.images import measure_standardiser
from tests.workload.efficiency.small import learner

pytestmark = pytest.mark.torch


@given(st.integers(1, 5000), st.integers(1, 5000))
def test_the_search_finds_what_fits(memory: int, limit: int) -> None:
    """It ends on a size that fits and whose double does not, or on all images; 64 is taken to fit."""
    memory = max(memory, 64)
    found = search(lambda size: size <= memory, 64, limit)
    assert found.batch <= memory or found.batch == limit <= 64
    assert found.batch <= limit
    assert found.batch == limit or min(2 * found.batch, limit) > memory
    assert list(found.tried) == sorted(set(found.tried))
    assert len(found.tried) <= 8


def test_a_cpu_takes_the_training_batch() -> None:
    made = learner("cnn")
    images = torch.randint(256, (20, 3, 32, 32), dtype=torch.uint8)
    standardise = measure_standardiser(images, 32)
    assert largest_batch(made, images, standardise, 8).batch == 8
    assert largest_batch(made, images[:5], standardise, 8).batch == 5
