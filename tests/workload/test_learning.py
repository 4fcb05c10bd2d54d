"""Training, prediction and inference windows on a learner in this process."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from harness.protocol import encode_predictions
from harness.workload.device import allocator_peaks, device_name, find_device, set_reference_arithmetic
from harness.workload.efficiency.combined import Efficiency
from harness.workload.efficiency.strategy import Strategy
from harness.workload.failure import Diverged, Refused
from harness.workload.feed import Feed, load_training_set
from harness.workload.images import load_images, measure_standardiser
from harness.workload.infer import Latencies, infer
from harness.workload.keep import Kept
from harness.workload.learner import Learner, build_learner
from harness.workload.plan import Plan, read_plan
from harness.workload.predict import predict
from harness.workload.train import train_epoch
from harness.workload.warm import warm_up
from tests.workload.material import plan, write_training

pytestmark = pytest.mark.torch
CPU = torch.device("cpu")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_training(tmp_path)
    return tmp_path


def _quiet(done: float, total: float) -> None:
    assert done <= total


def _weights(learner: Learner) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in learner.model.state_dict().items()}


def _same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def _train(made: Plan, epochs: int) -> tuple[Learner, list[float]]:
    learner = build_learner(made, CPU)
    training = load_training_set(made, CPU)
    standardise = measure_standardiser(training.images, made.input)
    feed = Feed(training, made)
    numbers = range(1, epochs + 1)
    return learner, [train_epoch(learner, feed, standardise, made.recipe, n, _quiet).loss for n in numbers]


@pytest.mark.parametrize("model", ["cnn", "mlp"])
def test_the_loss_falls_alike_with_both_optimisers(folder: Path, model: str) -> None:
    ends = {}
    for state in ("float32", "int8"):
        fields = plan(folder, model=model, state=state, hyperparameters={"epochs": 12})
        _, losses = _train(read_plan(fields), 12)
        assert losses[0] > 0.3
        assert losses[-1] < 0.25 * losses[0]
        ends[state] = losses
    assert ends["float32"] != ends["int8"]
    assert ends["float32"][0] == pytest.approx(ends["int8"][0], rel=0.1)


def test_the_schedule_runs_over_the_planned_epochs(folder: Path) -> None:
    made = read_plan(plan(folder, hyperparameters={"epochs": 4}))
    learner, _ = _train(made, 2)
    last_step_of_half = learner.optimizer.param_groups[0]["lr"]
    assert last_step_of_half == pytest.approx(1e-3 * 0.5 * (1 + math.cos(math.pi * 5 / 12)))


def test_gradients_are_gone_after_an_epoch_but_were_seen(folder: Path) -> None:
    made = read_plan(plan(folder))
    learner = build_learner(made, CPU)
    training = load_training_set(made, CPU)
    standardise = measure_standardiser(training.images, made.input)
    epoch = train_epoch(learner, Feed(training, made), standardise, made.recipe, 1, _quiet)
    assert epoch.observed.gradients == epoch.observed.parameters
    assert all(parameter.grad is None for parameter in learner.model.parameters())


def test_divergence_names_the_first_bad_step(folder: Path) -> None:
    """The second step's loss is the first that is not finite; it is found at the end of the epoch."""
    made = read_plan(plan(folder))
    learner = build_learner(made, CPU)
    calls = []

    class Breaks(nn.Module):
        def forward(self, logits: torch.Tensor) -> torch.Tensor:
            calls.append(len(logits))
            return logits * (math.nan if len(calls) >= 2 else 1.0)

    broken = dataclasses.replace(learner, model=nn.Sequential(learner.model, Breaks()))
    training = load_training_set(made, CPU)
    standardise = measure_standardiser(training.images, made.input)
    with pytest.raises(Diverged, match=r"^the loss is not finite in epoch 3, step 2$"):
        train_epoch(broken, Feed(training, made), standardise, made.recipe, 3, _quiet)
    assert len(calls) == 3


class _LeavesOut(Strategy):
    """Steps only where the loss is finite, as loss scaling does."""

    skips_non_finite = True


def _spoilt(
    folder: Path, *steps: int, strategies: tuple[Strategy, ...] = (_LeavesOut(),)
) -> tuple[Learner, Feed, Plan]:
    """A learner whose logits are not finite in ``steps`` (from 0) of the first epoch."""
    made = read_plan(plan(folder))
    learner = build_learner(made, CPU)
    learner = dataclasses.replace(learner, efficiency=Efficiency((*learner.efficiency.strategies, *strategies)))
    calls = iter(range(1000))
    learner.model.register_forward_hook(lambda *got: got[2] * math.inf if next(calls) in steps else None)
    return learner, Feed(load_training_set(made, CPU), made), made


def test_loss_scaling_may_leave_out_a_step(folder: Path) -> None:
    learner, feed, made = _spoilt(folder, 1)
    epoch = train_epoch(
        learner, feed, measure_standardiser(load_training_set(made, CPU).images, 32), made.recipe, 1, _quiet
    )
    assert epoch.non_finite_steps >= 1
    assert math.isfinite(epoch.loss)


def test_an_epoch_without_a_finite_loss_is_the_end_even_then(folder: Path) -> None:
    learner, feed, made = _spoilt(folder, *range(1000))
    standardise = measure_standardiser(load_training_set(made, CPU).images, 32)
    with pytest.raises(Diverged, match="no step of epoch 1 has a finite loss"):
        train_epoch(learner, feed, standardise, made.recipe, 1, _quiet)


