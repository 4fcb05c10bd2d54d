"""The overview of one table: a row for each entry, and below it, greyed, what could not be listed and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.board.bars import Axis
from harness.board.figures import area, interval, quantity, span
from harness.board.markup import Html, join, tag
from harness.board.notes import Notes
from harness.board.parts import chips, entry_anchor, gate_chip, outcome_chip, rank_text

GROUPS = (
    (
        "Time",
        (("time_to_predictions", "to predictions"), ("training_time", "training"), ("time_to_target", "to target")),
    ),
    ("Energy", (("gpu_energy", "GPU"),)),
    ("Peak memory", (("peak_gpu_memory", "GPU"), ("peak_host_memory", "host"))),
    ("Inference", (("offline_throughput", "images"), ("single_latency_p50", "p50"), ("single_latency_p99", "p99"))),
)
"""Column groups of quantities: (heading, ((name in the standings, heading), …))."""
_DESCENDING = {"offline_throughput"}
_MEASURED_FROM = 4
"""The first cell of a row that holds a quantity, after name, AUC, gain and gate."""


def overview(table: Mapping[str, Any], prefix: str) -> Html:
    """The table of listed entries with its footnotes. ``prefix`` keeps the ids on the page apart."""
    place, entries = table["place"], table["listed"]
    axis = Axis.over([entry["summary"] for entry in entries])
    notes = Notes(prefix)
    rows = [_row(place, entry, axis, notes) for entry in entries]
    caption = tag("caption", f"Official runs on {place['system_title']}, {_where(place)}", id=f"{prefix}-caption")
    body = tag("table", caption, _head(axis), tag("tbody", rows), class_="overview")
    box = tag("div", body, class_="scroll", role="region", tabindex=0, aria_labelledby=f"{prefix}-caption")
    return join(_legend(), box, notes.to_html())


def set_aside(table: Mapping[str, Any], prefix: str) -> Html | None:
    """The table of entries that are not listed, or None if there is none."""
    entries = table["set_aside"]
    if not entries:
        return None
    notes = Notes(f"{prefix}-aside")
    head = tag(
        "tr",
        [
            tag("th", text, scope="col")
            for text in ("Submission", "Profile", "Runs", "Why", "Test AUC", "Time to predictions")
        ],
    )
    rows = [_aside_row(table["place"], entry, notes) for entry in entries]
    caption = tag("caption", "Not listed above, and why", id=f"{prefix}-aside-caption")
    body = tag("table", caption, tag("thead", head), tag("tbody", rows), class_="aside")
    box = tag("div", body, class_="scroll", role="region", tabindex=0, aria_labelledby=f"{prefix}-aside-caption")
    return join(box, notes.to_html())


def _where(place: Mapping[str, Any]) -> str:
    return "in a container" if place["runtime"] == "docker" else f"on the {place['runtime']}, outside any container"


def _legend() -> Html:
    """What the marks in the bars are. The cells say it in words, so this is for the eye."""
    marks = (("value", "test AUC, 95 % interval"), ("trivial", "trivial model, 95 % interval"), ("target", "target"))
    return tag("p", [tag("span", tag("i", class_=f"key {kind}"), text) for kind, text in marks], class_="legend")


def _head(axis: Axis) -> Html:
    """Two rows of headings. ``data-column`` and ``data-sort`` tell the script which cells to sort by, and which way."""
    measured = [column for _, columns in GROUPS for column in columns]
    first = [
        tag("th", "Submission", scope="col", rowspan=2, class_="name"),
        tag("th", "Quality", scope="colgroup", colspan=3),
        *(tag("th", heading, scope="colgroup", colspan=len(columns)) for heading, columns in GROUPS),
        _sortable("Runs", _MEASURED_FROM + len(measured), "descending", rowspan=2),
    ]
    second = [
        tag("th", "test AUC", axis.legend(), scope="col", data_column=1, data_sort="descending"),
        _sortable("gain over trivial", 2, "descending"),
        tag("th", "gate", scope="col"),
        *(
            _sortable(heading, column, "descending" if name in _DESCENDING else "ascending")
            for column, (name, heading) in enumerate(measured, start=_MEASURED_FROM)
        ),
    ]
    return tag("thead", tag("tr", first), tag("tr", second))


def _sortable(heading: str, column: int, direction: str, *, rowspan: int | None = None) -> Html:
    return tag("th", heading, scope="col", rowspan=rowspan, class_="figure", data_column=column, data_sort=direction)


def _row(place: Mapping[str, Any], entry: Mapping[str, Any], axis: Axis, notes: Notes) -> Html:
    summary, submission = entry["summary"], entry["submission"]
    cells = [
        _name(place, entry),
        _auc(entry, axis, notes),
        _estimate(summary["gain"], notes, sign=True),
        _gate(place, entry),
    ]
    for _, columns in GROUPS:
        cells += [_quantity(summary["quantities"][name], notes) for name, _ in columns]
    cells.append(tag("td", _runs(entry), class_="figure", data_value=summary["count"]))
    return tag("tr", cells, data_name=submission["name"])


def _gate(place: Mapping[str, Any], entry: Mapping[str, Any]) -> Html:
    """The verdicts, leading to their reasons in the entry's details."""
    chip = gate_chip(entry["summary"]["gate"])
    reason = entry["summary"]["gate"]["reason"]
    link = tag("a", chip, href=f"#{entry_anchor(place, entry)}", title=reason, class_="gate")
    return tag("td", link, None if entry["judged"] is None else join(" ", outcome_chip(entry["judged"])))


