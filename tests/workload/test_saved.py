"""What autograd keeps, counted by hand."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from harness.workload.saved import SavedTensors

pytestmark = pytest.mark.torch


def _kept(model: nn.Module, given: torch.Tensor) -> dict[str, int]:
    saved = SavedTensors(model)
    with saved.counting():
        model(given)
    return saved.bytes


def test_a_linear_layer_keeps_its_input_and_not_its_weights() -> None:
    assert _kept(nn.Linear(16, 8), torch.ones(4, 16)) == {"float32": 4 * 4 * 16}


def test_what_two_operations_keep_counts_once() -> None:
    """The output of the first ReLU is kept by it and by the second layer; the second layer's own output by nobody."""
    model = nn.Sequential(nn.Linear(16, 8), nn.ReLU(), nn.Linear(8, 4))
    assert _kept(model, torch.ones(2, 16)) == {"float32": 4 * (2 * 16 + 2 * 8)}


def test_pooling_keeps_indices() -> None:
    kept = _kept(nn.MaxPool2d(2), torch.ones(1, 1, 4, 4, requires_grad=True))
    assert kept == {"float32": 4 * 16, "int64": 8 * 4}


def test_a_view_keeps_all_of_its_memory() -> None:
    saved = SavedTensors(nn.Identity())
    whole = torch.ones(10)
    saved.note((whole[:2], whole[5:]))
    assert saved.bytes == {"float32": 40}


def test_nothing_is_kept_without_gradients() -> None:
    with torch.no_grad():
        assert _kept(nn.Linear(16, 8), torch.ones(4, 16)) == {}


def test_counting_changes_no_gradient() -> None:
    torch.manual_seed(0)
    model, given = nn.Sequential(nn.Linear(16, 8), nn.GELU(), nn.Linear(8, 1)), torch.randn(4, 16)
    gradients = []
    for count in (False, True):
        model.zero_grad()
        if count:
            with SavedTensors(model).counting():
                loss = model(given).sum()
        else:
            loss = model(given).sum()
        loss.backward()
        gradients.append([parameter.grad.clone() for parameter in model.parameters() if parameter.grad is not None])
    assert len(gradients[0]) == 4
    assert all(torch.equal(one, other) for one, other in zip(*gradients, strict=True))
