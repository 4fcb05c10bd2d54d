"""How a run ended: why it ended, what it said, and how that is judged are three separate things."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Ended(StrEnum):
    """Why the conversation with the workload ended."""

    COMPLETED = "completed"
    FAILED = "failed"
    """The workload said `failed` and why."""
    EXITED = "exited"
    """The workload's process ended before it said `done`."""
    TIMED_OUT = "timed out"
    BROKE_PROTOCOL = "broke the protocol"
    BAD_OUTPUT = "bad output"
    """Predictions that are not as many finite probabilities as there are cases."""
    INFRASTRUCTURE = "infrastructure"
    """The engine, the disk or the machine failed."""
    METER_LOST = "meter lost"
    """What counts energy stopped answering: a GPU that fell off the bus, a driver that was reloaded."""


class Verdict(StrEnum):
    """How that is judged. Only infrastructure failures may be repeated, under the same number and seed."""

    VALID = "valid"
    FAILED = "failed"
    INVALID = "invalid"
    INFRASTRUCTURE = "infrastructure"


VERDICTS = {
    Ended.COMPLETED: Verdict.VALID,
    Ended.FAILED: Verdict.FAILED,
    Ended.EXITED: Verdict.FAILED,
    Ended.TIMED_OUT: Verdict.FAILED,
    Ended.BROKE_PROTOCOL: Verdict.INVALID,
    Ended.BAD_OUTPUT: Verdict.FAILED,
    Ended.INFRASTRUCTURE: Verdict.INFRASTRUCTURE,
    Ended.METER_LOST: Verdict.INFRASTRUCTURE,
}


@dataclass(frozen=True)
class Outcome:
    """``state`` is the last step that was reached (``plan``, ``train`` …), ``said`` the workload's own words.

    ``oom_killed`` and ``lived_s`` are as in `harness.runtime.base.Ending`.
    """

    ended: Ended
    state: str
    said: str | None = None
    reasons: tuple[str, ...] = ()
    exit_code: int | None = None
    oom_killed: bool | None = None
    lived_s: float | None = None

    def to_json(self, verdict: Verdict, reasons: tuple[str, ...]) -> dict[str, Any]:
        """As it stands in a record; ``verdict`` and ``reasons`` take the checks into account."""
        return {
            "ended": self.ended.value,
            "state": self.state,
            "said": self.said,
            "exit_code": self.exit_code,
            "verdict": verdict.value,
            "reasons": list(reasons),
        }


class Unfinished(Exception):
    """The conversation can't go on. Caught in one place, where it becomes an `Outcome`."""

    def __init__(self, ended: Ended, reason: str, *, said: str | None = None) -> None:
        super().__init__(reason)
        self.ended, self.reason, self.said = ended, reason, said
