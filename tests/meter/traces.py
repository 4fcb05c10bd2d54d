"""Traces for tests."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from harness.meter.trace import COLUMNS, Trace


def trace_of(at: Sequence[float], power_w: Sequence[float], **columns: float | Sequence[float]) -> Trace:
    """Samples of instantaneous power; other columns are constant or given, and NaN where they are not named."""
    filled = dict.fromkeys(COLUMNS, np.nan) | {"power_instant_w": power_w} | columns
    moments = np.asarray(at, dtype=float)
    others = {name: np.broadcast_to(np.asarray(filled[name], dtype=float), moments.shape) for name in COLUMNS[1:]}
    return Trace(at=moments, **others)


def steady(seconds: float, watts: float, *, begin: float = 0.0, **columns: float) -> Trace:
    """Ten samples a second of the same power."""
    at = begin + np.arange(round(seconds * 10) + 1) / 10
    return trace_of(list(at), [watts] * len(at), **columns)
