"""Early stopping, decided by the harness: the workload never sees a validation label."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from harness.errors import RunFailed


@dataclass(frozen=True)
class Decision:
    """What the workload is told: ``keep`` these weights as the best so far; ``stop`` training."""

    keep: bool
    stop: bool


@dataclass(frozen=True)
class EarlyStopping:
    """Stop after ``patience`` epochs in a row that were no better than the best one before them.

    Higher AUC is better; an equal one is not. The first epoch is always kept, so that there are weights to restore.
    """

    patience: int
    epochs: int = 0
    best: float | None = None
    best_epoch: int | None = None
    waited: int = 0

    def __post_init__(self) -> None:
        if self.patience < 1:
            raise ValueError(f"patience is at least 1 epoch, not {self.patience}")

    def after(self, auc: float | None) -> tuple[EarlyStopping, Decision]:
        """The state after one more epoch, and the decision.

        ``auc`` is the epoch's validation AUC, or None where it can't be computed (a smoke run's few cases may all be of
        one class): such an epoch is never better. Raises `RunFailed` for a value that is not finite.
        """
        epoch = self.epochs + 1
        if auc is not None and not math.isfinite(auc):
            raise RunFailed(
                f"epoch {epoch}: the validation AUC is {auc}",
                remedy="The training diverged; look at the loss of each epoch in the run's events.jsonl.",
            )
        better = auc is not None and (self.best is None or auc > self.best)
        keep = better or epoch == 1
        state = replace(
            self,
            epochs=epoch,
            best=auc if better else self.best,
            best_epoch=epoch if keep else self.best_epoch,
            waited=0 if keep else self.waited + 1,
        )
        return state, Decision(keep=keep, stop=state.waited >= self.patience)
