"""A figure with its interval at each of several places."""

from __future__ import annotations

from dataclasses import dataclass

from harness.score.clustered import FloatArray


@dataclass(frozen=True, eq=False)
class Band:
    """``value`` with its pointwise 95 % interval from ``lower`` to ``upper``, all float64 [places].

    A bound is NaN where there is no interval at that place; both are None, with ``reason``, where there is none at all.
    ``method`` names how the intervals were made, or would have been.
    """

    value: FloatArray
    lower: FloatArray | None
    upper: FloatArray | None
    method: str
    reason: str | None = None
