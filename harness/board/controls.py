"""The toolbar above a table: what only works with scripts, hidden until the script shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from harness.board.chooser import chooser
from harness.board.columns import COLUMNS, QUALITY, QUANTITIES, measured
from harness.board.facets import FACETS, facet_options
from harness.board.markup import Html, join, tag
from harness.board.slim import slim_table
from harness.board.words.common import BASELINES, STATUS
from harness.board.words.controls import CHOOSER, CONTROLS, EXTRA_COLUMNS, SCRIPT

SCRIPTS = (
    *("namespace.js", "format.js", "state.js", "rows.js", "page.js", "rest.js", "columns.js", "cells.js", "carbon.js"),
    *("chooser.js", "advice.js", "fields.js", "export.js", "markup.js", "deliver.js", "select.js", "sorting.js"),
    *("form.js", "summary.js", "plots.js", "main.js"),
)
"""Scripts of the table view, in the order in which they build on one another."""
STYLES = ("controls.css",)
_SHOW = ("both", "value", "ratio")
_ENERGY, _TIME = ("J", "kJ", "Wh", "kWh"), ("s", "min")
_EXPORTS = ("csv", "json", "markdown", "latex")


def data_of(table: Mapping[str, Any]) -> dict[str, Any]:
    """The data blocks that the scripts read."""
    return {
        "table": _for_view(slim_table(table)),
        "columns": [column.to_json() for column in COLUMNS],
        "empty": _empty(table["entries"]),
        # A JSON object has no order, and these have one.
        "orders": {"statuses": list(STATUS), "baselines": list(BASELINES)},
        "words": {
            "script": SCRIPT,
            "chooser": CHOOSER,
            "status": STATUS,
            "baselines": BASELINES,
            "extra": EXTRA_COLUMNS,
            "labels": CONTROLS,
        },
    }


def _empty(rows: list[Mapping[str, Any]]) -> dict[str, str]:
    """Of each quantity that nobody measured the first entry's reason."""
    summary = next((row["summary"] for row in rows if row["summary"] is not None), None)
    if summary is None:
        return {}
    there = measured(rows)
    return {each.name: summary["quantities"][each.name]["reason"] for each in QUANTITIES if each.name not in there}


def _for_view(slim: dict[str, Any]) -> dict[str, Any]:
    """The same without what only a comparison takes: the costs of single runs, and ratios that no column shows."""
    rows = [{key: value for key, value in row.items() if key != "costs"} for row in slim["rows"]]
    for row in rows:
        row["ratios"] = {base: {**found, "costs": _shown(found["costs"])} for base, found in row["ratios"].items()}
    return {**slim, "rows": rows}


def _shown(costs: Mapping[str, Any]) -> dict[str, Any]:
    names = {column.name for column in COLUMNS}
    return {cost: found for cost, found in costs.items() if cost in names and found[0] is not None}


def controls(table: Mapping[str, Any], root: str = "") -> Html:
    """The toolbar of a table of the standings; ``root`` is the way from the page to the site's folder."""
    rows = table["entries"]
    bar = tag(
        "div",
        _search(),
        _menu("filter", [_facet(facet, rows) for facet in FACETS]),
        _menu("columns", _columns(rows)),
        _menu("view", _view()),
        _menu("export", _exports()),
        _button("link"),
        _button("reset"),
        class_="bar",
    )
    fold = tag("details", tag("summary", CONTROLS["fold"]), bar, chooser(table), class_="fold")
    return tag(
        "form",
        fold,
        tag("div", class_="advice", role="status"),
        tag("p", class_="shown", role="status"),
        tag("button", type="button", data_action="all", hidden=True),
        tag("p", class_="active"),
        tag("a", hidden=True, class_="compare", href="#"),
        tag("p", class_="problems", role="status"),
        class_="controls",
        hidden=True,
        autocomplete="off",
        aria_label=CONTROLS["toolbar"],
        data_root=root,
    )


def choice(name: str, options: Iterable[tuple[str, str]], label: str) -> Html:
    """A list to choose one from; options are (value, text)."""
    body = [tag("option", text, value=value) for value, text in options]
    return tag("label", f"{label} ", tag("select", body, name=name))


def _search() -> Html:
    box = tag("input", type="search", name="search", placeholder=CONTROLS["search_hint"], maxlength=200)
    return tag("label", tag("span", CONTROLS["search"], class_="unseen"), box, class_="search")


def _menu(name: str, *children: Any) -> Html:
    return tag(
        "details",
        tag("summary", CONTROLS[name]),
        tag("div", children, class_="sheet"),
        class_="menu",
        name="menu",
        data_menu=name,
    )


def _button(action: str, **attributes: str) -> Html:
    return tag("button", CONTROLS[action], type="button", data_action=action, **attributes)


def _facet(facet: str, rows: list[Mapping[str, Any]]) -> Html | None:
    options = facet_options(facet, rows)
    return _boxes(facet, CONTROLS[facet], options) if len(options) > 1 else None


def _boxes(name: str, legend: str, options: Iterable[tuple[str, str]]) -> Html:
    boxes = [
        tag("label", tag("input", type="checkbox", name=name, value=value), " ", text, class_="box")
        for value, text in options
    ]
    return tag("fieldset", tag("legend", legend), boxes)


def _columns(rows: list[Mapping[str, Any]]) -> Html:
    """A box for each column. One that is empty in the whole table says so."""
    there = measured(rows) | {column.name for column in QUALITY}
    groups: dict[str, list[tuple[str, str]]] = {}
    for column in COLUMNS:
        text = column.heading if column.name in there else CONTROLS["not_measured"].format(heading=column.heading)
        groups.setdefault(column.group, []).append((column.name, text))
    extra = [(name, text) for name, text in EXTRA_COLUMNS.items() if name != "name"]
    sets = [_boxes("columns", group, options) for group, options in groups.items()]
    return join(sets, _boxes("columns", CONTROLS["extra"], extra), _button("usual"))


def _view() -> Html:
    """How figures are shown: baseline, units, order, carbon."""
    automatic = ("", CONTROLS["automatic"])
    figures = tag(
        "fieldset",
        tag("legend", CONTROLS["figures"]),
        choice("base", BASELINES.items(), CONTROLS["base"]),
        choice("show", [(name, CONTROLS[f"show_{name}"]) for name in _SHOW], CONTROLS["show"]),
        choice("energy", [automatic, *((unit, unit) for unit in _ENERGY)], CONTROLS["energy"]),
        choice("time", [automatic, *((unit, unit) for unit in _TIME)], CONTROLS["time"]),
        tag("label", tag("input", type="checkbox", name="mix"), " ", CONTROLS["mix"], class_="box"),
    )
    return join(figures, _carbon())


def _carbon() -> Html:
    factor = tag("input", type="number", name="carbon", min=0, step="any", inputmode="decimal")
    source = tag("input", type="text", name="carbon_source", maxlength=200)
    return tag(
        "fieldset",
        tag("legend", CONTROLS["carbon"]),
        tag("p", CONTROLS["carbon_note"], class_="quiet"),
        tag("label", CONTROLS["carbon_factor"], " ", factor),
        tag("label", CONTROLS["carbon_source"], " ", source, class_="long"),
    )


def _exports() -> Html:
    return join(tag("p", CONTROLS["export_note"], class_="quiet"), [_button(name) for name in _EXPORTS])
