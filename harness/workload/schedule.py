"""The learning rate of every step."""

from __future__ import annotations

import math

import torch


def learning_rate(peak: float, schedule: str, step: int, steps: int) -> float:
    """The rate of ``step`` (from 0) of ``steps`` planned ones.

    ``constant``: always ``peak``. ``cosine``: half a cosine from ``peak`` towards 0 (Loshchilov and Hutter, arXiv
    1608.03983, without restarts). The planned total counts, so that stopping early does not change what came before.
    """
    if schedule == "constant":
        return peak
    return peak * 0.5 * (1 + math.cos(math.pi * step / steps))


def set_learning_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Use ``rate`` from the next step on."""
    for group in optimizer.param_groups:
        group["lr"] = rate
