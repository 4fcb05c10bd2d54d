"""Axes: from data to positions, with round ticks."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """Maps [low, high] in the data to [start, end] in the drawing."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """The position of ``value``, to a tenth of a unit; values outside are drawn at the edge."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)


@dataclass(frozen=True)
class LogScale:
    """As `Scale`, by the logarithm: equal factors are equal lengths. ``low`` is positive."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """The position of ``value``, to a tenth of a unit; values outside are drawn at the edge."""
        low, high = math.log(self.low), math.log(self.high)
        share = (math.log(min(max(value, self.low), self.high)) - low) / (high - low)
        return round(self.start + share * (self.end - self.start), 1)


def spread(
    values: Iterable[float], step: float, *, least: float | None = None, most: float | None = None
) -> tuple[float, float]:
    """Bounds around ``values`` in whole ``step``s, at least two of them, kept between ``least`` and ``most``."""
    found = list(values) or [0.0]
    low = math.floor(min(found) / step + 1e-9) * step
    high = math.ceil(max(found) / step - 1e-9) * step
    while high - low < 2 * step - 1e-9:
        if most is None or high + step <= most + 1e-9:
            high += step
        else:
            low -= step
    low = low if least is None else max(low, least)
    high = high if most is None else min(high, most)
    return round(low, 9), round(high, 9)


def nice_step(low: float, high: float, count: int) -> float:
    """A step of 1, 2 or 5 times a power of ten that divides [low, high] into about ``count`` parts."""
    raw = max((high - low) / count, 1e-9)
    power = 10.0 ** math.floor(math.log10(raw))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw * 0.999)


def ticks(low: float, high: float, step: float) -> list[float]:
    """Whole multiples of ``step`` from ``low`` to ``high``."""
    first, last = math.ceil(low / step - 1e-6), math.floor(high / step + 1e-6)
    return [round(index * step, 9) for index in range(first, last + 1)]


def decades(low: float, high: float, factors: tuple[float, ...]) -> list[float]:
    """``factors`` times powers of ten, from ``low`` to ``high``, both positive."""
    powers = range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 1)
    found = [float(f"{factor}e{power}") for power in powers for factor in factors]
    return [value for value in found if low <= value <= high]
