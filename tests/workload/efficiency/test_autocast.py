from __future__ import annotations

from contextlib import nullcontext

import pytest
import torch
from torch import nn

from harness.workload.efficiency.autocast import BFloat16Autocast, Float16Autocast, _Autocast
from harness.workload.efficiency.combined import Efficiency
from harness.workload.efficiency.float32_state import Float32State
from harness.workload.efficiency.int8_state import Int8State
from harness.workload.efficiency.registry import choose_efficiency
from harness.workload.efficiency.strategy import Step, Strategy
from harness.workload.failure import Refused
from harness.workload.plan import read_plan
from tests.workload.efficiency.small import CPU, batch, learner, same, weights
from tests.workload.material import plan

pytestmark = pytest.mark.torch
STATES = ("float32", "int8")


@pytest.mark.parametrize("model", ["cnn", "mlp"])
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_a_step_is_what_was_asked_for(model: str, state: str, dtype: str) -> None:
    made = learner(model, autocast=dtype, optimizer_state=state)
    before = weights(made)
    loss, seen = made.observed_step(*batch())
    assert loss.isfinite()
    assert (seen.logits, set(seen.parameters), set(seen.gradients)) == (dtype, {"float32"}, {"float32"})
    assert seen.saved_activations[dtype] > 0
    assert not same(weights(made), before)
    if dtype == "float16":
        figures = {"loss_scale": 65536.0, "loss_scale_skips": 0, "float16_products": "float32, rounded once"}
        assert seen.figures.items() >= figures.items()
    else:
        assert "loss_scale" not in seen.figures


def test_without_autocast_the_logits_have_the_type_of_the_weights() -> None:
    _, seen = learner("mlp").observed_step(*batch())
    assert seen.logits == "float32"
    _, seen = learner("mlp", weights="bfloat16", optimizer_state="int8").observed_step(*batch())
    assert seen.logits == "bfloat16"


def test_predictions_are_autocast_too() -> None:
    exact, given = learner("cnn"), learner("cnn", autocast="float16")
    images, _ = batch()
    for made in (exact, given):
        made.model.eval()
    with torch.inference_mode():
        one, other = exact.probabilities(images), given.probabilities(images)
    assert one.dtype == other.dtype == torch.float32
    assert not torch.equal(one, other)
    assert torch.allclose(one, other, atol=1e-3)


@pytest.mark.parametrize("strategy", [Float16Autocast, BFloat16Autocast])
def test_no_autocast_is_refused(strategy: type[_Autocast], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strategy, "forward", lambda self, saved: nullcontext())
    name = str(strategy.dtype).removeprefix("torch.")
    with pytest.raises(Refused, match=f"^autocast {name} was asked for, but the logits are float32$"):
        learner("mlp", autocast=name).observed_step(*batch())


def test_autocast_that_was_not_asked_for_is_refused() -> None:
    made = learner("mlp")
    with (
        pytest.raises(
            Refused, match=r"^autocast none was asked for, but the logits are bfloat16 and the weights float32$"
        ),
        torch.autocast("cpu", torch.bfloat16),
    ):
        made.observed_step(*batch())


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_weights_are_refused(dtype: str) -> None:
    with pytest.raises(Refused, match=f"^autocast {dtype} goes with weights float32 only$"):
        learner("mlp", autocast=dtype, weights=dtype, optimizer_state="int8")


def test_only_float16_leaves_steps_out() -> None:
    assert choose_efficiency({"autocast": "float16"}).skips_non_finite
    assert not choose_efficiency({"autocast": "bfloat16"}).skips_non_finite
    assert not choose_efficiency({}).skips_non_finite


