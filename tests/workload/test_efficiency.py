from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pytest
import torch
from torch import nn

from harness.workload.efficiency.combined import Efficiency
from harness.workload.efficiency.registry import choose_efficiency
from harness.workload.efficiency.strategy import Step, Strategy
from harness.workload.failure import Refused
from harness.workload.observe import LARGE_FROM, Observed, observe, observe_moment
from harness.workload.plan import Recipe, read_plan
from harness.workload.saved import SavedTensors
from tests.workload.material import plan

pytestmark = pytest.mark.torch


def _recipe() -> Recipe:
    return read_plan(plan()).recipe


def _step(model: nn.Module, optimizer: torch.optim.Optimizer, efficiency: Efficiency, width: int) -> Observed:
    """One real step, seen from outside."""
    saved = SavedTensors(model)
    with efficiency.forward(saved):
        given = model(torch.ones(2, width))
    efficiency.backward(given.square().mean())
    moment = observe_moment(model, efficiency.gradients(), saved, given)
    efficiency.step(optimizer)
    return observe(model, optimizer, moment, efficiency.report())


def _stepped(state: str, width: int = 128) -> tuple[Observed, Efficiency]:
    """A model with one tensor of width² elements and a bias of ``width``, after one real step."""
    torch.manual_seed(0)
    efficiency = choose_efficiency({"optimizer_state": state})
    model = nn.Linear(width, width)
    return _step(model, efficiency.make_optimizer(model.parameters(), _recipe()), efficiency, width), efficiency


def test_float32_is_seen() -> None:
    seen, efficiency = _stepped("float32")
    weights = 4 * (128 * 128 + 128)
    assert seen.parameters == {"float32": weights}
    assert seen.gradients == {"float32": weights}
    assert seen.optimizer_state == {"float32": 2 * weights + 2 * 4}  # two moments; a step counter for each tensor
    assert seen.large_moments == {"float32": 2 * 4 * 128 * 128}
    assert seen.small_moments == {"float32": 2 * 4 * 128}
    assert seen.optimizer == "AdamW"
    efficiency.verify(seen)


def test_int8_is_seen() -> None:
    seen, efficiency = _stepped("int8")
    assert seen.large_moments == {"uint8": 2 * 128 * 128}
    assert seen.small_moments == {"float32": 2 * 4 * 128}
    scales = 2 * 4 * 128 * 128 // 256
    tables = 2 * 4 * 256
    assert seen.optimizer_state == {"uint8": 2 * 128 * 128, "float32": 2 * 4 * 128 + scales + tables}
    assert seen.optimizer == "AdamW8bit"
    efficiency.verify(seen)


def test_a_shared_table_counts_once() -> None:
    """Two large tensors share bitsandbytes' two quantisation tables."""
    torch.manual_seed(0)
    efficiency = choose_efficiency({"optimizer_state": "int8"})
    model = nn.Sequential(nn.Linear(64, 64, bias=False), nn.Linear(64, 64, bias=False))
    optimizer = efficiency.make_optimizer(model.parameters(), _recipe())
    seen = _step(model, optimizer, efficiency, 64)
    tables = {tensor.data_ptr() for state in optimizer.state.values() for tensor in (state["qmap1"], state["qmap2"])}
    scales = 2 * 2 * 4 * 4096 // 256
    assert seen.optimizer_state["float32"] == scales + len(tables) * 4 * 256


@pytest.mark.parametrize(("happens", "asked"), [("float32", "int8"), ("int8", "float32")])
def test_the_other_optimiser_is_refused(happens: str, asked: str) -> None:
    seen, _ = _stepped(happens)
    with pytest.raises(Refused, match=f"optimizer_state {asked} was asked for, but the moments"):
        choose_efficiency({"optimizer_state": asked}).verify(seen)


def test_int8_on_a_model_without_large_tensors_is_refused() -> None:
    seen, efficiency = _stepped("int8", width=63)
    assert LARGE_FROM == 4096
    with pytest.raises(Refused, match="of at least 4096 elements are not there"):
        efficiency.verify(seen)


def test_before_a_step_nothing_was_seen() -> None:
    efficiency = choose_efficiency({})
    model = nn.Linear(4, 4)
    optimizer = efficiency.make_optimizer(model.parameters(), _recipe())
    seen = observe(model, optimizer, observe_moment(model, (), SavedTensors(model), torch.zeros(1)), {})
    assert (seen.gradients, seen.saved_activations, seen.optimizer_state) == ({}, {}, {})
    with pytest.raises(Refused, match="the moments are not there"):
        efficiency.verify(seen)


@pytest.mark.parametrize("state", ["float32", "int8"])
def test_no_moments_are_missed_while_loss_scaling_leaves_out_every_step(state: str) -> None:
    model = nn.Linear(4, 4)
    efficiency = choose_efficiency({"optimizer_state": state})
    optimizer = efficiency.make_optimizer(model.parameters(), _recipe())
    moment = observe_moment(model, (), SavedTensors(model), torch.zeros(1))
    efficiency.verify(observe(model, optimizer, moment, {"loss_scale_skips": 1}))
    with pytest.raises(Refused, match="not there"):
        efficiency.verify(observe(model, optimizer, moment, {"loss_scale_skips": 0}))


def test_float32_is_the_default() -> None:
    model = nn.Linear(4, 4)
    assert type(choose_efficiency({}).make_optimizer(model.parameters(), _recipe())) is torch.optim.AdamW


