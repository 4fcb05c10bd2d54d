"""What was published of an entry: gates, difference to the reference, costs as ratios, every attempt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.board.figures import area, interval
from harness.board.markup import Html, join, tag
from harness.board.names import METRIC_NAMES, QUANTITY_NAMES


def published(judged: Mapping[str, Any]) -> Html:
    """A section of an entry's details."""
    facts = []
    if judged["difference"] is not None:
        facts.append(fact("AUC less the reference's", judged["difference"], sign=True))
    facts += [fact(METRIC_NAMES[name], found) for name, found in judged["metrics"].items()]
    return tag(
        "section",
        tag("h4", "All runs together", tag("small", f" as published: {judged['entry']}")),
        _gate(judged),
        tag("dl", facts, class_="facts"),
        _costs(judged),
        tag("div", tag("h5", "Why it has no rank"), tag("ul", [tag("li", one) for one in judged["unranked"]]))
        if judged["unranked"]
        else None,
        _again(judged),
        tag("p", "Attempts: ", "; ".join(_attempt(one) for one in judged["attempts"]), class_="quiet"),
        class_="run",
    )


def _gate(judged: Mapping[str, Any]) -> Html:
    found = judged["non_inferiority"]
    if found is None:
        return tag("p", "Others of its model are compared with this entry.")
    against = "" if judged["against"] is None else f" Reference: {judged['against']}."
    return tag("p", tag("b", f"Q2 {found['outcome']}. "), found["reason"], against)


def _attempt(attempt: Mapping[str, Any]) -> str:
    return f"run {attempt['number']} {attempt['verdict']}"


def _again(judged: Mapping[str, Any]) -> Html | None:
    """Who ran it again, and what that showed: also where it was something else."""
    if not judged["again"]:
        return None
    rows = [
        tag(
            "li",
            tag("b", f"{each['by']}: {each['verdict']}. "),
            each["reason"],
            tag("span", f"On {each['system'] or 'a machine that is not told'}", class_="sub"),
        )
        for each in judged["again"]
    ]
    return tag("div", tag("h5", "Run again by others"), tag("ul", rows))


def _costs(judged: Mapping[str, Any]) -> Html | None:
    rows = [
        tag(
            "tr",
            tag("th", QUANTITY_NAMES[name], scope="row"),
            tag("td", tag("b", f"× {found['value']:.3g}"), " ", _between(found), class_="figure"),
        )
        for name, found in judged["costs"].items()
        if found["value"] is not None
    ]
    if not rows:
        return None
    caption = tag("caption", "Costs over the reference's, 95 % interval over pairs of runs")
    table = tag("table", caption, tag("tbody", rows), class_="measured")
    return tag("div", table, class_="scroll", tabindex=0, role="region", aria_label="Costs over the reference's")


def _between(found: Mapping[str, Any]) -> Html | str:
    if found["lower"] is None:
        return tag("span", found["reason"], class_="interval")
    return tag("span", f"[{found['lower']:.3g}, {found['upper']:.3g}]", class_="interval")


def fact(name: str, estimate: Mapping[str, Any], *, sign: bool = False) -> Html:
    """A figure with its interval, or with the reason why one of them is missing."""
    if estimate["value"] is None:
        shown = join("— ", tag("span", estimate["reason"], class_="interval"))
    else:
        below = interval(estimate, sign=sign) or tag("span", estimate["reason"], class_="interval")
        shown = join(tag("b", area(estimate["value"], sign=sign)), " ", below)
    return tag("div", tag("dt", name), tag("dd", shown))
