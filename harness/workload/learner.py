"""A model, its optimiser and the submission's strategies: the thing that learns and predicts."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional

from harness.workload.efficiency.combined import Efficiency
from harness.workload.efficiency.registry import choose_efficiency
from harness.workload.model import build_model
from harness.workload.observe import Observed, observe, observe_moment
from harness.workload.plan import Plan
from harness.workload.saved import SavedTensors


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
        loss, _ = self._backward(images, labels, None)
        self.efficiency.step(self.optimizer)
        return loss

    def observed_step(self, images: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, Observed]:
        """The same step, watched: besides the loss, what was in memory. Raises `Refused` if that is not what the
        submission asked for."""
        saved = SavedTensors(self.model)
        loss, logits = self._backward(images, labels, saved)
        moment = observe_moment(self.model, self.efficiency.gradients(), saved, logits)
        self.efficiency.step(self.optimizer)
        seen = observe(self.model, self.optimizer, moment, self.efficiency.report())
        self.efficiency.verify(seen)
        return loss, seen

    def _backward(
        self, images: torch.Tensor, labels: torch.Tensor, saved: SavedTensors | None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Loss and logits of a batch; the gradients are there."""
        with self.efficiency.forward(saved):
            logits = self.model(self.efficiency.prepare_batch(images))
        loss = functional.binary_cross_entropy_with_logits(logits.float(), labels)
        self.efficiency.backward(loss)
        return loss.detach(), logits.detach()

    def forget_gradients(self) -> None:
        """Free the gradients' memory; the next backward pass makes new ones."""
        self.optimizer.zero_grad(set_to_none=True)

    def probabilities(self, images: torch.Tensor) -> torch.Tensor:
        """Probabilities float32 [N] for standardised images. The model must be in evaluation mode."""
        with self.efficiency.forward():
            logits = self.model(self.efficiency.prepare_batch(images))
        return torch.sigmoid(logits.float())


def build_learner(plan: Plan, device: torch.device) -> Learner:
    """A fresh learner on the device. Raises `Refused` for a model or strategy that is not known."""
    efficiency = choose_efficiency(plan.efficiency)
    efficiency.prepare_process(device)
    model = efficiency.prepare_model(build_model(plan).to(device))
    return Learner(model, efficiency.make_optimizer(model.parameters(), plan.recipe), efficiency)
