"""Numbers as people read them. A thin unit, three meaningful digits, never more precision than was measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.board.markup import Html, join, tag

GAP = "\u202f"
"""Narrow no-break space, between a number and its unit."""
MINUS = "\u2212"


Amount = tuple[tuple[str, str], ...]
"""A figure as (number, unit) pairs: ``(("4", "min"), ("05", "s"))``."""


def quantity(value: float, unit: str) -> Html:
    """A value in the unit that reads best, the unit set apart for the style sheet."""
    return _html(_amount(value, unit))


def plain(value: float, unit: str) -> str:
    """The same as text alone, for labels and drawings."""
    return "\u00a0".join(f"{text}{GAP}{name}" if name else text for text, name in _amount(value, unit))


def span(low: float, high: float, unit: str) -> Html:
    """A range; the unit is said once where it is the same."""
    first, last = _amount(low, unit), _amount(high, unit)
    if len(first) == len(last) == 1 and first[0][1] == last[0][1]:
        first = ((first[0][0], ""),)
    return join(_html(first), " to ", _html(last))


def tick(seconds: float) -> str:
    """A round time on an axis: ``30 s``, ``2 min``, ``1.5 h``."""
    size, unit = next(
        ((size, unit) for size, unit in ((3600, "h"), (60, "min"), (1, "s")) if seconds >= size), (1, "s")
    )
    return f"{seconds / size:g}{GAP}{unit}" if seconds else "0"


def _html(amount: Amount) -> Html:
    parts = [join(text, tag("span", GAP + unit, class_="unit") if unit else None) for text, unit in amount]
    return Html("\u00a0".join(parts))


def _amount(value: float, unit: str) -> Amount:
    if unit == "s":
        return _duration(value)
    if unit == "B":
        return _scaled(value, ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"), (1, "B")))
    if unit == "J":
        return _scaled(value, ((1e6, "MJ"), (1e3, "kJ"), (1, "J")))
    if unit == "1/s":
        return ((number(value), "/s"),)
    return ((number(value), "" if unit == "1" else unit),)


def _duration(seconds: float) -> Amount:
    """``1.24 ms``, ``48.3 s``, ``4 min 05 s``, ``2 h 03 min``."""
    if seconds < 1:
        return ((number(seconds * 1e3), "ms"),)
    if seconds < 99.95:
        return ((f"{seconds:.1f}", "s"),)
    whole = round(seconds)
    if whole < 3600:
        return (str(whole // 60), "min"), (f"{whole % 60:02d}", "s")
    minutes = round(seconds / 60)
    return (str(minutes // 60), "h"), (f"{minutes % 60:02d}", "min")


def number(value: float) -> str:
    """Three significant digits, or all digits before the point, in groups of three."""
    size = abs(value)
    if size >= 100 or value == 0:
        text = f"{value:,.0f}"
    elif size >= 0.001:
        digits = 1 if size >= 10 else 2 if size >= 1 else 3
        text = f"{value:.{digits}f}"
    else:
        text = f"{value:.2e}"
    return text.replace(",", GAP).replace("-", MINUS)


def area(value: float, *, sign: bool = False) -> str:
    """An AUC, or a difference of two with its sign, with three digits after the point."""
    return f"{value:{'+' if sign else ''}.3f}".replace("-", MINUS)


def interval(estimate: Mapping[str, Any], *, sign: bool = False) -> Html | None:
    """``0.752 – 0.812``, or None where there is none."""
    if estimate["lower"] is None:
        return None
    low, high = area(estimate["lower"], sign=sign), area(estimate["upper"], sign=sign)
    return tag("span", f"{low} to {high}", class_="interval")


def short(digest: str | None) -> str:
    """The first 12 digits of a digest, as images are tagged."""
    return "none" if digest is None else digest.removeprefix("sha256:")[:12]


def _scaled(value: float, scale: tuple[tuple[float, str], ...]) -> Amount:
    size, unit = next(((size, unit) for size, unit in scale if abs(value) >= size), scale[-1])
    return ((number(value / size), unit),)
