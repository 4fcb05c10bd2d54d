"""The overview: every entry of a table in one HTML table, in the order of the standings.

Each heading of the last heading row and each cell names its column in ``data-column``; what can be sorted by stands in
``data-value``. Columns that are not shown at first carry ``hidden``; the heading of a group spans those that are shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from harness.board.bars import Axis
from harness.board.cells import (
    Row,
    auc_cell,
    gain_cell,
    name_cell,
    proven_cell,
    quantity_cell,
    rank_cell,
    runs_cell,
    verdict_cell,
)
from harness.board.columns import COLUMNS, QUANTITIES, Column, measured, shown
from harness.board.long_table import MOST, in_two, others
from harness.board.markup import Html, join, tag
from harness.board.names import QUANTITY_NAMES
from harness.board.notes import Notes
from harness.board.parts import device, runtime
from harness.board.words.table import LEGEND, NOTES, TABLE


def overview(table: Mapping[str, Any], root: str, *, most: int = MOST) -> Html:
    """The table with its legend and its notes. ``root`` is the way from the page to the site's folder; a table of more
    than ``most`` entries stands in two."""
    rows = table["entries"]
    visible, there = frozenset(shown(rows)), measured(rows)
    axis = Axis.over([row["summary"] for row in rows if row["summary"] is not None])
    notes, more = Notes(), Notes("more", letters=True)
    baselines = _baselines(rows)

    def row_of(row: Row) -> Html:
        cells = [
            rank_cell(row),
            name_cell(row, root),
            auc_cell(row, axis, baselines.get(row["slug"]), notes),
            gain_cell(row, notes if "gain" in visible else more, hidden="gain" not in visible),
            verdict_cell(row, notes),
        ]
        for column in QUANTITIES:
            hidden = column.name not in visible
            cells.append(
                quantity_cell(row, column, more if hidden else notes, hidden=hidden, empty=column.name not in there)
            )
        cells += [proven_cell(row, table["place"]), runs_cell(row)]
        return tag("tr", cells, data_slug=row["slug"], data_status=row["status"])

    body = [join(row_of(row), "\n") for row in rows]
    place = table["place"]
    said = TABLE["caption"].format(system=place["system_title"], runtime=runtime(place), device=device(place))
    caption = tag("caption", said, id="overview-caption")
    head = _head(axis, visible)
    first, rest = in_two(body, most)
    whole = tag("table", caption, head, tag("tbody", first), class_="overview", data_table=table["slug"])
    return join(
        _legend(rows, bool(baselines)),
        tag("div", whole, class_="scroll wide", role="region", tabindex=0, aria_labelledby="overview-caption"),
        others(head, rest, table="overview", box="scroll wide"),
        _below(rows, there),
        notes.to_html(),
        _folded(more),
    )


def _baselines(rows: Sequence[Row]) -> dict[str, float]:
    """By slug the AUC of the float32 baseline of an entry's model; none for the baseline itself."""
    areas = {row["slug"]: row["summary"]["auc"]["value"] for row in rows if row["summary"] is not None}
    pairs = [(row["slug"], row["ratios"]["float32"]["entry"]) for row in rows]
    return {slug: area for slug, other in pairs if other != slug and (area := areas.get(other)) is not None}


def _head(axis: Axis, visible: frozenset[str]) -> Html:
    """Two rows of headings: groups, then columns. Above a column without a group stands a cell of its own, so that
    hiding one column moves no group."""
    groups = {name: list(found) for name, found in groupby(COLUMNS, key=lambda column: column.group)}
    first = [_blank("rank"), _blank("name")]
    second = [_plain_heading("rank"), tag("th", TABLE["name"], scope="col", class_="name", data_column="name")]
    for group, columns in groups.items():
        first.append(_group(group, sum(column.name in visible for column in columns)))
        second += [_heading(column, axis, hidden=column.name not in visible) for column in columns]
        if group == "Quality":
            first.append(_blank("verdict"))
            second.append(_plain_heading("verdict"))
    for name in ("proven", "runs"):
        first.append(_blank(name))
        second.append(_plain_heading(name))
    return tag("thead", tag("tr", first), tag("tr", second))


