"""One declared part of a claim: its effect with an interval, and what it shows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from harness.score.estimate import CONFIDENCE, Estimate

ALPHA = (1 - CONFIDENCE) / 2
"""One-sided level of each question: 2.5 %, as a 95 % interval has it at either end."""


class PartVerdict(StrEnum):
    """What one part says by its own interval, before any correction."""

    SHOWN = "shown"
    OPPOSITE = "opposite shown"
    UNDECIDED = "undecided"
    NOT_TESTABLE = "not testable"


@dataclass(frozen=True)
class Part:
    """``effect`` is a ``ratio`` or a ``difference`` with its 95 % interval, over ``runs`` (their numbers) of
    ``submissions``.

    ``shown`` and ``opposite`` are the one-sided p values of what the claim says and of its opposite; None where the
    part can't decide anything, and then ``reason`` says why. ``testable`` is False where system or benchmark lack what
    the part needs, so that no number of runs would decide it. ``bound`` is the effect at which the part
    turns, where that is not the line of no effect: a margin, a tolerance, a target.
    """

    what: str
    submissions: tuple[str, ...]
    quantity: str
    kind: str
    effect: Estimate
    runs: tuple[int, ...]
    shown: float | None
    opposite: float | None
    reason: str | None = None
    testable: bool = True
    bound: float | None = None

    def __post_init__(self) -> None:
        if (self.shown is None) != (self.opposite is None):
            raise ValueError("a part has both p values or neither")
        if (self.shown is None) != (self.reason is not None):
            raise ValueError("a part has either p values or a reason for their absence")

    @property
    def verdict(self) -> PartVerdict:
        """By the two p values against `ALPHA`. Where both are small (C4: worse, yet within the tolerance), the
        opposite."""
        if not self.testable:
            return PartVerdict.NOT_TESTABLE
        if self.opposite is not None and self.opposite <= ALPHA:
            return PartVerdict.OPPOSITE
        if self.shown is not None and self.shown <= ALPHA:
            return PartVerdict.SHOWN
        return PartVerdict.UNDECIDED

    def to_json(self) -> dict[str, Any]:
        """As `schemas/claims.schema.json` has it."""
        return {
            "what": self.what,
            "submissions": list(self.submissions),
            "quantity": self.quantity,
            "kind": self.kind,
            "effect": self.effect.to_json(),
            "bound": self.bound,
            "runs": list(self.runs),
            "p_shown": self.shown,
            "p_opposite": self.opposite,
            "verdict": self.verdict.value,
            "reason": self.reason,
        }


def unknown(
    what: str,
    submissions: tuple[str, ...],
    quantity: str,
    kind: str,
    reason: str,
    *,
    effect: Estimate | None = None,
    testable: bool = True,
) -> Part:
    """A part that decides nothing, and why; ``effect`` is what can be seen all the same."""
    seen = Estimate.absent("none", reason) if effect is None else effect
    return Part(what, submissions, quantity, kind, seen, (), None, None, reason, testable)
