"""How the parts of the document are written: columns of rounded numbers, or null and the reason."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from harness.score.clustered import FloatArray

Part = dict[str, Any]
"""One drawing's data; ``reason`` says why something in it is null, and is null where nothing is."""
DIGITS = 5
"""Significant digits: more than a drawing shows, few enough for a small file."""


def rounded(value: float) -> float:
    """To `DIGITS` significant digits."""
    return float(f"{value:.{DIGITS}g}") + 0.0


def column(values: FloatArray | Iterable[float]) -> list[float | None]:
    """Rounded, with null for NaN."""
    return [None if np.isnan(value) else rounded(float(value)) for value in values]


def missing(names: Iterable[str], reason: str) -> Part:
    """A part of which there is nothing."""
    return {**dict.fromkeys(names), "reason": reason}


def evenly(along: FloatArray, most: int) -> npt.NDArray[np.intp]:
    """At most ``most`` indices into ``along``, float64 [n] that never falls: about evenly spread over its values, first
    and last always in."""
    if len(along) <= most:
        return np.arange(len(along))
    wanted = np.linspace(along[0], along[-1], most)
    found = np.clip(np.searchsorted(along, wanted), 0, len(along) - 1)
    found[0] = 0
    found[-1] = len(along) - 1
    return np.unique(found)