def _blank(name: str) -> Html:
    return tag("td", data_column=name)


def _plain_heading(name: str) -> Html:
    return tag("th", TABLE[name], scope="col", data_column=name)


def _group(name: str, span: int) -> Html:
    return tag("th", name, scope="colgroup", colspan=max(span, 1), data_group=name, hidden=span == 0)


def _heading(column: Column, axis: Axis, *, hidden: bool) -> Html:
    below = axis.legend() if column.name == "auc" else None
    return tag("th", column.heading, below, scope="col", data_column=column.name, hidden=hidden)


def _legend(rows: Sequence[Row], baselines: bool) -> Html:
    """What the marks and tints of this table are. The cells say it in words, so this is for the eye."""
    summaries = [row["summary"] for row in rows if row["summary"] is not None]
    marks = {
        "value": bool(summaries),
        "run-value": any(len(row["areas"]) > 1 for row in rows),
        "baseline": baselines,
        "trivial": any(each["trivial"]["value"] is not None for each in summaries),
        "target": any(each["gate"]["target"] is not None for each in summaries),
    }
    keys = [tag("span", tag("i", class_=f"key {mark}"), LEGEND[mark]) for mark, there in marks.items() if there]
    if any(row["ratios"]["float32"]["costs"] for row in rows):
        tints = [tag("span", LEGEND[tint], class_=f"ratio {tint} step-2") for tint in ("cheaper", "same", "dearer")]
        keys.append(tag("span", f"{LEGEND['ratio']} ", [join(each, " ") for each in tints], class_="ratios"))
    return tag("p", keys, class_="legend")


def _below(rows: Sequence[Row], there: set[str]) -> Html | None:
    """What the whole table lacks: columns that nobody measured, and models without a baseline."""
    lines = [
        (TABLE["empty"], _by_reason(_unmeasured(rows, there))),
        (TABLE["no ratio"], _by_reason(_without_baseline(rows))),
    ]
    said = [tag("p", tag("b", title), f" {text}.") for title, text in lines if text]
    return tag("div", said, class_="lacking") if said else None


def _unmeasured(rows: Sequence[Row], there: set[str]) -> list[tuple[str, str]]:
    """(quantity, why), for each that no entry has; of several reasons the one that most entries give."""
    summaries = [row["summary"]["quantities"] for row in rows if row["summary"] is not None]
    empty = [column.name for column in QUANTITIES if column.name not in there] if summaries else []
    return [(QUANTITY_NAMES[name], _most_often([each[name]["reason"] for each in summaries])) for name in empty]


def _most_often(reasons: Sequence[str]) -> str:
    counts = Counter(reasons)
    reason = min(counts, key=lambda reason: (-counts[reason], reason))
    return reason if len(counts) == 1 else TABLE["and others"].format(reason=reason)


def _without_baseline(rows: Sequence[Row]) -> list[tuple[str, str]]:
    """(model, why there is no ratio), for models of valid runs."""
    found = {
        row["submission"]["model"]: row["ratios"]["float32"]["reason"]
        for row in rows
        if row["summary"] is not None and row["ratios"]["float32"]["reason"] is not None
    }
    return sorted(found.items())


def _by_reason(found: Sequence[tuple[str, str]]) -> str:
    """``A, B (reason); C (other reason)``."""
    reasons: dict[str, list[str]] = {}
    for name, reason in found:
        reasons.setdefault(reason, []).append(name)
    return "; ".join(f"{', '.join(names)} ({reason})" for reason, names in reasons.items())


def _folded(more: Notes) -> Html | None:
    listed = more.to_html()
    return None if listed is None else tag("details", tag("summary", NOTES["hidden"]), listed, class_="more-notes")
