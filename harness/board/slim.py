"""What a page's script knows of a table: numbers only, once, and no text that the page does not need twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.board.columns import QUANTITIES
from harness.board.parts import chip_words


def slim_table(table: Mapping[str, Any]) -> dict[str, Any]:
    """Of the standings' table what sorting, filtering, choosing, comparing and exporting takes.

    An estimate is [value, lower, upper], with null where there is none.
    """
    places = {row["slug"]: place for place, row in enumerate(table["entries"])}
    return {
        "slug": table["slug"],
        "sorted_by": table["sorted_by"],
        "baselines": table["baselines"],
        "rows": [slim_row(row, places) for row in table["entries"]],
    }


def slim_row(row: Mapping[str, Any], places: Mapping[str, int]) -> dict[str, Any]:
    """One row of `slim_table`. Of the entries that surely cost more it has ranges of their ``places`` in the table,
    [first, after the last]: in a long table they are many, and stand together."""
    summary = row["summary"]
    return {
        **identity(row),
        "chips": chip_words(row["submission"]),
        "cheaper_than": _ranges(sorted(places[slug] for slug in row["cheaper_than"])),
        "runs": [row["runs"]["valid"], row["runs"]["attempts"]],
        "auc": None if summary is None else triple(summary["auc"]),
        "gain": None if summary is None else triple(summary["gain"]),
        "values": {} if summary is None else _values(summary["quantities"]),
        "ratios": {
            name: {"entry": found["entry"], "costs": {cost: triple(each) for cost, each in found["costs"].items()}}
            for name, found in row["ratios"].items()
        },
        "costs": row["costs"],
    }


def identity(row: Mapping[str, Any]) -> dict[str, Any]:
    """What an entry is, for every script that names one."""
    submission = row["submission"]
    return {
        **{key: row[key] for key in ("slug", "status", "rank", "provenance")},
        **{key: submission[key] for key in ("name", "title", "model", "efficiency")},
    }


def triple(estimate: Mapping[str, Any]) -> list[float | None]:
    """[value, lower, upper]."""
    return [estimate["value"], estimate["lower"], estimate["upper"]]


def _ranges(places: Sequence[int]) -> list[list[int]]:
    """[first, after the last] of each stretch of rising numbers without a gap."""
    found: list[list[int]] = []
    for place in places:
        if found and found[-1][1] == place:
            found[-1][1] = place + 1
        else:
            found.append([place, place + 1])
    return found


def _values(quantities: Mapping[str, Any]) -> dict[str, float]:
    found = {column.name: quantities[column.name]["value"] for column in QUANTITIES}
    return {name: value for name, value in found.items() if value is not None}
