"""What the compare page's script knows: every entry of a table with its costs run by run, and the differences of pairs.

Reasons are long and often the same, so that each stands once in a list, and is named by its place there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.board.names import QUANTITY_NAMES
from harness.board.slim import identity, triple
from harness.board.student import QUANTILES


class _Reasons:
    def __init__(self) -> None:
        self.texts: list[str] = []
        self._known: dict[str, int] = {}

    def of(self, text: str | None) -> int | None:
        """The place of ``text`` in the list; None for None."""
        if text is None:
            return None
        if text not in self._known:
            self._known[text] = len(self.texts)
            self.texts.append(text)
        return self._known[text]


def compare_data(table: Mapping[str, Any], pairs: Mapping[str, Any] | None) -> dict[str, Any]:
    """Of the standings' table and of the document of its pairs (None where there is none) what the script shows.

    ``pairs`` become [a, b, [value, lower, upper], reason, p, p after Holm, apart], a and b as places in ``entries``;
    the difference is that of a less b. There are many, of which three digits are shown: they are kept to six.
    """
    reasons = _Reasons()
    rows = table["entries"]
    entries = [_entry(row, reasons) for row in rows]
    places = {row["slug"]: place for place, row in enumerate(rows)}
    measured = {cost for row in rows for cost in row["costs"]}
    units = {
        name: quantity["unit"]
        for row in rows
        if row["summary"] is not None
        for name, quantity in row["summary"]["quantities"].items()
    }
    found = {"pairs": [], "left_out": []} if pairs is None else pairs
    return {
        "entries": entries,
        "references": {each["model"]: each["entry"] for each in table["baselines"] if each["name"] == "float32"},
        "costs": [
            {"name": name, "heading": heading, "unit": units[name]}
            for name, heading in QUANTITY_NAMES.items()
            if name in measured
        ],
        "pairs": [_pair(pair, places, reasons) for pair in found["pairs"] if set(pair["entries"]) <= set(places)],
        "left_out": {each["entry"]: reasons.of(each["reason"]) for each in found["left_out"]},
        "quantiles": list(QUANTILES),
        "reasons": reasons.texts,
    }


def _entry(row: Mapping[str, Any], reasons: _Reasons) -> dict[str, Any]:
    summary = row["summary"]
    shown: dict[str, Any] = {"auc": None, "auc_reason": None, "means": {}, "absent": {}}
    if summary is not None:
        quantities = summary["quantities"]
        shown = {
            "auc": triple(summary["auc"]),
            "auc_reason": reasons.of(summary["auc"]["reason"]),
            "means": {name: each["value"] for name, each in quantities.items() if each["value"] is not None},
            "absent": {name: reasons.of(each["reason"]) for name, each in quantities.items() if each["value"] is None},
        }
    return {
        **shown,
        **identity(row),
        "why": [reasons.of(reason) for reason in row["why"]],
        "runs": row["runs"],
        "costs": row["costs"],
    }


def _pair(pair: Mapping[str, Any], places: Mapping[str, int], reasons: _Reasons) -> list[Any]:
    difference = pair["difference"]
    return [
        *(places[slug] for slug in pair["entries"]),
        [_short(value) for value in triple(difference)],
        reasons.of(difference["reason"]),
        _short(pair["p"]),
        _short(pair["p_holm"]),
        pair["apart"],
    ]


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
