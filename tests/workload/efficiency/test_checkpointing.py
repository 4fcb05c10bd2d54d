"""Computed again, not kept: the same gradients and statistics, bit for bit, with less memory."""

from __future__ import annotations

import pytest
import torch

from harness.workload.failure import Refused
from harness.workload.learner import build_learner
from tests.workload.efficiency.models import batch, build, left_allocated, plan_of, run

pytestmark = pytest.mark.torch
BLOCKS = {"activation_checkpointing": "blocks"}


@pytest.mark.parametrize("name", ["densenet", "vit", "swin"])
def test_gradients_and_buffers_are_those_of_plain_training(name: str) -> None:
    plain, again = run(name, {}), run(name, BLOCKS)
    assert torch.equal(plain.logits, again.logits)
    assert plain.gradients.keys() == again.gradients.keys()
    for key, gradient in plain.gradients.items():
        assert torch.equal(gradient, again.gradients[key]), key
    for key, tensor in plain.model.state_dict().items():
        assert torch.equal(tensor, again.model.state_dict()[key]), key


@pytest.mark.parametrize(("name", "blocks"), [("densenet", 6), ("vit", 2), ("swin", 4)])
def test_each_block_is_computed_again_once(name: str, blocks: int) -> None:
    assert run(name, BLOCKS).efficiency.report()["recomputed_blocks"] == blocks


@pytest.mark.parametrize("name", ["densenet", "vit", "swin"])
def test_less_is_kept(name: str) -> None:
    """By the count of what is kept, and by what the profiler saw allocated and not freed."""
    plain, again = run(name, {}).saved, run(name, BLOCKS).saved
    assert sum(again.values()) < 0.6 * sum(plain.values())
    assert left_allocated(name, BLOCKS) < 0.7 * left_allocated(name, {})


def test_prediction_computes_nothing_again() -> None:
    model, efficiency = build("densenet", BLOCKS)
    model.eval()
    with torch.inference_mode(), efficiency.forward():
        model(batch(64)[0])
    assert efficiency.report()["recomputed_blocks"] == 0


def test_a_network_without_blocks_is_refused() -> None:
    with pytest.raises(Refused, match="activation_checkpointing blocks needs a model with repeated blocks"):
        build_learner(plan_of("cnn", BLOCKS), torch.device("cpu"))
