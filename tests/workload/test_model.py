from __future__ import annotations

import dataclasses

import pytest
import torch

from harness.spec.schema import schemas
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
    with pytest.raises(Refused, match=r"model 'resnet50' is not known; known: densenet121, .*, cnn, mlp"):
        build_model(_plan("resnet50"))


@pytest.mark.parametrize("model", ["densenet121", "cnn"])
def test_refuses_an_input_that_vanishes_on_the_way(model: str) -> None:
    with pytest.raises(Refused, match="at least 32 pixels; the plan says 31"):
        build_model(_plan(model, size=31))


def _vit_parameters() -> int:
    """By hand: 12 blocks of width 896, with scaled residuals, over 64 patches of 32 × 32 pixels and a class token."""
    width = 896
    embedding = 3 * 32 * 32 * width + width + width + 65 * width
    attention = width * 3 * width + 3 * width + width * width + width
    mlp = width * 4 * width + 4 * width + 4 * width * width + width
    norms, scales = 2 * 2 * width, 2 * width
    return embedding + 12 * (attention + mlp + norms + scales) + 2 * width + width + 1


def test_vit_is_the_one_that_is_meant() -> None:
    assert count_parameters(build_model(_plan("vit_base_patch32_plus_256", size=256))) == _vit_parameters()


def test_swin_is_the_one_that_is_meant() -> None:
    """timm's results table says 87.92 million parameters with 1,000 outputs; here there is one."""
    found = count_parameters(build_model(_plan("swinv2_base_window8_256", size=256)))
    assert abs(found - (87_920_000 - 999 * 1025)) < 5_000


@pytest.mark.parametrize("model", ["swinv2_base_window8_256", "vit_base_patch32_plus_256"])
def test_transformers_take_256_pixels_only(model: str) -> None:
    with pytest.raises(Refused, match="an input of 256 pixels; the plan says 64"):
        build_model(_plan(model))


def test_every_model_of_the_schema_can_be_built() -> None:
    assert list(MODELS) == schemas()["submission"]["properties"]["model"]["examples"]
