"""Every entry of a table against the float32 reference of its model: the compare page as it is without a script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.board.columns import COLUMNS, QUANTITIES, Column, shown
from harness.board.figures import area, interval
from harness.board.long_table import MOST, in_two, others
from harness.board.markup import Html, tag
from harness.board.names import QUANTITY_NAMES
from harness.board.notes import Notes
from harness.board.tints import ratio
from harness.board.words.common import STATUS
from harness.board.words.compare import COMPARE

REFERENCE = "float32"
Differences = Mapping[tuple[str, str], Mapping[str, Any]]


def against_references(
    table: Mapping[str, Any], pairs: Mapping[str, Any] | None, root: str, *, most: int = MOST
) -> Html:
    """A section with the table; ``root`` leads to the site's folder. A table of more than ``most`` entries stands in
    two."""
    rows = table["entries"]
    names = {row["slug"]: row["submission"]["name"] for row in rows}
    columns = _columns(rows)
    notes = Notes("plain")
    differences = _differences(pairs)
    headings = tag(
        "tr",
        tag("th", COMPARE["entry"], scope="col", class_="name"),
        tag("th", COMPARE["auc"], scope="col", class_="figure"),
        tag("th", COMPARE["plain difference"], scope="col", class_="figure"),
        [tag("th", QUANTITY_NAMES[each.name], scope="col", class_="figure") for each in columns],
    )
    body = [
        tag(
            "tr",
            _name(row, names, root),
            _auc(row, notes),
            _difference(row, differences, notes),
            [_ratio(row, each.name, notes) for each in columns],
            data_slug=row["slug"],
        )
        for row in rows
    ]
    head = tag("thead", headings)
    first, rest = in_two(body, most)
    listed = tag("table", tag("caption", COMPARE["plain note"]), head, tag("tbody", first), class_="against")
    return tag(
        "section",
        tag("h2", COMPARE["plain"], id="plain"),
        tag("div", listed, class_="scroll", role="region", tabindex=0, aria_label=COMPARE["plain table"]),
        others(head, rest, table="against", box="scroll"),
        notes.to_html(),
        aria_labelledby="plain",
    )


def _columns(rows: list[Mapping[str, Any]]) -> list[Column]:
    """Those of the overview in which some entry has a ratio."""
    usual = shown(rows)
    return [
        column
        for column in COLUMNS
        if column in QUANTITIES and column.name in usual and any(_cost(row, column.name) is not None for row in rows)
    ]


def _cost(row: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    found = row["ratios"][REFERENCE]["costs"].get(name)
    return None if found is None or found["value"] is None else found


def _name(row: Mapping[str, Any], names: Mapping[str, str], root: str) -> Html:
    reference = row["ratios"][REFERENCE]["entry"]
    if reference == row["slug"]:
        said = COMPARE["is reference"]
    elif reference is None:
        said = row["ratios"][REFERENCE]["reason"] or COMPARE["no reference"]
    else:
        said = COMPARE["against"].format(name=names[reference])
    name = tag("a", row["submission"]["name"], href=f"{root}entries/{row['slug']}.html")
    status = tag("span", f"{STATUS[row['status']]}; {said}", class_="sub")
    return tag("th", name, status, scope="row", class_="name")


def _auc(row: Mapping[str, Any], notes: Notes) -> Html:
    if row["summary"] is None:
        return tag("td", notes.absent(row["why"][0] if row["why"] else COMPARE["no value"]), class_="figure")
    auc = row["summary"]["auc"]
    if auc["value"] is None:
        return tag("td", notes.absent(auc["reason"]), class_="figure")
    return tag("td", tag("span", area(auc["value"]), class_="main"), interval(auc), class_="figure")


def _differences(pairs: Mapping[str, Any] | None) -> Differences:
    """By (entry, other): the entry's AUC less the other's, both ways round."""
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for pair in [] if pairs is None else pairs["pairs"]:
        (one, other), difference = pair["entries"], pair["difference"]
        found[one, other], found[other, one] = difference, _turned(difference)
    return found


def _turned(difference: Mapping[str, Any]) -> dict[str, Any]:
    """The difference the other way round."""
    value, lower, upper = (None if (end := difference[key]) is None else -end for key in ("value", "lower", "upper"))
    return {**difference, "value": value, "lower": upper, "upper": lower}


def _difference(row: Mapping[str, Any], differences: Differences, notes: Notes) -> Html:
    """From the pairs; else as it was published."""
    reference = row["ratios"][REFERENCE]["entry"]
    if reference == row["slug"]:
        return tag("td", COMPARE["reference"], class_="figure quiet")
    found = None if reference is None else differences.get((row["slug"], reference))
    if found is None and row["judged"] is not None:
        found = row["judged"]["difference"]
    if found is None:
        return tag("td", notes.absent(COMPARE["no pair" if reference else "no reference"]), class_="figure")
    if found["value"] is None:
        return tag("td", notes.absent(found["reason"]), class_="figure")
    mark = None if found["reason"] is None else notes.mark(found["reason"])
    value = tag("span", area(found["value"], sign=True), mark, class_="main")
    return tag("td", value, interval(found, sign=True), class_="figure")


def _ratio(row: Mapping[str, Any], name: str, notes: Notes) -> Html:
    against = row["ratios"][REFERENCE]
    if against["entry"] == row["slug"]:
        return tag("td", COMPARE["reference"], class_="figure quiet")
    found = against["costs"].get(name)
    if found is None:
        return tag("td", notes.absent(against["reason"] or COMPARE["no value"]), class_="figure")
    if found["value"] is None:
        return tag("td", notes.absent(found["reason"]), class_="figure")
    mark = None if found["reason"] is None else notes.mark(found["reason"])
    return tag("td", ratio(found), mark, class_="figure")
