"""Six figures that answer first: how good, and at what cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.board.figures import area, interval, quantity
from harness.board.markup import Child, Html, join, tag
from harness.board.names import QUANTITY_NAMES
from harness.board.tints import ratio
from harness.board.words.entry import ENTRY, GLANCE, OUTCOMES

_COSTS = (
    ("time", ("time_to_predictions",)),
    ("energy", ("gpu_energy", "cpu_energy")),
    ("memory", ("peak_gpu_memory", "peak_host_memory")),
)
"""What is shown of each cost: the first of these quantities that was measured."""


def glance(document: Mapping[str, Any]) -> Html:
    """The figures, or that there is none."""
    row = document["row"]
    summary = row["summary"]
    if summary is None:
        return tag("p", ENTRY["no valid run"], class_="note")
    figures = [
        _estimate(GLANCE["auc"], summary["auc"]),
        _estimate(GLANCE["gain"], summary["gain"], sign=True),
        _difference(document),
        *(_cost(row, GLANCE[name], names) for name, names in _COSTS),
    ]
    return tag("dl", figures, class_="glance")


def figure(name: str, main: Child, below: Child) -> Html:
    """One figure: what it is, its value, and its interval or whatever else must not be left out."""
    return tag("div", tag("dt", name), tag("dd", tag("b", main), tag("span", below, class_="interval")))


def _estimate(name: str, found: Mapping[str, Any], *, sign: bool = False) -> Html:
    if found["value"] is None:
        return figure(name, "—", found["reason"])
    return figure(name, area(found["value"], sign=sign), interval(found, sign=sign) or found["reason"])


def _difference(document: Mapping[str, Any]) -> Html:
    judged = document["judged"]
    if judged is None:
        return figure(GLANCE["difference"], "—", GLANCE["not compared"])
    if judged["reference"]:
        return figure(GLANCE["difference"], "—", GLANCE["is reference"])
    outcome = "" if judged["non_inferiority"] is None else judged["non_inferiority"]["outcome"]
    said = OUTCOMES.get(outcome, outcome)
    difference = judged["difference"]
    if difference is None or difference["value"] is None:
        return figure(GLANCE["difference"], "—", said)
    shown = interval(difference, sign=True) or difference["reason"]
    return figure(GLANCE["difference"], area(difference["value"], sign=True), join(shown, tag("span", said)))


def _cost(row: Mapping[str, Any], name: str, names: tuple[str, ...]) -> Html:
    quantities = row["summary"]["quantities"]
    chosen = next((each for each in names if quantities[each]["value"] is not None), None)
    if chosen is None:
        return figure(name, "—", quantities[names[0]]["reason"])
    found, label = quantities[chosen], QUANTITY_NAMES[chosen]
    return figure(name if label == name else label, quantity(found["value"], found["unit"]), _ratio(row, chosen))


def _ratio(row: Mapping[str, Any], name: str) -> Html | str | None:
    ratios = row["ratios"]["float32"]
    if (found := ratios["costs"].get(name)) is None or found["value"] is None:
        return None
    return join(ratio(found), f" {GLANCE['over']}")
