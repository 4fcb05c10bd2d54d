"""The quality gate as seen from one run: only ever *above* or *below*; passing it takes an entry's mean."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from harness.score.estimate import Estimate


class Verdict(StrEnum):
    """What one run can be called."""

    ABOVE = "above"
    BELOW = "below"
    NO_TARGET = "no target"
    NOT_JUDGED = "not judged"


@dataclass(frozen=True)
class Gate:
    """The verdict, the target it was held against (None where there is none), and a sentence that explains it."""

    verdict: Verdict
    target: float | None
    reason: str

    def to_json(self) -> dict[str, Any]:
        """As it stands in a record."""
        return {"verdict": self.verdict.value, "target": self.target, "reason": self.reason}


def judge(
    auc: Estimate, trivial: Estimate, *, target: float | None, no_target: str | None, judged: bool = True
) -> Gate:
    """Hold a run's test AUC against the trivial model's and against the benchmark's quality target.

    A run is above where it reaches the target and beats the trivial model (both by the point estimate: an interval
    is what the entry's comparison is for). A run that does not beat the trivial model is below, target or not.
    ``no_target`` says why ``target`` is None; ``judged`` is False in profiles that give no quality verdict. Raises
    `ValueError` unless exactly one of ``target`` and ``no_target`` is given.
    """
    if (target is None) == (no_target is None):
        raise ValueError("there is either a target or a reason why there is none")
    if not judged:
        return Gate(Verdict.NOT_JUDGED, target, "This profile gives no quality verdict: it sees too few images.")
    if auc.value is None or trivial.value is None:
        reason = auc.reason if auc.value is None else trivial.reason
        return Gate(Verdict.NOT_JUDGED, target, f"The test AUC can't be held against anything: {reason}.")
    if auc.value <= trivial.value:
        return Gate(
            Verdict.BELOW,
            target,
            f"Test AUC {auc.value:.3f} does not beat the trivial model's {trivial.value:.3f}.",
        )
    beats = f"beats the trivial model's {trivial.value:.3f}"
    if target is None:
        return Gate(Verdict.NO_TARGET, None, f"Test AUC {auc.value:.3f} {beats}; there is no target: {no_target}.")
    if auc.value < target:
        return Gate(
            Verdict.BELOW, target, f"Test AUC {auc.value:.3f} {beats} but does not reach the target {target:.3f}."
        )
    return Gate(Verdict.ABOVE, target, f"Test AUC {auc.value:.3f} {beats} and reaches the target {target:.3f}.")
