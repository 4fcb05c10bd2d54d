from __future__ import annotations

import copy
from collections.abc import Callable, Iterable

import pytest
import torch
from torch import nn
from torch.nn import functional

from harness.workload.efficiency import quantised_gradients
from harness.workload.efficiency.blockwise import dequantise, quantise
from harness.workload.efficiency.combined import Efficiency
from harness.workload.efficiency.quantised_gradients import QuantisedGradients
from harness.workload.efficiency.registry import choose_efficiency
from harness.workload.efficiency.strategy import Strategy
from harness.workload.failure import Refused
from harness.workload.learner import build_learner
from harness.workload.observe import Observed, observe, observe_moment
from harness.workload.plan import Recipe, read_plan
from harness.workload.saved import SavedTensors
from tests.workload.efficiency.models import batch, plan_of
from tests.workload.material import plan

pytestmark = pytest.mark.torch


def _recipe() -> Recipe:
    return read_plan(plan()).recipe


def _model() -> nn.Sequential:
    """Four weights of 4096 elements or more, all else smaller."""
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Linear(64, 96), nn.ReLU(), nn.Linear(96, 64), nn.ReLU(), nn.Linear(64, 80), nn.ReLU(), nn.Linear(80, 64)
    )


def _data() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    return torch.randn(32, 64, generator=generator), torch.randn(32, 64, generator=generator)


def _loss(model: nn.Module) -> torch.Tensor:
    given, wanted = _data()
    return functional.mse_loss(model(given), wanted)


def _exact_gradients(model: nn.Module) -> dict[str, torch.Tensor]:
    twin = copy.deepcopy(model)
    _loss(twin).backward()
    return {name: each.grad for name, each in twin.named_parameters() if each.grad is not None}


def _prepared(state: str = "float32") -> tuple[nn.Sequential, torch.optim.Optimizer, Efficiency]:
    model = _model()
    efficiency = choose_efficiency({"gradients": "int8", "optimizer_state": state})
    return model, efficiency.make_optimizer(model.parameters(), _recipe()), efficiency


def test_between_backward_and_step_only_int8_is_there() -> None:
    model, _, efficiency = _prepared()
    exact = _exact_gradients(model)
    efficiency.backward(_loss(model))
    for name, parameter in model.named_parameters():
        if parameter.numel() >= 4096:
            assert parameter.grad is None, name
        else:
            assert parameter.grad is not None
            assert torch.equal(parameter.grad, exact[name])
    large = sum(each.numel() for each in model.parameters() if each.numel() >= 4096)
    held = efficiency.gradients()
    assert sum(each.nbytes for each in held if each.dtype == torch.int8) == large
    assert sum(each.nbytes for each in held) == large * 260 // 256
    assert len(held) == 2 * 4


def test_a_quarter_of_the_bytes() -> None:
    seen = build_learner(plan_of("cnn", {"gradients": "int8"}), torch.device("cpu")).observed_step(*batch(64))[1]
    exact = build_learner(plan_of("cnn", {}), torch.device("cpu")).observed_step(*batch(64))[1]
    assert set(exact.gradients) == {"float32"}
    assert sum(seen.gradients.values()) < 0.26 * sum(exact.gradients.values())


class _Captured:
    """Stands for the optimiser's step: notes the gradients of each call."""

    def __init__(self) -> None:
        self.calls: list[dict[nn.Parameter, torch.Tensor]] = []

    def __call__(self, optimizer: torch.optim.Optimizer) -> None:
        (group,) = optimizer.param_groups
        self.calls.append({each: each.grad.clone() for each in group["params"] if each.grad is not None})


def _strategy(model: nn.Module) -> tuple[QuantisedGradients, torch.optim.Optimizer]:
    strategy = QuantisedGradients()
    assert strategy.make_optimizer(list(model.parameters()), _recipe()) is None
    return strategy, torch.optim.SGD(model.parameters(), lr=1.0)


def test_the_step_gets_every_rounded_gradient_once_in_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    limit = 50_000
    monkeypatch.setattr(quantised_gradients, "AT_ONCE_BYTES", limit)
    model = _model()
    exact = _exact_gradients(model)
    strategy, optimizer = _strategy(model)
    _loss(model).backward()
    captured = _Captured()
    strategy.step(optimizer, captured)
    assert len(captured.calls) > 1
    assert all(sum(each.nbytes for each in call.values()) <= limit for call in captured.calls)
    assert sum(len(call) for call in captured.calls) == len(list(model.parameters()))
    given = {parameter: gradient for call in captured.calls for parameter, gradient in call.items()}
    for name, parameter in model.named_parameters():
        wanted = exact[name]
        if parameter.numel() >= 4096:
            assert not torch.equal(given[parameter], wanted)
            wanted = dequantise(quantise(wanted))
        assert torch.equal(given[parameter], wanted), name


