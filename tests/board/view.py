"""A page with one table and its toolbar, small, as the scripts expect the overview to be. All of it is invented."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.board.columns import COLUMNS, QUALITY, Column, shown
from harness.board.controls import SCRIPTS, STYLES, controls, data_of
from harness.board.figures import area, quantity
from harness.board.frame import Page
from harness.board.markup import Html, join, tag
from harness.board.words import EXTRA_COLUMNS, STATUS
from tests.standings.season import a_published_season

BEFORE, AFTER = ("rank", "name", "verdict"), ("proven", "runs")


def the_table(folder: Path) -> dict[str, Any]:
    """The season's table of entries on the invented GPU."""
    tables = a_published_season(folder).document["benchmarks"][0]["tables"]
    found: dict[str, Any] = next(table for table in tables if table["place"]["device"] == "cuda")
    return found


def view_of(table: Mapping[str, Any], path: Path, data: Mapping[str, Any] | None = None) -> Path:
    """The page of ``table``, written to ``path``; ``data`` are more blocks for its scripts."""
    page = Page(
        path=path.name,
        title="A table",
        heading="A table",
        main=join(controls(table), tag("div", _table(table), class_="scroll")),
        styles=("base.css", *STYLES),
        scripts=SCRIPTS,
        data={**data_of(table), **(data or {})},
    )
    path.write_text(page.to_text(), encoding="utf-8")
    return path


def _table(table: Mapping[str, Any]) -> Html:
    rows = table["entries"]
    visible = {*shown(rows), *EXTRA_COLUMNS}
    groups = dict.fromkeys(column.group for column in COLUMNS)
    first = [
        *(tag("td", data_column=name) for name in BEFORE),
        *(_group(group, visible) for group in groups),
        *(tag("td", data_column=name) for name in AFTER),
    ]
    second = [
        *(_head(name, EXTRA_COLUMNS[name], True) for name in BEFORE),
        *(_head(column.name, column.heading, column.name in visible) for column in COLUMNS),
        *(_head(name, EXTRA_COLUMNS[name], True) for name in AFTER),
    ]
    body = [_row(row, visible) for row in rows]
    head = tag("thead", tag("tr", first), tag("tr", second))
    return tag(
        "table", tag("caption", "A table"), head, tag("tbody", body), class_="overview", data_table=table["slug"]
    )


def _head(name: str, text: str, visible: bool) -> Html:
    return tag("th", text, scope="col", data_column=name, hidden=not visible)


def _group(group: str, visible: set[str]) -> Html:
    count = sum(column.group == group and column.name in visible for column in COLUMNS)
    return tag("th", group, scope="colgroup", colspan=count or None, data_group=group, hidden=not count)


def _row(row: Mapping[str, Any], visible: set[str]) -> Html:
    submission, rank = row["submission"], row["rank"]
    name = join(tag("a", submission["title"], href=f"entries/{row['slug']}.html"), " ", tag("code", submission["name"]))
    cells = [
        tag("td", "–" if rank is None else str(rank["best"]), data_column="rank"),
        tag("th", name, scope="row", class_="name", data_column="name"),
        tag("td", STATUS[row["status"]], data_column="verdict"),
        *(_cell(column, row, column.name in visible) for column in COLUMNS),
        tag("td", row["provenance"], data_column="proven"),
        tag("td", str(row["runs"]["valid"]), data_column="runs"),
    ]
    return tag("tr", cells, data_slug=row["slug"], data_status=row["status"])


def _cell(column: Column, row: Mapping[str, Any], visible: bool) -> Html:
    summary = row["summary"]
    attributes: dict[str, Any] = {"class_": "figure", "data_column": column.name, "hidden": not visible}
    if summary is None:
        return tag("td", tag("a", "—", class_="absent", href="#note-1", title="no valid run"), **attributes)
    found = summary[column.name] if column in QUALITY else summary["quantities"][column.name]
    if found["value"] is None:
        return tag("td", tag("a", "—", class_="absent", href="#note-1", title=found["reason"]), **attributes)
    text = area(found["value"]) if column in QUALITY else quantity(found["value"], str(column.unit))
    ratio = row["ratios"]["float32"]["costs"].get(column.name, {"value": None})
    beside = None if ratio["value"] is None else tag("span", f"× {ratio['value']:.2f}", class_="ratio same")
    return tag("td", tag("span", text, class_="main"), beside, data_value=repr(found["value"]), **attributes)
