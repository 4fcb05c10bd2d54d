from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from harness.workload.efficiency import quantised_activations
from harness.workload.efficiency.blockwise import Blocks, dequantise, quantise
from harness.workload.efficiency.quantised_activations import QuantisedActivations, is_copied_parameter
from harness.workload.efficiency.registry import choose_efficiency
from harness.workload.failure import Refused
from harness.workload.learner import build_learner
from harness.workload.saved import SavedTensors
from tests.workload.efficiency.models import MAKERS, batch, build, left_allocated, plan_of, run

pytestmark = pytest.mark.torch

_INT8 = {"saved_activations": "int8"}


@contextmanager
def _quantising(model: nn.Module) -> Iterator[SavedTensors]:
    """The strategy at work on operations inside; gives the ledger."""
    strategy, saved = QuantisedActivations(), SavedTensors(model)
    strategy.prepare_model(model)
    with strategy.forward(saved):
        yield saved


def _count_quantisations(monkeypatch: pytest.MonkeyPatch) -> list[torch.Size]:
    shapes: list[torch.Size] = []

    def counted(tensor: torch.Tensor, *, traces: bool = False) -> Blocks:
        shapes.append(tensor.shape)
        return quantise(tensor, traces=traces)

    monkeypatch.setattr(quantised_activations, "quantise", counted)
    return shapes


@pytest.mark.parametrize("name", MAKERS)
def test_gradients_stay_close(name: str) -> None:
    """Within 2 % in norm and 0.999 in direction; what the model says is exact, and so are its statistics."""
    exact, rounded = run(name, {}), run(name, _INT8)
    assert torch.equal(exact.logits, rounded.logits)
    assert all(torch.equal(*both) for both in zip(exact.model.buffers(), rounded.model.buffers(), strict=True))
    assert exact.gradients.keys() == rounded.gradients.keys()
    error = (exact.flat - rounded.flat).norm() / exact.flat.norm()
    assert 0 < error < 0.02
    assert torch.cosine_similarity(exact.flat, rounded.flat, dim=0) > 0.999


@pytest.mark.parametrize(("name", "share"), [("cnn", 0.5), ("densenet", 0.33), ("vit", 0.33), ("swin", 0.33)])
def test_less_is_kept(name: str, share: float) -> None:
    """By the ledger and, independently, by torch's profiler. Of a cnn half stays: the indices of its max pooling."""
    exact, rounded = run(name, {}).saved, run(name, _INT8).saved
    assert sum(rounded.values()) < share * sum(exact.values())
    assert rounded.get("int64", 0) == exact.get("int64", 0)
    assert left_allocated(name, _INT8) < share * left_allocated(name, {})


def test_float_activations_of_a_cnn_become_int8() -> None:
    exact, rounded = run("cnn", {}).saved, run("cnn", _INT8).saved
    batch_bytes = batch(64)[0].nbytes
    assert rounded["int8"] + rounded["float32"] - batch_bytes < 0.27 * (exact["float32"] - batch_bytes)