@pytest.mark.parametrize("state", ["float32", "int8"])
def test_hyperparameters_reach_the_optimiser(state: str) -> None:
    model = nn.Linear(4, 4)
    optimizer = choose_efficiency({"optimizer_state": state}).make_optimizer(model.parameters(), _recipe())
    (group,) = optimizer.param_groups
    assert (group["lr"], tuple(group["betas"]), group["eps"], group["weight_decay"]) == (1e-3, (0.9, 0.999), 1e-8, 0.01)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"magic": True}, "efficiency.magic is not known; known: "),
        ({"optimizer_state": "int2"}, "efficiency.optimizer_state can't be 'int2'; known: float32, int8"),
        ({"optimizer_state": ["int8"]}, "efficiency.optimizer_state can't be"),
    ],
)
def test_unknown_words(asked: dict[str, object], says: str) -> None:
    with pytest.raises(Refused) as refused:
        choose_efficiency(asked)
    assert says in str(refused.value)


class _Spy(Strategy):
    """Overrides every hook and notes in which order they are called."""

    def __init__(self, name: str, calls: list[str]) -> None:
        self._name, self._calls = name, calls

    def prepare_process(self, device: torch.device) -> None:
        self._calls.append(f"{self._name} process on {device}")

    def prepare_model(self, model: nn.Module) -> nn.Module:
        return nn.Sequential(model, nn.Identity())

    def prepare_batch(self, images: torch.Tensor) -> torch.Tensor:
        return images * 2

    @contextmanager
    def forward(self, saved: SavedTensors | None) -> Iterator[None]:
        self._calls.append(f"{self._name} in")
        yield
        self._calls.append(f"{self._name} out")

    def scale(self, loss: torch.Tensor) -> torch.Tensor:
        return loss * 3

    def gradients(self) -> Iterable[torch.Tensor]:
        return (torch.zeros(2),)

    def step(self, optimizer: torch.optim.Optimizer, inner: Step) -> None:
        self._calls.append(f"{self._name} before")
        inner(optimizer)
        self._calls.append(f"{self._name} after")

    def report(self) -> dict[str, str]:
        return {self._name: "here"}


class _Plain(Strategy):
    def make_optimizer(self, parameters: Iterable[nn.Parameter], recipe: Recipe) -> torch.optim.Optimizer:
        return torch.optim.SGD(parameters, lr=1.0)


def test_hooks_nest() -> None:
    calls: list[str] = []
    efficiency = Efficiency((_Plain(), _Spy("a", calls), _Spy("b", calls)))
    efficiency.prepare_process(torch.device("cpu"))
    with efficiency.forward():
        calls.append("model")
    weight = nn.Parameter(torch.zeros(1))
    optimizer = efficiency.make_optimizer([weight], _recipe())
    efficiency.backward(weight.sum())
    efficiency.step(optimizer)
    forward = ["b in", "a in", "model", "a out", "b out"]
    step = ["b before", "a before", "a after", "b after"]
    assert calls == ["a process on cpu", "b process on cpu", *forward, *step]
    assert weight.item() == -9.0
    assert efficiency.prepare_batch(torch.ones(1)).item() == 4.0
    assert isinstance(efficiency.prepare_model(nn.Identity()), nn.Sequential)
    assert len(efficiency.gradients()) == 2
    assert efficiency.report() == {"a": "here", "b": "here"}
    assert not efficiency.skips_non_finite


def test_two_strategies_cant_report_one_name() -> None:
    with pytest.raises(ValueError, match="two strategies report a"):
        Efficiency((_Spy("a", []), _Spy("a", []))).report()


def test_exactly_one_strategy_makes_the_optimiser() -> None:
    for strategies in ((), (_Plain(), _Plain())):
        with pytest.raises(ValueError, match="exactly one"):
            Efficiency(strategies).make_optimizer([nn.Parameter(torch.zeros(1))], _recipe())


def _learns(state: str, steps: int = 200) -> tuple[float, float, torch.Tensor]:
    """First and last loss, and the weights, of a layer that learns a fixed linear map of 64 numbers to 64."""
    generator = torch.Generator().manual_seed(0)
    given, wanted = torch.randn(256, 64, generator=generator), torch.randn(64, 64, generator=generator)
    torch.manual_seed(1)
    model, efficiency = nn.Linear(64, 64, bias=False), choose_efficiency({"optimizer_state": state})
    optimizer = efficiency.make_optimizer(model.parameters(), dataclasses.replace(_recipe(), learning_rate=1e-2))
    losses = []
    for _ in range(steps):
        loss = (model(given) - given @ wanted).square().mean()
        efficiency.backward(loss)
        efficiency.step(optimizer)
        optimizer.zero_grad(set_to_none=True)
        losses.append(loss.item())
    return losses[0], losses[-1], model.weight.detach()


def test_over_200_steps_the_8_bit_optimiser_comes_as_far() -> None:
    """Both on one fixed problem: the loss falls to less than a tenth, to within a tenth of the other's, and the two
    sets of weights differ by less than a twentieth of their length."""
    first, exact, weights = _learns("float32")
    _, rounded, others = _learns("int8")
    assert exact < first / 10
    assert rounded != exact
    assert rounded == pytest.approx(exact, rel=0.1)
    assert (others - weights).norm() < 0.05 * weights.norm()