def _auc(entry: Mapping[str, Any], axis: Axis, notes: Notes) -> Html:
    """The bar, and below it the numbers."""
    auc = entry["summary"]["auc"]
    bar = axis.bar(entry["summary"], _run_areas(entry))
    if auc["value"] is None:
        return tag("td", bar, notes.absent(auc["reason"]), class_="bar-cell")
    below = interval(auc)
    mark = notes.mark(auc["reason"]) if below is None else None
    value = tag("span", area(auc["value"]), class_="main")
    return tag("td", bar, value, mark, " " if below else None, below, class_="bar-cell", data_value=repr(auc["value"]))


def _run_areas(entry: Mapping[str, Any]) -> list[float]:
    """Test AUC of each run that the summary is made of."""
    valid = [
        run["quality"]["auc"]["value"]
        for run in entry["runs"]
        if run["counts"] and run["outcome"]["verdict"] == "valid"
    ]
    return [value for value in valid if value is not None]


def _name(place: Mapping[str, Any], entry: Mapping[str, Any]) -> Html:
    submission = entry["submission"]
    link = tag("a", submission["title"], href=f"#{entry_anchor(place, entry)}")
    sub = tag("span", tag("code", submission["name"]), " · ", submission["model"], class_="sub")
    rank = None if entry["rank"] is None else tag("span", rank_text(entry["rank"]), class_="chip")
    proven = tag("span", entry["provenance"], class_="chip quiet")
    review = None if submission["division"] == "closed" else tag("span", "needs source review", class_="chip")
    return tag(
        "th",
        link,
        sub,
        tag("span", rank, chips(submission), review, proven, class_="chips"),
        scope="row",
        class_="name",
    )


def _runs(entry: Mapping[str, Any]) -> Html:
    count, attempts = entry["summary"]["count"], len(entry["runs"])
    return join(str(count), None if attempts == count else tag("span", f"of {attempts}", class_="interval"))


def _estimate(estimate: Mapping[str, Any], notes: Notes, *, sign: bool = False) -> Html:
    if estimate["value"] is None:
        return tag("td", notes.absent(estimate["reason"]), class_="figure")
    below = interval(estimate, sign=sign)
    mark = notes.mark(estimate["reason"]) if below is None else None
    text = tag("span", area(estimate["value"], sign=sign), class_="main")
    return tag("td", text, mark, below, class_="figure", data_value=repr(estimate["value"]))


def _quantity(found: Mapping[str, Any], notes: Notes) -> Html:
    if found["value"] is None:
        return tag("td", notes.absent(found["reason"]), class_="figure")
    text = quantity(found["value"], found["unit"])
    between = None
    if found["count"] > 1:
        between = tag("span", span(found["least"], found["most"], found["unit"]), class_="interval")
    return tag("td", tag("span", text, class_="main"), between, class_="figure", data_value=repr(found["value"]))


def _aside_row(place: Mapping[str, Any], entry: Mapping[str, Any], notes: Notes) -> Html:
    submission, summary = entry["submission"], entry["summary"]
    link = tag("a", submission["title"], href=f"#{entry_anchor(place, entry)}")
    sub = tag("span", tag("code", submission["name"]), " · ", submission["model"], class_="sub")
    if summary is None:
        absent = tag("td", notes.absent("no valid run"), class_="figure")
        figures = [absent, absent]
    else:
        figures = [_estimate(summary["auc"], notes), _quantity(summary["quantities"]["time_to_predictions"], notes)]
    reasons: Sequence[str] = entry["set_aside"]
    return tag(
        "tr",
        tag("th", link, sub, scope="row", class_="name"),
        tag("td", entry["profile"]),
        tag("td", str(len(entry["runs"])), class_="figure"),
        tag("td", [tag("p", reason) for reason in reasons], class_="why"),
        figures,
    )
