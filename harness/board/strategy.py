"""What the strategy really did: bytes by element type of every group of tensors, and what else was seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.board.figures import GAP, number, quantity
from harness.board.markup import Html, join, tag
from harness.board.regions import facts, scroll
from harness.board.words.entry import FACTS, STRATEGY

_GROUPS = (
    *("parameters", "gradients", "saved_activations"),
    *("optimizer_state", "large_moments", "small_moments"),
)
_PART_OF = frozenset({"large_moments", "small_moments"})


def strategy(document: Mapping[str, Any]) -> Html:
    """A table for all runs that saw the same, so that one table stands for most entries."""
    submission = document["row"]["submission"]
    counted = [run for run in document["runs"] if run["counts"]]
    seen = _alike(counted or document["runs"][:1])
    asked = {key.replace("_", " "): value for key, value in submission["efficiency"].items()}
    return join(
        tag("p", STRATEGY["own" if submission["division"] == "open" else "lead"], class_="note"),
        tag("h3", STRATEGY["asked"]) if asked else None,
        facts(dict(asked), class_="facts-list asked") if asked else None,
        [_seen(runs) for runs in seen] if seen else tag("p", STRATEGY["none"], class_="quiet"),
    )


def _alike(runs: Sequence[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """Runs in groups that saw exactly the same."""
    groups: list[list[Mapping[str, Any]]] = []
    for run in runs:
        if not run["observed"]:
            continue
        same = (group for group in groups if group[0]["observed"] == run["observed"])
        if (group := next(same, None)) is None:
            groups.append([run])
        else:
            group.append(run)
    return groups


def _seen(runs: Sequence[Mapping[str, Any]]) -> Html:
    observed, count = runs[0]["observed"], runs[0]["parameters"]
    numbers = sorted({run["number"] for run in runs})
    named = STRATEGY["run" if len(numbers) == 1 else "runs"].format(numbers=_listed(numbers))
    caption = STRATEGY["caption"].format(runs=named)
    rows = [_group(name, observed[name]) for name in _GROUPS if observed.get(name)]
    head = tag(
        "tr",
        tag("th", STRATEGY["group"], scope="col"),
        tag("th", STRATEGY["dtype"], scope="col"),
        tag("th", STRATEGY["bytes"], scope="col", class_="figure"),
    )
    table = tag("table", tag("caption", caption), tag("thead", head), rows, class_="strategy")
    others: dict[str, Any] = {
        STRATEGY["optimizer"]: observed.get("optimizer"),
        STRATEGY["count"]: None if count is None else f"{count:,}".replace(",", GAP),
        **{FACTS.get(name, name): _said(value) for name, value in observed.get("facts", {}).items()},
    }
    return tag("div", scroll(caption, table) if rows else None, facts(others), class_="columns")


def _group(name: str, found: Mapping[str, int]) -> Html:
    head = tag("th", STRATEGY[name], scope="rowgroup", rowspan=len(found), class_="part" if name in _PART_OF else None)
    rows = [
        tag(
            "tr",
            None if index else head,
            tag("td", tag("code", dtype)),
            tag("td", quantity(size, "B"), class_="figure"),
        )
        for index, (dtype, size) in enumerate(found.items())
    ]
    return tag("tbody", rows)


def _said(value: str | float | bool) -> str:
    if isinstance(value, bool):
        return STRATEGY["yes" if value else "no"]
    if isinstance(value, str):
        return value
    return f"{value:,.0f}".replace(",", GAP) if value == int(value) else number(value)


def _listed(numbers: list[int]) -> str:
    """``1 to 5``, or ``1, 2, 4``."""
    if len(numbers) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1:
        return f"{numbers[0]} to {numbers[-1]}"
    return ", ".join(map(str, numbers))
