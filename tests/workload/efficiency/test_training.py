"""What training comes to under settings that round: the same twice, near to exact training, and as far."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional

from harness.workload.efficiency.registry import choose_efficiency
from harness.workload.plan import read_plan
from tests.workload.efficiency.small import batch, error, gradients, learner, same, weights
from tests.workload.material import plan

pytestmark = pytest.mark.torch
# Some twenty times the formats' rounding errors, 2⁻¹¹ and 2⁻⁸: there are that many roundings in a row.
HALF = {"float16": 0.01, "bfloat16": 0.08}


@pytest.mark.parametrize("model", ["cnn", "mlp"])
@pytest.mark.parametrize("dtype", HALF)
@pytest.mark.parametrize(("setting", "state"), [("autocast", "float32"), ("autocast", "int8"), ("weights", "int8")])
def test_half_precision_twice_is_the_same(setting: str, state: str, dtype: str, model: str) -> None:
    ends = []
    for _ in range(2):
        made = learner(model, **{setting: dtype}, optimizer_state=state)
        for _ in range(3):
            made.step(*batch())
            made.forget_gradients()
        ends.append(weights(made))
    assert same(*ends)


@pytest.mark.parametrize("model", ["cnn", "mlp"])
@pytest.mark.parametrize(("dtype", "bound"), HALF.items())
@pytest.mark.parametrize("setting", ["autocast", "weights"])
def test_half_precision_gradients_are_near_those_of_float32(setting: str, dtype: str, bound: float, model: str) -> None:
    exact, given = learner(model), learner(model, **{setting: dtype}, optimizer_state="int8")
    exact.step(*batch())
    given.step(*batch())
    assert 0 < error(gradients(given), gradients(exact)) < bound


@pytest.mark.parametrize("setting", ["saved_activations", "gradients"])
def test_fifty_steps_in_eight_bits_come_as_far(setting: str) -> None:
    """To within a tenth of the exact loss, which by then has fallen by more than half."""
    first, exact = _train_fifty_steps({})
    _, rounded = _train_fifty_steps({setting: "int8"})
    assert exact < first / 2
    assert rounded != exact
    assert rounded == pytest.approx(exact, rel=0.1)


def _train_fifty_steps(asked: dict[str, str]) -> tuple[float, float]:
    """The first and the last loss."""
    generator = torch.Generator().manual_seed(5)
    given = torch.randn(128, 64, generator=generator)
    wanted = torch.tanh(given @ torch.randn(64, 32, generator=generator) / 8)
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 32))
    efficiency = choose_efficiency(asked)
    efficiency.prepare_model(model)
    optimizer = efficiency.make_optimizer(model.parameters(), read_plan(plan()).recipe)
    losses = []
    for _ in range(51):
        with efficiency.forward():
            made = model(given)
        loss = functional.mse_loss(made, wanted)
        losses.append(loss.item())
        efficiency.backward(loss)
        efficiency.step(optimizer)
        optimizer.zero_grad()
    return losses[0], losses[-1]