def test_predictions_do_not_depend_on_the_company(folder: Path) -> None:
    """Evaluation mode: an image's probability is its own, whatever else is in the batch."""
    made = read_plan(plan(folder, model="densenet121"))
    learner = build_learner(made, CPU)
    images = load_images(folder / "val_images.npy", made.image, CPU)
    standardise = measure_standardiser(images, made.input)
    together = predict(learner, images, standardise, _quiet)
    alone = predict(learner, images[3:4], standardise, _quiet)
    assert together[3] == pytest.approx(alone[0], abs=1e-5)
    assert all(0 < value < 1 for value in together)
    assert encode_predictions(together)
    assert not learner.model.training


def test_a_prediction_that_is_no_number(folder: Path) -> None:
    made = read_plan(plan(folder))
    learner = build_learner(made, CPU)
    images = load_images(folder / "val_images.npy", made.image, CPU)
    standardise = measure_standardiser(images, made.input)
    for parameter in learner.model.parameters():
        nn.init.constant_(parameter, math.nan)
    with pytest.raises(Diverged, match="the prediction of image 0 is not a finite number"):
        predict(learner, images, standardise, _quiet)


@pytest.mark.parametrize("state", ["float32", "int8"])
def test_warm_up_leaves_no_trace(folder: Path, state: str) -> None:
    """Weights before and after training are the same with and without a warm-up before."""
    made = read_plan(plan(folder, model="cnn", state=state))
    fresh = _weights(build_learner(made, CPU))
    trained = _weights(_train(made, 1)[0])
    warm = warm_up(made, CPU, _quiet)
    assert warm.step_seconds > 0
    assert warm.predict_seconds_per_image > 0
    assert warm.observed.gradients
    assert _same(_weights(build_learner(made, CPU)), fresh)
    assert _same(_weights(_train(made, 1)[0]), trained)


def test_warm_up_refuses_what_does_not_happen(monkeypatch: pytest.MonkeyPatch) -> None:
    """An 8-bit optimiser that keeps float32 state is noticed before the clock starts."""
    real = torch.optim.AdamW

    def pretend(parameters: Any, min_8bit_size: int, **settings: Any) -> torch.optim.Optimizer:
        return real(parameters, **settings)

    monkeypatch.setattr("bitsandbytes.optim.adamw.AdamW8bit", pretend)
    with pytest.raises(Refused, match="int8 was asked for, but the moments of tensors of at least 4096 elements"):
        warm_up(read_plan(plan(state="int8")), CPU, _quiet)


def test_kept_weights_come_back_with_buffers() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    kept = Kept()
    kept.restore(model)  # nothing kept: nothing changes
    kept.take(model)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    nn.init.constant_(model[0].weight, 9)  # type: ignore[arg-type]
    model(torch.randn(5, 2))
    assert not _same(dict(model.state_dict()), before)
    kept.restore(model)
    assert _same(dict(model.state_dict()), before)


@given(st.lists(st.integers(1, 10**12), min_size=1))
def test_histogram(durations: list[int]) -> None:
    latencies = Latencies()
    for ns in durations:
        latencies.add(ns)
    made = latencies.to_json()
    assert made["count"] == len(durations) == sum(made["buckets"].values())
    assert made["max_ns"] == max(durations)
    assert latencies.sum_ns == sum(durations)
    for bucket in made["buckets"]:
        low, high = 2 ** (int(bucket) / 16), 2 ** ((int(bucket) + 1) / 16)
        assert any(low * 0.999 <= ns <= high * 1.001 for ns in durations)


@pytest.mark.parametrize(("batch", "calls"), [(1, 24), (7, 4), (24, 1), (100, 1)])
def test_a_window_is_whole_passes_and_its_latencies_add_up(
    folder: Path, monkeypatch: pytest.MonkeyPatch, batch: int, calls: int
) -> None:
    made = read_plan(plan(folder))
    learner = build_learner(made, CPU)
    images = load_images(folder / "val_images.npy", made.image, CPU)
    standardise = measure_standardiser(images, made.input)
    now = [1_000]

    def clock() -> int:
        now[0] += 300_000_000  # each look at the clock is 0.3 s later than the one before
        return now[0]

    monkeypatch.setattr("time.perf_counter_ns", clock)
    window = infer(learner, images, standardise, batch, 1.0, _quiet, started_ns=1_000)
    passes = math.ceil(4 / calls)  # 0.3 s a call: the second is over after four
    assert (window.passes, window.images) == (passes, 24 * passes)
    assert window.latencies.count == calls * passes
    assert window.latencies.sum_ns == now[0] - 1_000
    expected = predict(learner, images, standardise, _quiet)
    assert window.first.tolist() == pytest.approx(expected, abs=1e-6)


def test_no_seconds_is_one_pass(folder: Path) -> None:
    made = read_plan(plan(folder))
    learner = build_learner(made, CPU)
    images = load_images(folder / "val_images.npy", made.image, CPU)
    window = infer(learner, images, measure_standardiser(images, 32), 8, 0.0, _quiet, 0)
    assert window.passes == 1


def test_reference_arithmetic() -> None:
    set_reference_arithmetic(CPU, 1)
    assert not torch.backends.cuda.matmul.allow_tf32
    assert not torch.backends.cudnn.allow_tf32
    assert torch.get_float32_matmul_precision() == "highest"
    assert torch.are_deterministic_algorithms_enabled()
    assert torch.get_num_threads() == 1


def test_device() -> None:
    assert find_device("cpu").type == "cpu"
    assert device_name(CPU)
    peaks = allocator_peaks(CPU)
    assert peaks["allocated_bytes"] is None
    assert peaks["reason"]


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_a_gpu_that_is_not_there() -> None:
    with pytest.raises(Refused, match="device cuda: torch sees no GPU here"):
        find_device("cuda")
