from __future__ import annotations

import pytest
import torch
from torch import nn

from harness.workload.efficiency.memory_format import ChannelsLast
from harness.workload.efficiency.strategy import Strategy
from harness.workload.failure import Refused
from tests.workload.efficiency.small import batch, error, gradients, learner, same, weights

pytestmark = pytest.mark.torch


def _is_channels_last(tensor: torch.Tensor) -> bool:
    return tensor.stride(1) == 1 and tensor.stride(3) == tensor.shape[1]


@pytest.mark.parametrize(
    "others",
    [
        {},
        {"optimizer_state": "int8"},
        {"autocast": "float16"},
        {"autocast": "float16", "optimizer_state": "int8"},
        {"autocast": "bfloat16"},
        {"weights": "float16", "optimizer_state": "int8"},
        {"weights": "bfloat16", "optimizer_state": "int8"},
        {"float32_matmul": "tf32"},
    ],
)
def test_steps_keep_the_order(others: dict[str, str]) -> None:
    made = learner("cnn", memory_format="channels_last", **others)
    before = weights(made)
    images, labels = batch()
    assert _is_channels_last(made.efficiency.prepare_batch(images))
    for _ in range(2):
        loss, seen = made.observed_step(images, labels)
        made.forget_gradients()
        assert loss.isfinite()
        assert (seen.figures["channels_last_weights"], seen.figures["weights_with_pixels"]) == (5, 5)
        convolutions = [weight for weight in made.model.parameters() if weight.dim() == 4]
        assert all(_is_channels_last(weight) for weight in convolutions)
    assert not same(weights(made), before)


@pytest.mark.parametrize("state", ["float32", "int8"])
def test_the_values_are_those_of_the_other_order(state: str) -> None:
    """All sums in another order: gradients within 10⁻⁴ of each tensor's largest element.

    The weights of a second step, which the optimiser made from the state of the first, are near as well; had an
    optimiser mixed the two orders up, each would be off by whole steps of 10⁻³.
    """
    made = [learner("cnn", memory_format=word, optimizer_state=state) for word in ("contiguous", "channels_last")]
    for each in made:
        each.step(*batch())
    assert error(gradients(made[1]), gradients(made[0])) < 1e-4
    for each in made:
        each.forget_gradients()
        each.step(*batch())
    differences = [float((a - b).abs().mean()) for a, b in zip(*map(weights, made), strict=True)]
    assert max(differences) < 1e-4


def test_feature_maps_have_the_order_too() -> None:
    made = learner("cnn", memory_format="channels_last")
    seen: list[bool] = []
    for module in made.model.modules():
        if isinstance(module, nn.Conv2d):
            module.register_forward_hook(lambda module, given, output: seen.append(_is_channels_last(output)))
    made.step(*batch())
    assert seen == [True] * 5


def test_twice_the_same() -> None:
    ends = []
    for _ in range(2):
        made = learner("cnn", memory_format="channels_last", optimizer_state="int8")
        made.step(*batch())
        ends.append(weights(made))
    assert same(*ends)


def test_a_model_without_convolutions_is_refused() -> None:
    says = "^memory_format channels_last was asked for, but the model has no weight with pixels$"
    with pytest.raises(Refused, match=says):
        learner("mlp", memory_format="channels_last")
    with pytest.raises(Refused, match=says):
        ChannelsLast().prepare_model(nn.Sequential(nn.Conv2d(3, 8, 1), nn.Conv2d(1, 8, 3)))


def test_weights_put_back_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """bitsandbytes does that to them; without the strategy's own step it is seen."""
    monkeypatch.setattr(ChannelsLast, "step", Strategy.step)
    learner("cnn", memory_format="channels_last").observed_step(*batch())
    with pytest.raises(Refused, match=r"^memory_format channels_last was asked for, but 5 of 5 weights have another"):
        learner("cnn", memory_format="channels_last", optimizer_state="int8").observed_step(*batch())


def test_a_single_weight_put_back_is_refused() -> None:
    made = learner("cnn", memory_format="channels_last")
    strategy = next(each for each in made.efficiency.strategies if isinstance(each, ChannelsLast))
    weight = next(weight for weight in made.model.parameters() if weight.dim() == 4)
    weight.data = weight.data.contiguous()
    assert strategy.report() == {"channels_last_weights": 4, "weights_with_pixels": 5}