@pytest.mark.parametrize("state", STATES)
def test_a_step_that_overflows_is_left_out(state: str) -> None:
    """Images of 10⁵ are infinite in float16. Before and after them, steps go on as ever."""
    made = learner("mlp", autocast="float16", optimizer_state=state)
    images, labels = batch()
    made.step(images, labels)
    made.forget_gradients()
    before = weights(made)
    loss, seen = made.observed_step(images + 1e5, labels)
    made.forget_gradients()
    assert not loss.isfinite()
    assert same(weights(made), before)
    assert (seen.figures["loss_scale"], seen.figures["loss_scale_skips"]) == (32768.0, 1)
    loss, seen = made.observed_step(images, labels)
    assert loss.isfinite()
    assert not same(weights(made), before)
    assert (seen.figures["loss_scale"], seen.figures["loss_scale_skips"]) == (32768.0, 1)


@pytest.mark.parametrize("state", STATES)
def test_an_overflow_in_the_first_step_is_no_missing_optimiser_state(state: str) -> None:
    made = learner("mlp", autocast="float16", optimizer_state=state)
    images, labels = batch()
    _, seen = made.observed_step(images + 1e5, labels)
    assert seen.figures["loss_scale_skips"] == 1
    made.forget_gradients()
    _, seen = made.observed_step(images, labels)
    assert seen.large_moments != {}


@pytest.mark.parametrize("state", [Float32State, Int8State])
def test_scaling_leaves_no_trace_where_nothing_is_rounded(state: type[Strategy]) -> None:
    """2¹⁶ is a power of two: in float32 the gradients, divided by it again, and the new weights are the same bits."""

    class ScaledOnly(Float16Autocast):
        dtype = torch.float32
        forward = Strategy.forward  # type: ignore[assignment]

    ends = []
    for strategies in ((state(),), (state(), ScaledOnly())):
        torch.manual_seed(0)
        efficiency = Efficiency(strategies)
        efficiency.prepare_process(CPU)
        model = nn.Linear(128, 64)
        optimizer = efficiency.make_optimizer(model.parameters(), read_plan(plan()).recipe)
        efficiency.backward(model(torch.randn(4, 128)).square().mean())
        large = max(float(parameter.grad.abs().max()) for parameter in model.parameters() if parameter.grad is not None)
        assert (large > 100) == (len(strategies) == 2)
        efficiency.step(optimizer)
        ends.append(
            [tensor.clone() for p in model.parameters() if p.grad is not None for tensor in (p.grad, p.detach())]
        )
    assert same(*ends)


def test_the_step_goes_through_what_is_inside() -> None:
    """An inner strategy sees unscaled gradients and the true optimiser, and the optimiser is left as it was."""
    seen: list[tuple[torch.optim.Optimizer, float]] = []

    class Inner(Float32State):
        def step(self, optimizer: torch.optim.Optimizer, inner: Step) -> None:
            gradient = optimizer.param_groups[0]["params"][0].grad
            seen.append((optimizer, gradient.item()))
            inner(optimizer)

    efficiency = Efficiency((Inner(), Float16Autocast()))
    efficiency.prepare_process(CPU)
    weight = nn.Parameter(torch.ones(1))
    optimizer = efficiency.make_optimizer([weight], read_plan(plan()).recipe)
    efficiency.backward(3 * weight.sum())
    assert weight.grad is not None
    assert weight.grad.item() == 3 * 65536
    efficiency.step(optimizer)
    assert seen == [(optimizer, 3.0)]
    assert not hasattr(optimizer, "found_inf")
    assert not hasattr(optimizer, "grad_scale")
    assert weight.item() < 1


def test_the_scale_grows_after_2000_good_steps() -> None:
    efficiency = Efficiency((Float32State(), Float16Autocast()))
    efficiency.prepare_process(CPU)
    weight = nn.Parameter(torch.ones(1))
    optimizer = efficiency.make_optimizer([weight], read_plan(plan()).recipe)
    for wanted in (65536.0, 131072.0):
        for _ in range(1999 if wanted == 65536.0 else 1):
            efficiency.backward(weight.sum())
            efficiency.step(optimizer)
            optimizer.zero_grad()
        assert efficiency.report()["loss_scale"] == wanted
    assert efficiency.report()["loss_scale_skips"] == 0
