"""A measured quantity, or the reason why there is none.

Absence is typed: a quantity that was not measured has ``value`` None and a reason, in memory, in JSON, on the command
line and on the leaderboard. It is never 0 and never a guess.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Quantity:
    """One figure with its unit and where it came from.

    ``unit`` is an SI symbol or ``1`` for a pure number; ``source`` names what measured it (``harness monotonic clock``,
    ``NVML energy counter``); ``scope`` names what it covers (``whole GPU``, ``container``). Exactly one of ``value``
    and ``reason`` is given.
    """

    value: float | None
    unit: str
    source: str | None = None
    scope: str | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        if (self.value is None) == (self.reason is None):
            raise ValueError("a quantity has either a value or a reason for its absence")
        if self.value is not None and not math.isfinite(self.value):
            raise ValueError("a measured value is finite")

    @classmethod
    def absent(cls, unit: str, reason: str, *, scope: str | None = None) -> Quantity:
        """A quantity that was not measured, and why."""
        return cls(value=None, unit=unit, scope=scope, reason=reason)

    def to_json(self) -> dict[str, Any]:
        """As it stands in a record: all five keys, null where unknown."""
        return {
            "value": self.value,
            "unit": self.unit,
            "source": self.source,
            "scope": self.scope,
            "reason": self.reason,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Quantity:
        """Read what `to_json` wrote."""
        return cls(
            value=document["value"],
            unit=document["unit"],
            source=document.get("source"),
            scope=document.get("scope"),
            reason=document.get("reason"),
        )
