"""Drawings from raw files (schemas/curves.schema.json), each with the reason in its place where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.board.markup import Html, tag
from harness.board.words import DRAWN

Drawing = Html | str | None
"""A drawing, or the reason why there is none."""


def entry_drawings(curves: Mapping[str, Any]) -> Html:
    """ROC and reliability of all valid runs. ``curves`` is the document, or ``{"reason": …}`` where there is none."""
    if "reason" in curves:
        return _missing(("roc", "reliability"), curves["reason"])
    return _shown({})


def run_drawings(curves: Mapping[str, Any], run: str) -> Html:
    """Power with its windows and latencies of the run with this id."""
    if "reason" in curves:
        return _missing(("power", "latency"), curves["reason"])
    found = curves["runs"].get(run)
    if found is None:
        return _missing(("power", "latency"), DRAWN["no curves"])
    return _shown({})


def _missing(names: tuple[str, ...], reason: str) -> Html:
    what = ", ".join(DRAWN[name] for name in names)
    return tag("p", DRAWN["missing"].format(what=what, reason=reason.rstrip(".")), class_="quiet")


def _shown(drawings: Mapping[str, Drawing]) -> Html:
    """The drawings side by side, and below them what can't be drawn."""
    figures = [tag("figure", drawing) for drawing in drawings.values() if isinstance(drawing, Html)]
    reasons = [
        _missing((name,), drawing)
        for name, drawing in drawings.items()
        if isinstance(drawing, str) and not isinstance(drawing, Html)
    ]
    return tag("div", tag("div", figures, class_="plots") if figures else None, reasons, class_="drawings")
