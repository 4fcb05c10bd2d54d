"""Small models of the kinds that the benchmark trains, and the profiler's word on their memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional
from torch.profiler import ProfilerActivity, profile

from harness.workload.efficiency.combined import Efficiency
from harness.workload.efficiency.registry import choose_efficiency
from harness.workload.model import MODELS
from harness.workload.plan import Plan, read_plan
from harness.workload.saved import SavedTensors
from tests.workload.material import plan


def cnn() -> nn.Module:
    """The benchmark's, for 64 pixels."""
    return MODELS["cnn"](3, 64)


def densenet() -> nn.Module:
    """timm's, with 3 + 3 dense layers."""
    from timm.models.densenet import DenseNet

    net: nn.Module = DenseNet(growth_rate=16, block_config=(3, 3), num_classes=1)
    return net


def vit() -> nn.Module:
    """timm's, with 2 blocks, as wide as a block of quantisation, so that tokens of unlike size do not share one."""
    from timm.models.vision_transformer import VisionTransformer

    net: nn.Module = VisionTransformer(img_size=64, patch_size=8, embed_dim=256, depth=2, num_heads=4, num_classes=1)
    return net


def swin() -> nn.Module:
    """timm's, with 2 + 2 blocks, some of them shifted, and paths dropped at random."""
    from timm.models.swin_transformer_v2 import SwinTransformerV2

    net: nn.Module = SwinTransformerV2(
        img_size=64, embed_dim=24, depths=(2, 2), num_heads=(2, 4), window_size=4, num_classes=1, drop_path_rate=0.3
    )
    return net


MAKERS: dict[str, Callable[[], nn.Module]] = {"cnn": cnn, "densenet": densenet, "vit": vit, "swin": swin}


def plan_of(model: str, asked: Mapping[str, str]) -> Plan:
    """A plan for images of 64 pixels."""
    made = plan(model=model)
    made["benchmark"] |= {"image": {"channels": 3, "height": 64, "width": 64}, "input": 64}
    made["submission"]["efficiency"] = dict(asked)
    return read_plan(made)


def batch(size: int, count: int = 4) -> tuple[torch.Tensor, torch.Tensor]:
    """Images [count, 3, size, size] and their labels.

    Only the first is negative: with as many of both, the gradients of a fresh model nearly cancel out, and what is left
    is no scale for their errors.
    """
    generator = torch.Generator().manual_seed(3)
    return torch.randn(count, 3, size, size, generator=generator), (torch.arange(count) > 0).float()


def build(name: str, asked: Mapping[str, str]) -> tuple[nn.Module, Efficiency]:
    """A model in training mode, always with the same weights, and the strategies that it was prepared for."""
    torch.manual_seed(0)
    efficiency = choose_efficiency(asked)
    model = nn.Sequential(MAKERS[name](), nn.Flatten(0)).train()
    return efficiency.prepare_model(model), efficiency


@dataclass(frozen=True)
class Pass:
    """One forward and backward pass: what it left behind."""

    model: nn.Module
    efficiency: Efficiency
    logits: torch.Tensor
    gradients: dict[str, torch.Tensor]
    saved: dict[str, int]

    @property
    def flat(self) -> torch.Tensor:
        """All gradients in one, float64."""
        return torch.cat([each.flatten() for each in self.gradients.values()]).double()


def run(name: str, asked: Mapping[str, str]) -> Pass:
    """A pass over 4 images of 64 pixels."""
    model, efficiency = build(name, asked)
    images, labels = batch(64)
    saved = SavedTensors(model)
    with efficiency.forward(saved):
        logits = model(images)
    efficiency.backward(functional.binary_cross_entropy_with_logits(logits, labels))
    gradients = {key: each.grad for key, each in model.named_parameters() if each.grad is not None}
    return Pass(model, efficiency, logits.detach(), gradients, saved.bytes)


def left_allocated(name: str, asked: Mapping[str, str]) -> int:
    """Bytes that the forward pass has allocated and not freed, by torch's profiler, on the CPU."""
    model, efficiency = build(name, asked)
    images, _ = batch(64)
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as seen, efficiency.forward():
        logits = model(images)
    assert logits.requires_grad, "the graph is alive, and what it keeps"
    return sum(int(event.self_cpu_memory_usage) for event in seen.key_averages())