def test_after_the_step_nothing_is_left() -> None:
    model, optimizer, efficiency = _prepared()
    efficiency.backward(_loss(model))
    assert efficiency.gradients()
    efficiency.step(optimizer)
    assert efficiency.gradients() == []
    assert all(parameter.grad is None for parameter in model.parameters())


@pytest.mark.parametrize("state", ["float32", "int8"])
def test_groups_step_as_one_step_would(state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three steps in several groups, in one group, and by the optimiser alone given the same rounded gradients."""

    def train(limit: int) -> list[torch.Tensor]:
        monkeypatch.setattr(quantised_gradients, "AT_ONCE_BYTES", limit)
        model, optimizer, efficiency = _prepared(state)
        for _ in range(3):
            efficiency.backward(_loss(model))
            efficiency.step(optimizer)
        return [*model.parameters()]

    model = _model()
    optimizer = choose_efficiency({"optimizer_state": state}).make_optimizer(model.parameters(), _recipe())
    for _ in range(3):
        _loss(model).backward()
        for parameter in model.parameters():
            if parameter.numel() >= 4096:
                assert parameter.grad is not None
                parameter.grad = dequantise(quantise(parameter.grad))
        optimizer.step()
        optimizer.zero_grad()
    alone = [*model.parameters()]
    for limit in (1, 50_000, 2**30):
        for grouped, one in zip(train(limit), alone, strict=True):
            assert torch.equal(grouped, one)
    assert not torch.equal(alone[0], next(_model().parameters()))


def test_two_backward_passes_add_up() -> None:
    model = _model()
    exact = _exact_gradients(model)
    strategy, optimizer = _strategy(model)
    _loss(model).backward()
    _loss(model).backward()
    captured = _Captured()
    strategy.step(optimizer, captured)
    ((name, weight), *_) = model.named_parameters()
    assert torch.allclose(captured.calls[0][weight], 2 * exact[name], rtol=0, atol=float(exact[name].abs().max()) / 60)


def test_a_gradient_that_is_not_finite_stays_so() -> None:
    model = _model()
    strategy, optimizer = _strategy(model)
    (_loss(model) * float("inf")).backward()
    strategy.step(optimizer, _step)
    assert not any(parameter.isfinite().all() for parameter in model.parameters())


def _step(optimizer: torch.optim.Optimizer) -> None:
    optimizer.step()


def _seen(efficiency: Efficiency, model: nn.Module, optimizer: torch.optim.Optimizer) -> Observed:
    efficiency.backward(_loss(model))
    moment = observe_moment(model, efficiency.gradients(), SavedTensors(model), torch.zeros(1))
    efficiency.step(optimizer)
    return observe(model, optimizer, moment, efficiency.report())


def test_it_is_seen() -> None:
    model, optimizer, efficiency = _prepared()
    seen = _seen(efficiency, model, optimizer)
    efficiency.verify(seen)
    with pytest.raises(Refused, match="gradients exact was asked for, but some are int8"):
        choose_efficiency({}).verify(seen)


def test_exact_gradients_are_refused_where_int8_was_asked_for() -> None:
    model, efficiency = _model(), choose_efficiency({})
    seen = _seen(efficiency, model, efficiency.make_optimizer(model.parameters(), _recipe()))
    efficiency.verify(seen)
    with pytest.raises(Refused, match=r"gradients int8 was asked for, but only 0 of \d+ bytes are int8"):
        choose_efficiency({"gradients": "int8"}).verify(seen)


def test_a_model_of_small_tensors_is_refused() -> None:
    model = nn.Linear(63, 64)
    efficiency = choose_efficiency({"gradients": "int8"})
    optimizer = efficiency.make_optimizer(model.parameters(), _recipe())
    efficiency.backward(model(torch.ones(2, 63)).sum())
    moment = observe_moment(model, efficiency.gradients(), SavedTensors(model), torch.zeros(1))
    efficiency.step(optimizer)
    assert optimizer.state, "small tensors have their step all the same"
    with pytest.raises(Refused, match="gradients int8"):
        efficiency.verify(observe(model, optimizer, moment, efficiency.report()))


def test_another_strategys_step_is_inside() -> None:
    """What comes before it in the registry does the step of each group."""
    calls: list[int] = []

    class Inner(Strategy):
        def make_optimizer(self, parameters: Iterable[nn.Parameter], recipe: Recipe) -> torch.optim.Optimizer:
            return torch.optim.SGD(parameters, lr=1.0)

        def step(self, optimizer: torch.optim.Optimizer, inner: Callable[[torch.optim.Optimizer], None]) -> None:
            calls.append(sum(each.grad is not None for each in optimizer.param_groups[0]["params"]))
            inner(optimizer)

    model, efficiency = _model(), Efficiency((Inner(), QuantisedGradients()))
    optimizer = efficiency.make_optimizer(model.parameters(), _recipe())
    efficiency.backward(_loss(model))
    efficiency.step(optimizer)
    assert calls == [8]
