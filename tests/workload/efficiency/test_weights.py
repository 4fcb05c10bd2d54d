from __future__ import annotations

import pytest
import torch
from torch import nn

from harness.workload.efficiency.half_on_cpu import HalfProducts
from harness.workload.efficiency.registry import choose_efficiency
from harness.workload.efficiency.weights import Float16Weights, Float32Weights, _HalfWeights
from harness.workload.failure import Refused
from tests.workload.efficiency.small import batch, learner, same, weights

pytestmark = pytest.mark.torch


@pytest.mark.parametrize("model", ["cnn", "mlp"])
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_a_step_is_what_was_asked_for(model: str, dtype: str) -> None:
    made = learner(model, weights=dtype, optimizer_state="int8")
    before = weights(made)
    loss, seen = made.observed_step(*batch())
    assert loss.isfinite()
    assert loss.dtype == torch.float32
    elements = sum(weight.numel() for weight in before)
    assert seen.parameters == seen.gradients == {dtype: 2 * elements}
    assert (seen.logits, set(seen.large_moments)) == (dtype, {"uint8"})
    assert seen.saved_activations.keys() >= {dtype}
    assert "float32" not in seen.saved_activations
    assert not same(weights(made), before)
    assert all(weight.isfinite().all() for weight in weights(made))
    told = {"float16_products": "float32, rounded once"} if dtype == "float16" else {}
    assert {name: seen.figures[name] for name in seen.figures if name == "float16_products"} == told
    assert "loss_scale" not in seen.figures
    assert not made.efficiency.skips_non_finite


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_predictions(dtype: str) -> None:
    made, exact = learner("cnn", weights=dtype, optimizer_state="int8"), learner("cnn")
    images, _ = batch()
    made.model.eval()
    exact.model.eval()
    with torch.inference_mode():
        given, wanted = made.probabilities(images), exact.probabilities(images)
    assert given.dtype == torch.float32
    assert torch.allclose(given, wanted, atol=1e-2)


def test_buffers_are_converted_but_not_whole_numbers() -> None:
    model = choose_efficiency({"weights": "float16", "optimizer_state": "int8"}).prepare_model(nn.BatchNorm2d(4))
    assert {name: tensor.dtype for name, tensor in model.state_dict().items()} == {
        "weight": torch.float16,
        "bias": torch.float16,
        "running_mean": torch.float16,
        "running_var": torch.float16,
        "num_batches_tracked": torch.int64,
    }


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_a_model_left_as_it_was_is_refused(dtype: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_HalfWeights, "prepare_model", lambda self, model: model)
    monkeypatch.setattr(_HalfWeights, "prepare_batch", lambda self, images: images)
    with pytest.raises(Refused, match=f"^weights {dtype} was asked for, but the weights are float32$"):
        learner("mlp", weights=dtype, optimizer_state="int8").observed_step(*batch())


def test_one_weight_of_another_type_is_refused() -> None:
    made = learner("mlp", weights="float16", optimizer_state="int8")
    _, seen = made.observed_step(*batch())
    mixed = type(seen)(**(vars(seen) | {"parameters": {"float16": 1000, "float32": 4}}))
    for strategy, name in ((Float16Weights(), "float16"), (Float32Weights(), "float32")):
        with pytest.raises(Refused, match=f"^weights {name} was asked for, but the weights are float16, float32$"):
            strategy.verify(mixed)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_only_float16_needs_help_on_a_cpu(dtype: str) -> None:
    efficiency = choose_efficiency({"weights": dtype, "optimizer_state": "int8"})
    efficiency.prepare_process(torch.device("cpu"))
    inside = [isinstance(each.forward(None), HalfProducts) for each in efficiency.strategies]
    assert any(inside) == (dtype == "float16")
    assert [isinstance(each.backward(), HalfProducts) for each in efficiency.strategies] == inside


def test_a_gpu_multiplies_float16_by_itself() -> None:
    strategy = Float16Weights()
    strategy.prepare_process(torch.device("cuda"))
    assert not isinstance(strategy.forward(None), HalfProducts)
    assert not isinstance(strategy.backward(), HalfProducts)
    assert strategy.report() == {}
