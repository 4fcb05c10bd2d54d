"""Drawings from raw files (schemas/curves.schema.json), or the reason in their place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.board.latency import latency
from harness.board.markup import Html, tag
from harness.board.power import power
from harness.board.reliability import reliability
from harness.board.roc import roc
from harness.board.words.entry import DRAWN


def entry_drawings(curves: Mapping[str, Any]) -> Html:
    """ROC and reliability of all valid runs. ``curves`` is the document, or ``{"reason": …}`` where there is none."""
    if "reason" in curves:
        return _missing("entry", curves["reason"])
    return _side_by_side(roc(curves), reliability(curves["entry"]["reliability"]))


def run_drawings(curves: Mapping[str, Any], run: str) -> Html:
    """Power with its windows, and latencies, of the run with this id."""
    if "reason" in curves:
        return _missing("run", curves["reason"])
    if (found := curves["runs"].get(run)) is None:
        return _missing("run", DRAWN["not this run"])
    return _side_by_side(power(found), latency(found["latency"]))


def _missing(what: str, reason: str) -> Html:
    return tag("p", DRAWN[what].format(reason=reason.rstrip(".")), class_="quiet")


def _side_by_side(*drawings: Html) -> Html:
    return tag("div", drawings, class_="drawings")
