"""A figure estimated from a sample of patients: its value and its interval, or why one of them is missing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

CONFIDENCE = 0.95
"""Confidence of every interval in this package; `statistics.confidence` of the rules, which allow no other number."""


@dataclass(frozen=True)
class Estimate:
    """A point estimate with a two-sided 95 % interval.

    Three states: value and interval; value alone (``reason`` says why there is no interval); nothing (``reason`` says
    why there is no value). ``method`` names how the interval was made, or would have been.
    """

    value: float | None
    lower: float | None
    upper: float | None
    method: str
    reason: str | None = None

    def __post_init__(self) -> None:
        if (self.lower is None) != (self.upper is None):
            raise ValueError("an interval has two ends or none")
        if (self.lower is None) == (self.reason is None):
            raise ValueError("an estimate has either an interval or a reason for its absence")
        if self.value is None and self.lower is not None:
            raise ValueError("an interval belongs to a value")
        if any(part is not None and not math.isfinite(part) for part in (self.value, self.lower, self.upper)):
            raise ValueError("an estimate is finite")

    @classmethod
    def absent(cls, method: str, reason: str, *, value: float | None = None) -> Estimate:
        """An estimate without an interval, or, where ``value`` is None, without anything."""
        return cls(value=value, lower=None, upper=None, method=method, reason=reason)

    def to_json(self) -> dict[str, Any]:
        """As it stands in a record: all five keys, null where unknown."""
        return {
            "value": self.value,
            "lower": self.lower,
            "upper": self.upper,
            "method": self.method,
            "reason": self.reason,
        }
