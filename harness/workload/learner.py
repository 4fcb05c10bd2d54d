"""A model, its optimiser and the submission's strategies: the thing that learns and predicts."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional

from harness.workload.efficiency.combined import Efficiency
from harness.workload.efficiency.registry import choose_efficiency
from harness.workload.model import build_model
from harness.workload.observe import Observed, observe
from harness.workload.plan import Plan


@dataclass(frozen=True)
class Learner:
    """Built anew from a plan, it always starts from the same weights and an empty optimiser state."""

    model: nn.Module
    optimizer: torch.optim.Optimizer
    efficiency: Efficiency

    def step(self, images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """One optimiser step on standardised images [N, C, S, S] and labels float32 [N].

        Binary cross-entropy with logits, in float32. Returns the mean loss, a float32 scalar on the device; nothing
        here waits for the device. The gradients stay until `forget_gradients`.
        """
        with self.efficiency.forward():
            logits = self.model(self.efficiency.prepare_batch(images))
        loss = functional.binary_cross_entropy_with_logits(logits.float(), labels)
        self.efficiency.update(loss, self.optimizer)
        return loss.detach()

    def forget_gradients(self) -> None:
        """Free the gradients' memory; the next backward pass makes new ones."""
        self.optimizer.zero_grad(set_to_none=True)

    def probabilities(self, images: torch.Tensor) -> torch.Tensor:
        """Probabilities float32 [N] for standardised images. The model must be in evaluation mode."""
        with self.efficiency.forward():
            logits = self.model(self.efficiency.prepare_batch(images))
        return torch.sigmoid(logits.float())

    def observe(self) -> Observed:
        """What is in memory now. Raises `Refused` if it is not what the submission asked for."""
        seen = observe(self.model, self.optimizer)
        self.efficiency.verify(seen)
        return seen


def build_learner(plan: Plan, device: torch.device) -> Learner:
    """A fresh learner on the device. Raises `Refused` for a model or strategy that is not known."""
    efficiency = choose_efficiency(plan.efficiency)
    efficiency.prepare_process()
    model = efficiency.prepare_model(build_model(plan).to(device))
    return Learner(model, efficiency.make_optimizer(model.parameters(), plan.recipe), efficiency)
