"""The models: [N, C, S, S] float32 in, [N] logits out, weights drawn from the run's seed, or all but the classifier's
read from a file.

Weights are drawn on the CPU and then moved, so that a seed gives the same weights on every device.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import nn

from harness.workload.failure import Refused
from harness.workload.plan import Plan
from harness.workload.pretrained import load_pretrained
from harness.workload.seeds import derive

_CNN_WIDTHS = (32, 64, 128, 256, 512)
_CNN_HEAD = (50, 10, 1)
_MLP_WIDTHS = (128, 64, 32, 16, 1)


def build_model(plan: Plan) -> nn.Module:
    """The model that the plan names, on the CPU, in training mode. Raises `Refused` for an unknown one, and for weights
    that don't fit it."""
    if plan.model not in MODELS:
        raise Refused(f"model {plan.model!r} is not known; known: {', '.join(MODELS)}")
    torch.manual_seed(derive(plan.seed, "weights"))
    net = MODELS[plan.model](plan.image[0], plan.input)
    if plan.weights is not None:
        load_pretrained(net, plan.model, plan.image[0], plan.weights)
    return nn.Sequential(net, nn.Flatten(0)).train()


def count_parameters(model: nn.Module) -> int:
    """Number of trainable parameters."""
    return sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)


def _densenet121(channels: int, size: int) -> nn.Module:
    """DenseNet-121 (Huang and others, arXiv 1608.06993) as timm builds it. Any size of at least 32."""
    _at_least(32, size, "densenet121")
    import timm  # here, because it takes two seconds and the other models don't need it

    net: nn.Module = timm.create_model("densenet121", pretrained=False, in_chans=channels, num_classes=1)
    return net


def _swin(channels: int, size: int) -> nn.Module:
    """Swin transformer V2, base size, window 8 (Liu and others, arXiv 2111.09883) as timm builds it. 256 pixels."""
    return _made_for_256("swinv2_base_window8_256", channels, size)


def _vit(channels: int, size: int) -> nn.Module:
    """Vision transformer (Dosovitskiy and others, arXiv 2010.11929), timm's base size widened to 896. 256 pixels."""
    return _made_for_256("vit_base_patch32_plus_256", channels, size)


def _made_for_256(name: str, channels: int, size: int) -> nn.Module:
    if size != 256:
        raise Refused(f"model {name} is made for an input of 256 pixels; the plan says {size}")
    import timm

    net: nn.Module = timm.create_model(name, pretrained=False, in_chans=channels, num_classes=1)
    return net


def _cnn(channels: int, size: int) -> nn.Module:
    """The small CNN of Selvan, Schön and Dam (arXiv 2303.10181).

    Five 3 × 3 convolutions, each followed by ReLU and 2 × 2 max pooling, then three linear layers; no normalisation.
    Widths as in the paper's published code at its setting of 32 base channels.
    """
    _at_least(32, size, "cnn")
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise((channels, *_CNN_WIDTHS)):
        layers += [nn.Conv2d(inputs, outputs, kernel_size=3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
    side = size // 2 ** len(_CNN_WIDTHS)
    return nn.Sequential(*layers, nn.Flatten(), *_linear_stack((_CNN_WIDTHS[-1] * side * side, *_CNN_HEAD)))


def _mlp(channels: int, size: int) -> nn.Module:
    """The multilayer perceptron of Selvan, Schön and Dam (arXiv 2303.10181).

    All pixels in, then layers of 128, 64, 32, 16 and 1 with ReLU between: the paper's published code at its default of
    4 base units.
    """
    return nn.Sequential(nn.Flatten(), *_linear_stack((channels * size * size, *_MLP_WIDTHS)))


def _linear_stack(widths: tuple[int, ...]) -> list[nn.Module]:
    """Linear layers between neighbouring ``widths`` with ReLU between them, none after the last."""
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(widths):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return layers[:-1]


def _at_least(least: int, size: int, model: str) -> None:
    if size < least:
        raise Refused(f"model {model} needs an input of at least {least} pixels; the plan says {size}")


MODELS: dict[str, Callable[[int, int], nn.Module]] = {
    "densenet121": _densenet121,
    "swinv2_base_window8_256": _swin,
    "vit_base_patch32_plus_256": _vit,
    "cnn": _cnn,
    "mlp": _mlp,
}
"""From the submission's word to what builds the model for a number of channels and a size in pixels."""
