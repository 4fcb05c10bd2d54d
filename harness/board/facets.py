"""What the entries of a table can be filtered by: the values that occur in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.board.parts import PLAIN, strategy
from harness.board.words.common import STATUS
from harness.board.words.controls import CONTROLS

FACETS = ("model", "status", "efficiency", "provenance")
PLAIN_OPTION = "plain"
"""Of the efficiency settings: entries that have none of the others."""


def facet_options(facet: str, rows: list[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """(value, text) of each option. An efficiency setting's value is ``<key>:<value>``."""
    if facet == "status":
        there = {row["status"] for row in rows}
        return [(status, text) for status, text in STATUS.items() if status in there]
    if facet == "provenance":
        return [(value, value) for value in sorted({row["provenance"] for row in rows})]
    if facet == "model":
        return [(value, value) for value in sorted({str(row["submission"]["model"]) for row in rows})]
    changed = sorted({pair for row in rows for pair in _changed(row)})
    options = [(f"{key}:{value}", strategy(key, value)) for key, value in changed]
    return [(PLAIN_OPTION, CONTROLS["plain"]), *options] if options else []


def _changed(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(key, value) for key, value in row["submission"]["efficiency"].items() if value not in PLAIN]
