from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from harness.workload.efficiency.float32_products import Ieee, Tf32
from harness.workload.failure import Refused
from harness.workload.observe import Observed
from tests.workload.efficiency.small import CPU, batch, learner, same, weights

pytestmark = pytest.mark.torch


@pytest.fixture
def forbidden() -> Iterator[None]:
    """The switches as reference arithmetic has them, and back to what they were."""
    matmul, cudnn = torch.backends.cuda.matmul, torch.backends.cudnn
    before = matmul.allow_tf32, cudnn.allow_tf32
    matmul.allow_tf32 = cudnn.allow_tf32 = False
    yield
    matmul.allow_tf32, cudnn.allow_tf32 = before


def _switches() -> tuple[bool, bool]:
    return torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32


def _seen(products: str, device: str) -> Observed:
    _, seen = learner("mlp").observed_step(*batch())
    return type(seen)(**(vars(seen) | {"float32_products": products, "device": device}))


@pytest.mark.usefixtures("forbidden")
@pytest.mark.filterwarnings("error")
def test_both_switches_are_on_for_a_gpu_only() -> None:
    """That torch knows them still, without a warning; what a GPU does then is seen in its runs."""
    Ieee().prepare_process(torch.device("cuda"))
    Tf32().prepare_process(CPU)
    assert _switches() == (False, False)
    Tf32().prepare_process(torch.device("cuda"))
    assert _switches() == (True, True)


def test_ieee_is_seen_in_a_product() -> None:
    Ieee().verify(_seen("float32", "cuda"))
    Ieee().verify(_seen("float32", "cpu"))
    with pytest.raises(Refused, match=r"^float32_matmul ieee was asked for, but products are made in tf32$"):
        Ieee().verify(_seen("tf32", "cuda"))


def test_tf32_must_be_seen_on_a_gpu() -> None:
    Tf32().verify(_seen("tf32", "cuda"))
    with pytest.raises(Refused, match=r"^float32_matmul tf32 was asked for, but products are made in float32$"):
        Tf32().verify(_seen("float32", "cuda"))


@pytest.mark.usefixtures("forbidden")
@pytest.mark.parametrize("model", ["cnn", "mlp"])
def test_tf32_changes_nothing_on_a_cpu(model: str) -> None:
    ends = []
    for word in ("ieee", "tf32"):
        made = learner(model, float32_matmul=word)
        _, seen = made.observed_step(*batch())
        assert seen.float32_products == "float32"
        ends.append(weights(made))
    assert same(*ends)
