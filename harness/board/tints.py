"""How a ratio to the baseline looks: the number says it, and a quiet tint follows the number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.board.figures import GAP, MINUS
from harness.board.markup import Html, tag

STEPS = (1.1, 1.5)
"""By which factor a cost must differ for a stronger tint."""
_FINE = 0.02
"""An interval that is narrower than this takes a third digit."""


def ratio(estimate: Mapping[str, Any]) -> Html:
    """``× 0.93`` with its interval. Only an interval that leaves 1 out is called cheaper or dearer."""
    digits = _digits(estimate)
    between = None
    if estimate["lower"] is not None:
        between = tag("span", f"{estimate['lower']:.{digits}f} to {estimate['upper']:.{digits}f}", class_="interval")
    return tag("span", f"× {estimate['value']:.{digits}f} ", between, class_=f"ratio {tint(estimate)}")


def tint(estimate: Mapping[str, Any]) -> str:
    """Classes: ``same``, or ``cheaper`` or ``dearer`` with ``step-2`` and ``step-3`` for larger factors."""
    lower, upper = estimate["lower"], estimate["upper"]
    if lower is None or lower <= 1 <= upper:
        return "same"
    size = max(estimate["value"], 1 / estimate["value"])
    step = 1 + sum(size >= each for each in STEPS)
    return ("cheaper" if upper < 1 else "dearer") + (f" step-{step}" if step > 1 else "")


def less(estimate: Mapping[str, Any]) -> tuple[str, str]:
    """A ratio below 1 as a saving in per cent and its interval: ``("42 %", "42 to 43 %")``."""
    value, least, most = (1 - estimate[key] for key in ("value", "upper", "lower"))
    return f"{_percent(value)}{GAP}%", f"{_percent(least)} to {_percent(most)}{GAP}%"


def _percent(share: float) -> str:
    return f"{share * 100:.{0 if abs(share) >= 0.0995 else 1}f}".replace("-", MINUS)


def _digits(estimate: Mapping[str, Any]) -> int:
    """Two, or three where two would hide how sure the ratio is, or that it is not 1."""
    lower, upper = estimate["lower"], estimate["upper"]
    if estimate["value"] < 0.1:
        return 3
    if lower is None:
        return 2
    apart = lower > 1 or upper < 1
    hides = apart and any(f"{end:.2f}" == "1.00" for end in (lower, upper, estimate["value"]))
    return 3 if hides or upper - lower < _FINE else 2
