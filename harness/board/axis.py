"""The axis of a cost: linear, or logarithmic where costs differ by a large factor, with ticks as people count."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from harness.board.figures import GAP, tick
from harness.board.scale import LogScale, Scale, decades, nice_step, spread, ticks

FACTOR = 8
"""A linear axis over a larger factor would press the cheap entries into its end."""
_PADDING = 1.12
_LEAST = 0.1
"""An axis covers this share of its costs at least: differences that are nothing should not look like any."""
_MOST = 7
_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 18_000)
_SPARSE_SECONDS = (1, 5, 15, 60, 300, 900, 3600, 18_000)
_COARSE_SECONDS = (1, 10, 60, 600, 3600)
_SIZES = {
    "J": ((1e6, "MJ"), (1e3, "kJ"), (1.0, "J")),
    "B": ((2.0**30, "GiB"), (2.0**20, "MiB"), (2.0**10, "KiB"), (1.0, "B")),
}


@dataclass(frozen=True)
class CostAxis:
    """``ticks`` are (value, text), in order."""

    scale: Scale | LogScale
    ticks: tuple[tuple[float, str], ...]

    @property
    def logarithmic(self) -> bool:
        """Whether equal lengths are equal factors."""
        return isinstance(self.scale, LogScale)


def cost_axis(values: Sequence[float], unit: str, start: float, end: float) -> CostAxis:
    """An axis that holds ``values``, positive and in the SI ``unit``, between ``start`` and ``end`` in the drawing."""
    low, high = min(values), max(values)
    if high > FACTOR * low:
        scale = LogScale(low / _PADDING, high * _PADDING, start, end)
        return CostAxis(scale, tuple((value, tick_text(value, unit)) for value in _log_ticks(scale, unit)))
    size = _size(high, unit)
    room = max(high - low, high * _LEAST)
    low, high = (0.0 if low <= room else (low + high - room) / 2 - 0.05 * room), (low + high + room) / 2 + 0.05 * room
    step = _step(high - low, unit, size)
    bounds = spread([low / size, high / size], step / size, least=0.0)
    linear = Scale(bounds[0] * size, bounds[1] * size, start, end)
    found = [value * size for value in ticks(*bounds, step / size)]
    return CostAxis(linear, tuple((value, tick_text(value, unit)) for value in found))


def tick_text(value: float, unit: str) -> str:
    """A round value on an axis: ``2.5 kJ``, ``512 MiB``, ``5 ms``, ``2 min``."""
    if value == 0:
        return "0"
    if unit == "s":
        if value < 1:
            return f"{value * 1e3:g}{GAP}ms"
        return tick(value) if value % 15 == 0 or value < 60 else f"{value:g}{GAP}s"
    size, name = next(((size, name) for size, name in _SIZES.get(unit, ()) if value >= size * 0.9999), (1.0, unit))
    return f"{value / size:g}{GAP}{name}"


def _size(high: float, unit: str) -> float:
    """What steps are counted in: bytes by powers of two."""
    return next((size for size, _ in _SIZES["B"] if high >= size), 1.0) if unit == "B" else 1.0


def _step(span: float, unit: str, size: float) -> float:
    if unit == "s" and span > 5:
        return float(next((step for step in _SECONDS if span / step <= 5), span / 4))
    return nice_step(0.0, span / size, 5) * size


def _log_ticks(scale: LogScale, unit: str) -> list[float]:
    """The densest of the unit's round values that are no more than `_MOST`."""
    low, high = scale.low, scale.high
    found: list[float] = []
    for candidates in _candidates(unit):
        found = candidates(low, high)
        if len(found) <= _MOST:
            break
    return found[:: math.ceil(len(found) / _MOST)] if found else found


def _candidates(unit: str) -> tuple[Callable[[float, float], list[float]], ...]:
    """From dense to coarse."""
    if unit == "s":
        return (
            lambda low, high: _seconds(low, high, _SECONDS, (1, 2, 5)),
            lambda low, high: _seconds(low, high, _SPARSE_SECONDS, (1, 5)),
            lambda low, high: _seconds(low, high, _COARSE_SECONDS, (1,)),
        )
    if unit == "B":
        return (lambda low, high: _powers(low, high, 2)), (lambda low, high: _powers(low, high, 8))
    return (lambda low, high: decades(low, high, (1, 2, 5))), (lambda low, high: decades(low, high, (1,)))


def _seconds(low: float, high: float, whole: Sequence[float], factors: tuple[float, ...]) -> list[float]:
    """Powers of ten below a second and above ten hours; in between what clocks count in."""
    parts = [value for value in decades(low, high, factors) if value < 1]
    hours = [value * 3600 for value in decades(low / 3600, high / 3600, factors) if value >= 10]
    return [*parts, *(float(value) for value in whole if low <= value <= high), *hours]


def _powers(low: float, high: float, base: int) -> list[float]:
    first, last = math.ceil(math.log(low, base)), math.floor(math.log(high, base))
    return [float(base) ** power for power in range(first, last + 1)]