def test_a_weights_gradient_is_that_of_the_rounded_input() -> None:
    """NumPy's product of the output's gradient with the input, which NumPy rounds by itself."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(80, 96), nn.Linear(96, 64))
    given, outer = torch.randn(64, 80), torch.randn(64, 64)
    hidden = model[0](given).detach().numpy().reshape(-1, 256)
    with _quantising(model) as saved:
        out = model(given)
    out.backward(outer)
    largest = np.abs(hidden).max(axis=1, keepdims=True)
    levels = np.rint(hidden / largest * np.float32(127))
    rounded = np.where((levels == 0) & (hidden > 0), 0.3, levels) / 127 * largest
    weight = model[1].weight
    assert isinstance(weight, nn.Parameter) and weight.grad is not None
    wanted = outer.numpy().T @ rounded.reshape(64, 96).astype(np.float32)
    np.testing.assert_allclose(weight.grad.numpy(), wanted, rtol=1e-4, atol=1e-4)
    assert not np.allclose(weight.grad.numpy(), outer.numpy().T @ hidden.reshape(64, 96), rtol=1e-4, atol=1e-4)
    assert saved.bytes["int8"] == 64 * 96


def test_relu_lets_the_same_gradients_through() -> None:
    """Small positive values must not become 0. The gradient before a ReLU is then the same to the last bit."""

    def gradient(quantised: bool) -> torch.Tensor:
        torch.manual_seed(0)
        first = nn.Linear(64, 256)
        outer, given = torch.randn(256, 256), torch.randn(256, 64)
        if quantised:
            with _quantising(first) as saved:
                out = functional.relu(first(given))
            assert "int8" in saved.bytes
        else:
            out = functional.relu(first(given))
        out.backward(outer)
        assert first.weight.grad is not None
        return first.weight.grad

    assert torch.equal(gradient(True), gradient(False))


def test_a_tensor_kept_twice_is_quantised_once(monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = _count_quantisations(monkeypatch)
    source = torch.randn(64, 64, requires_grad=True)
    with _quantising(nn.Identity()) as saved:
        kept = source + 1
        made = kept * kept + kept.view(4, 1024).square().view(64, 64) + kept.t().exp().t() * 0 + kept.t().square().t()
    assert shapes == [(64, 64), (64, 64)]  # kept, and the exponential's result
    assert saved.bytes == {"int8": 2 * 4096, "float32": 2 * 4096 // 256 * 4}
    made.sum().backward()
    assert source.grad is not None
    assert torch.allclose(source.grad, 6 * (source.detach() + 1), atol=6 * float(kept.detach().abs().max()) / 250)


def test_a_part_of_a_tensor_is_another_tensor(monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = _count_quantisations(monkeypatch)
    source = torch.randn(3, 64, 128, requires_grad=True)
    with _quantising(nn.Identity()):
        kept = source + 1
        made = kept[0].square().sum() + 2 * kept[1].square().sum() + 3 * kept[:, :, :64].square().sum()
    assert len(shapes) == 3
    made.backward()
    assert source.grad is not None
    exact = 2 * kept.detach() * torch.tensor([1.0, 2.0, 0.0])[:, None, None]
    exact[:, :, :64] += 6 * kept.detach()[:, :, :64]
    assert torch.allclose(source.grad, exact, atol=12 * float(kept.detach().abs().max()) / 250)


def test_memory_used_again_is_not_taken_for_the_same_tensor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Quantised tensors are freed in the forward pass; the next ones come to lie where they lay."""
    shapes = _count_quantisations(monkeypatch)
    source = torch.zeros(64, 64, requires_grad=True)
    places: list[int] = []

    def squares() -> Iterator[torch.Tensor]:
        # When memory is used again is the allocator's to say: eight tensors mostly do, after other tests more.
        while len(places) < 8 or (len(set(places)) == len(places) and len(places) < 512):
            kept = source + len(places) + 1
            places.append(kept.data_ptr())
            yield kept.square().sum() * len(places)

    with _quantising(nn.Identity()):
        total = torch.zeros(())
        for part in squares():
            total = total + part
            gc.collect()
    assert len(set(places)) < len(places), "this test needs memory to be used again"
    assert len(shapes) == len(places)
    total.backward()
    assert source.grad is not None
    assert torch.allclose(source.grad, torch.full((64, 64), 2.0 * sum(k * k for k in range(1, len(places) + 1))))


def test_a_change_in_place_makes_another_tensor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain autograd refuses; the quantised copy is what it was, so that the gradient is right."""
    shapes = _count_quantisations(monkeypatch)
    source = torch.ones(64, 64, requires_grad=True)
    with _quantising(nn.Identity()):
        kept = source * 2
        first = kept.square().sum()
        kept += 1
        second = kept.square().sum()
    assert len(shapes) == 2
    (first + second).backward()
    assert source.grad is not None
    assert torch.allclose(source.grad, torch.full((64, 64), 2 * (2.0 * 2 + 2 * 3)))


def test_a_change_in_place_of_what_stays_exact_is_an_error() -> None:
    source = torch.ones(10, requires_grad=True)
    with _quantising(nn.Identity()):
        kept = source * 2
        made = kept.square().sum()
    with torch.no_grad():
        kept += 1
    with pytest.raises(RuntimeError, match="changed in place"):
        made.backward()


def _kept_in_int8(monkeypatch: pytest.MonkeyPatch, model: nn.Module, given: torch.Tensor) -> list[torch.Size]:
    shapes = _count_quantisations(monkeypatch)
    with _quantising(model):
        model(given)
    return shapes


def test_autocasts_copies_of_weights_stay_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two large layers only what lies between is an activation; the copies of the weights look like it."""
    convolutions = nn.Sequential(nn.Conv2d(64, 64, 3, padding=1), nn.Conv2d(64, 64, 3, padding=1))
    linears = nn.Sequential(nn.Linear(128, 128), nn.Linear(128, 128))
    with torch.autocast("cpu", torch.bfloat16):
        assert _kept_in_int8(monkeypatch, convolutions, torch.randn(2, 64, 8, 8)) == [(2, 64, 8, 8)]
        assert _kept_in_int8(monkeypatch, linears, torch.randn(32, 128)) == [(32, 128)]
    assert _kept_in_int8(monkeypatch, linears, torch.randn(32, 128)) == [(32, 128)]


def test_what_is_a_copied_parameter() -> None:
    weight, data = nn.Parameter(torch.randn(8, 8)), torch.randn(8, 8, requires_grad=True)
    for copy in (weight.bfloat16(), weight.t(), weight.bfloat16().t(), weight.half().view(64).clone()):
        assert is_copied_parameter(copy)
    for other in (data.bfloat16(), weight * 2, data @ weight, (weight @ data).t(), torch.ones(3)):
        assert not is_copied_parameter(other)


