"""What an entry costs: every quantity over its runs, and its ratio to each baseline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from harness.board.figures import quantity, span
from harness.board.markup import Html, join, tag
from harness.board.names import QUANTITY_NAMES
from harness.board.regions import folded, scroll
from harness.board.tints import ratio
from harness.board.words.entry import COSTS, ENTRY

_BASELINES = ("float32", "tf32")


def cost_table(row: Mapping[str, Any]) -> Html | None:
    """A table of what was measured, and a folded list of what was not and why; None without a valid run."""
    if row["summary"] is None:
        return None
    quantities = row["summary"]["quantities"]
    there = [name for name in QUANTITY_NAMES if quantities[name]["value"] is not None]
    missing = [name for name in QUANTITY_NAMES if quantities[name]["value"] is None]
    head = tag(
        "tr",
        tag("th", COSTS["quantity"], scope="col"),
        [tag("th", COSTS[name], scope="col", class_="figure") for name in ("mean", "spread", "runs")],
        [tag("th", _baseline(row, name), scope="col", class_="figure") for name in _over(row)],
    )
    body = [_line(row, name, quantities[name]) for name in there]
    table = tag("table", tag("caption", COSTS["caption"]), tag("thead", head), tag("tbody", body), class_="costs")
    return join(
        scroll(COSTS["table"], table),
        [tag("p", text, class_="note") for text in _without_ratio(row)],
        folded(COSTS["absent"].format(count=len(missing)), _absent(quantities, missing)) if missing else None,
    )


def _over(row: Mapping[str, Any]) -> list[str]:
    """The baselines to which it has a ratio."""
    return [name for name in _BASELINES if has_ratio(row, name)]


def has_ratio(row: Mapping[str, Any], baseline: str) -> bool:
    """Whether any cost of the entry can be divided by the baseline's."""
    return any(found["value"] is not None for found in row["ratios"][baseline]["costs"].values())


def _baseline(row: Mapping[str, Any], name: str) -> Html:
    said, entry = COSTS["over"].format(baseline=COSTS[name]), row["ratios"][name]["entry"]
    if entry is None or entry == row["slug"]:
        return join(said)
    return tag("a", said, href=f"{quote(entry)}.html")


def _line(row: Mapping[str, Any], name: str, found: Mapping[str, Any]) -> Html:
    between = "" if found["count"] < 2 else span(found["least"], found["most"], found["unit"])
    return tag(
        "tr",
        tag("th", QUANTITY_NAMES[name], scope="row"),
        tag("td", quantity(found["value"], found["unit"]), class_="figure main"),
        tag("td", between, class_="figure"),
        tag("td", str(found["count"]), class_="figure"),
        [tag("td", _ratio(row["ratios"][baseline], name), class_="figure") for baseline in _over(row)],
    )


def _ratio(ratios: Mapping[str, Any], name: str) -> Html | str:
    found = ratios["costs"].get(name)
    return "" if found is None or found["value"] is None else ratio(found)


def _without_ratio(row: Mapping[str, Any]) -> list[str]:
    """Why a column of ratios is empty."""
    said = []
    for name in _BASELINES:
        found = row["ratios"][name]
        if found["entry"] == row["slug"]:
            said.append(f"{COSTS['over'].format(baseline=COSTS[name])}: {COSTS['baseline']}.")
        elif not has_ratio(row, name):
            reasons = [found["reason"], *(cost["reason"] for cost in found["costs"].values())]
            why = next((reason for reason in reasons if reason), ENTRY["not told"])
            said.append(f"{COSTS['over'].format(baseline=COSTS[name])}: {why.rstrip('.')}.")
    return said


def _absent(quantities: Mapping[str, Any], missing: list[str]) -> Html:
    """What was not measured, by the reason why."""
    reasons: dict[str, list[str]] = {}
    for name in missing:
        reasons.setdefault(quantities[name]["reason"], []).append(QUANTITY_NAMES[name])
    pairs = [tag("div", tag("dt", ", ".join(names)), tag("dd", reason)) for reason, names in reasons.items()]
    return tag("dl", pairs, class_="facts-list")
