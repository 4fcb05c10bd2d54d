from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn
from torch.nn import functional

from harness.workload.efficiency.half_on_cpu import HalfProducts, half_products, report_products

pytestmark = pytest.mark.torch

Product = Callable[..., torch.Tensor]


def _half(*shape: int) -> torch.Tensor:
    return torch.randn(shape).half()


def _inside() -> HalfProducts:
    return HalfProducts()


@pytest.mark.parametrize(
    ("product", "shapes"),
    [
        (torch.mm, [(17, 33), (33, 9)]),
        (torch.bmm, [(3, 17, 33), (3, 33, 9)]),
        (torch.addmm, [(9,), (17, 33), (33, 9)]),
        (torch.baddbmm, [(3, 17, 9), (3, 17, 33), (3, 33, 9)]),
        (torch.matmul, [(3, 5, 33), (33, 9)]),
        (functional.linear, [(17, 33), (9, 33), (9,)]),
        (functional.conv2d, [(2, 3, 8, 8), (4, 3, 3, 3), (4,)]),
        (functional.scaled_dot_product_attention, [(2, 2, 8, 4), (2, 2, 8, 4), (2, 2, 8, 4)]),
    ],
)
@pytest.mark.parametrize("inference", [False, True])
def test_a_product_is_the_float32_one_rounded_once(
    product: Product, shapes: list[tuple[int, ...]], inference: bool
) -> None:
    torch.manual_seed(0)
    operands = [_half(*shape) for shape in shapes]
    with _inside(), torch.inference_mode(inference):
        given = product(*operands)
    with torch.inference_mode(inference):
        exact = product(*(operand.float() for operand in operands))
    assert given.dtype == torch.float16
    assert torch.equal(given, exact.half())


def test_sums_go_beyond_what_float16_can_hold() -> None:
    """2048 + 1 is 2048 in float16: a sum of 4096 ones would stop half-way, one of 65536 − 65536 + 1 would overflow."""
    ones = torch.ones(1, 4096, dtype=torch.float16)
    large = torch.tensor([[256.0, 256.0, 1.0]]).half()
    other = torch.tensor([[256.0], [-256.0], [1.0]]).half()
    with _inside():
        assert (ones @ ones.T).item() == 4096
        assert (large @ other).item() == 1


def test_a_sum_that_float16_cant_hold_is_infinite() -> None:
    large = torch.tensor([[256.0, 256.0]]).half()
    with _inside():
        assert (large @ large.T).isinf().all()


def test_operands_are_computed_in_float32_inside_and_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    widened: list[torch.Tensor] = []

    def note(tensor: torch.Tensor) -> torch.Tensor:
        widened.append(tensor)
        return tensor.float()

    monkeypatch.setattr("harness.workload.efficiency.half_on_cpu._widened", note)
    half, full = _half(4, 4), torch.ones(4, 4)
    half @ half
    with _inside():
        full @ full
        full.bfloat16() @ full.bfloat16()
        assert widened == []
        half @ half
    assert len(widened) == 2


class _Block(nn.Module):
    """Each kind of product, and a normalisation."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, 8, 4, stride=4)
        self.norm = nn.LayerNorm(8)
        self.heads = nn.Linear(8, 24)
        self.out = nn.Linear(8, 1)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        tokens = self.norm(self.patches(images).flatten(2).transpose(1, 2))
        query, key, value = self.heads(tokens).unflatten(-1, (3, 2, 4)).permute(2, 0, 3, 1, 4)
        attended = functional.scaled_dot_product_attention(query, key, value)
        weights = (query @ key.transpose(-1, -2)).softmax(-1)
        logits: torch.Tensor = self.out((attended + weights @ value).transpose(1, 2).flatten(2)).mean((1, 2))
        return logits


def _gradients(net: nn.Module, images: torch.Tensor) -> list[torch.Tensor]:
    net(images).float().square().sum().backward()
    found = [parameter.grad.float() for parameter in net.parameters() if parameter.grad is not None]
    net.zero_grad()
    return found


def test_the_backward_pass_is_inside_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted in a real backward pass: 3 products each from linear layers and attention, and the convolution's."""
    torch.manual_seed(0)
    net = _Block().half()
    seen: list[str] = []
    plain = HalfProducts.__torch_dispatch__

    def spy(self: HalfProducts, func: torch._ops.OpOverload, *rest: object) -> object:
        seen.append(func.overloadpacket.__name__)
        return plain(self, func, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(HalfProducts, "__torch_dispatch__", spy)
    with _inside():
        loss = net(_half(2, 3, 16, 16)).float().sum()
        seen.clear()
        loss.backward()
    assert {"mm", "bmm", "convolution_backward", "_scaled_dot_product_flash_attention_for_cpu_backward"} <= set(seen)


def test_gradients_are_near_those_of_float32() -> None:
    """Each within 1 % of its tensor's largest element: ten times float16's 2⁻¹¹, for some ten roundings in a row."""
    torch.manual_seed(0)
    net = _Block()
    images = torch.randn(4, 3, 16, 16)
    exact = _gradients(net, images)
    with _inside():
        given = _gradients(net.half(), images.half())
    for one, other in zip(given, exact, strict=True):
        assert one.isfinite().all()
        assert (one - other).abs().max() <= 0.01 * other.abs().max()


def test_saved_tensors_stay_float16() -> None:
    net = nn.Linear(8, 8).half()
    kept: set[torch.dtype] = set()

    def note(tensor: torch.Tensor) -> torch.Tensor:
        kept.add(tensor.dtype)
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor), _inside():
        net(_half(4, 8))
    assert kept == {torch.float16}


def test_a_gpu_is_left_alone() -> None:
    gpu, cpu = torch.device("cuda"), torch.device("cpu")
    assert not isinstance(half_products(gpu), HalfProducts)
    assert report_products(gpu) == {}
    assert isinstance(half_products(cpu), HalfProducts)
    assert report_products(cpu) == {"float16_products": "float32, rounded once"}
