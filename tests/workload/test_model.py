from __future__ import annotations

import dataclasses

import pytest
import torch

from harness.workload.efficiency.registry import choose_efficiency
from harness.workload.failure import Refused
from harness.workload.model import MODELS, build_model, count_parameters
from harness.workload.plan import Plan, read_plan
from tests.workload.material import plan

pytestmark = pytest.mark.torch


def _plan(model: str, size: int = 64, seed: int = 1, channels: int = 3) -> Plan:
    return dataclasses.replace(read_plan(plan(model=model, seed=seed)), input=size, image=(channels, size, size))


@pytest.mark.parametrize(
    ("model", "parameters"),
    [
        # timm's densenet121 has 7,978,856 with 1,000 outputs; with one output 1,024,999 weights and biases fewer.
        ("densenet121", 7_978_856 - 1000 * 1025 + 1025),
        # five convolutions with bias, then 512 · 2 · 2 → 50 → 10 → 1
        ("cnn", 896 + 18_496 + 73_856 + 295_168 + 1_180_160 + 2048 * 50 + 50 + 510 + 11),
        ("mlp", 3 * 64 * 64 * 128 + 128 + 128 * 64 + 64 + 64 * 32 + 32 + 32 * 16 + 16 + 17),
    ],
)
def test_shape_and_size(model: str, parameters: int) -> None:
    net = build_model(_plan(model))
    assert count_parameters(net) == parameters
    assert net(torch.zeros(2, 3, 64, 64)).shape == (2,)


def test_channels_and_size_follow_the_plan() -> None:
    for model in ("cnn", "mlp"):
        assert build_model(_plan(model, size=40, channels=1))(torch.zeros(3, 1, 40, 40)).shape == (3,)


def test_seed_decides_the_weights() -> None:
    first, again, other = (build_model(_plan("mlp", seed=seed)).state_dict() for seed in (1, 1, 2))
    for name, tensor in first.items():
        assert torch.equal(tensor, again[name])
    assert not torch.equal(first["0.1.weight"], other["0.1.weight"])


def test_refuses_an_unknown_model() -> None:
    with pytest.raises(Refused, match="model 'resnet50' is not known; known: densenet121, cnn, mlp"):
        build_model(_plan("resnet50"))


@pytest.mark.parametrize("model", ["densenet121", "cnn"])
def test_refuses_an_input_that_vanishes_on_the_way(model: str) -> None:
    with pytest.raises(Refused, match="at least 32 pixels; the plan says 31"):
        build_model(_plan(model, size=31))


def test_all_models_take_every_strategy_there_is() -> None:
    assert set(MODELS) == {"densenet121", "cnn", "mlp"}
    for state in ("float32", "int8"):
        assert len(choose_efficiency({"optimizer_state": state}).strategies) == 1