def test_statistics_and_the_batch_stay_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mean and deviation of 5000 tokens, and an attention's logarithms of sums."""
    given = torch.randn(5000, 16)
    assert _kept_in_int8(monkeypatch, nn.Sequential(nn.Linear(16, 16), nn.LayerNorm(16)), given) == [(5000, 16)]

    class Attention(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = nn.Linear(16, 16)

        def forward(self, images: torch.Tensor) -> torch.Tensor:
            each = self.inner(images).view(5, 4, 250, 16)
            return functional.scaled_dot_product_attention(each, each, each)

    shapes = _kept_in_int8(monkeypatch, Attention(), given)
    assert shapes == [(5, 4, 250, 16)] * 2  # query, key and value in one, and the result; not the 5000 logarithms


def test_small_and_repeated_tensors_and_indices_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = _count_quantisations(monkeypatch)
    small, wide = torch.randn(4095, requires_grad=True), torch.randn(100, 1, requires_grad=True)
    double = torch.randn(5000, dtype=torch.float64, requires_grad=True)
    pooled = torch.randn(2, 8, 64, 64, requires_grad=True)
    with _quantising(nn.Identity()) as saved:
        made = [
            (small + 1).square(),
            (wide * 1).expand(100, 100) * torch.ones(100, 100, requires_grad=True),
            (double + 1).square(),
            functional.max_pool2d(pooled, 2),
        ]
    # The repeated one's partner, which is a tensor like any other, and the pooling's input.
    assert shapes == [(100, 100), (2, 8, 64, 64)]
    assert saved.bytes["int64"] == 2 * 8 * 32 * 32 * 8
    for each in made:
        each.sum().backward()


def test_prediction_is_left_alone() -> None:
    exact, rounded = build("cnn", {}), build("cnn", _INT8)
    images, _ = batch(64)
    for guard in (torch.no_grad, torch.inference_mode):
        with guard():
            with exact[1].forward():
                wanted = exact[0](images)
            with rounded[1].forward():
                assert torch.equal(rounded[0](images), wanted)


def test_half_precision_activations_come_back_in_their_type() -> None:
    with _quantising(model := nn.Sequential(nn.Linear(64, 64), nn.Linear(64, 64)).bfloat16()) as saved:
        out = model(torch.randn(128, 64).bfloat16())
    assert saved.bytes["int8"] == 128 * 64
    out.float().sum().backward()
    assert all(each.grad is not None and each.grad.dtype == torch.bfloat16 for each in model.parameters())


def test_channels_last_comes_back_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    strides = []

    def noted(blocks: Blocks) -> torch.Tensor:
        strides.append((tensor := dequantise(blocks)).stride())
        return tensor

    monkeypatch.setattr(quantised_activations, "dequantise", noted)
    given = torch.randn(2, 16, 16, 16, requires_grad=True)
    with _quantising(nn.Identity()):
        out = functional.relu(given.contiguous(memory_format=torch.channels_last)).square()
    out.sum().backward()
    assert strides and set(strides) == {(4096, 1, 256, 16)}


def test_it_is_seen() -> None:
    _, seen = build_learner(plan_of("cnn", _INT8), torch.device("cpu")).observed_step(*batch(64))
    assert seen.saved_activations["int8"] > 5 * seen.saved_activations["float32"]
    with pytest.raises(Refused, match="saved_activations exact was asked for, but some are int8"):
        choose_efficiency({}).verify(seen)


def test_exact_activations_are_refused_where_int8_was_asked_for() -> None:
    _, seen = build_learner(plan_of("cnn", {}), torch.device("cpu")).observed_step(*batch(64))
    with pytest.raises(Refused, match=r"saved_activations int8 was asked for, but 0 bytes are int8 and \d+ bytes are"):
        choose_efficiency(_INT8).verify(seen)


def test_a_model_that_keeps_little_but_the_batch_is_refused() -> None:
    learner = build_learner(plan_of("mlp", _INT8), torch.device("cpu"))
    with pytest.raises(Refused, match="keeps little that can be quantised"):
        learner.observed_step(*batch(64))


def test_nothing_outlives_the_backward_pass() -> None:
    """No reference is left that keeps the quantised tensors."""
    model, efficiency = build("cnn", _INT8)
    images, _ = batch(64)

    def alive() -> int:
        gc.collect()
        return sum(type(each) is Blocks for each in gc.get_objects())

    before = alive()
    with efficiency.forward():
        logits = model(images)
    assert alive() > before
    logits.sum().backward()
    assert alive() == before


def test_the_model_must_be_known() -> None:
    with pytest.raises(ValueError, match="prepared first"):
        QuantisedActivations().forward(None)
