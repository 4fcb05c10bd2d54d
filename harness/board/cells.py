"""The cells of the overview: one function for each kind of column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.board.bars import Axis
from harness.board.columns import ASCENDING, Column
from harness.board.figures import area, interval, plain
from harness.board.markup import Html, join, tag
from harness.board.notes import Notes
from harness.board.parts import chips, gate_chip, outcome_chip, rank_text, runtime, status_badge
from harness.board.tints import ratio
from harness.board.words.common import CHIP, FLAG, RANK
from harness.board.words.table import NOTES, TABLE

Row = Mapping[str, Any]
_LONGEST_WHY = 60
"""Characters of reasons that stand below a name without being folded away."""
SELF_REPORTED = "self-reported"
"""The provenance of an entry that is in nobody's published results: of the reader's own runs."""
_PROVEN = (SELF_REPORTED, "verified from raw files", "run again by another party")


def rank_cell(row: Row) -> Html:
    """The range of ranks; a quiet dash for an entry that has none, whose reasons stand below its name."""
    rank = row["rank"]
    if rank is None:
        return tag("td", RANK["none"], data_column="rank")
    title = RANK["title"].format(of=rank["of"])
    return tag("td", rank_text(rank), data_column="rank", data_value=rank["best"], title=title)


def name_cell(row: Row, root: str) -> Html:
    """Title, submission, model and chips; below them the status and the reasons of an entry without a rank."""
    submission = row["submission"]
    link = tag("a", submission["title"], href=f"{root}entries/{row['slug']}.html")
    what = f"{submission['name']} · {submission['model']}"
    review = None if submission["division"] == "closed" else tag("span", CHIP["review"], class_="chip")
    body = [link, tag("span", what, class_="sub"), chips(submission), review, _why(row)]
    return tag("th", body, scope="row", class_="name", data_column="name")


def _why(row: Row) -> Html | None:
    if row["status"] == "ranked":
        return None
    badge, said = status_badge(row["status"]), " ".join(row["why"])
    if len(said) <= _LONGEST_WHY:
        return tag("span", badge, f" {said}", class_="why")
    reasons = [tag("p", reason) for reason in row["why"]]
    return tag("details", tag("summary", badge, " ", TABLE["why"]), reasons, class_="why")


def auc_cell(row: Row, axis: Axis, baseline: float | None, notes: Notes) -> Html:
    """The bar, and below it the numbers."""
    summary = row["summary"]
    if summary is None:
        return _no_valid_run("auc", hidden=False)
    auc = summary["auc"]
    bar = axis.bar(summary, row["areas"], baseline)
    if auc["value"] is None:
        return tag("td", bar, notes.absent(auc["reason"]), data_column="auc")
    between = interval(auc)
    below = notes.mark(auc["reason"]) if between is None else join(" ", between)
    value = tag("span", area(auc["value"]), class_="main")
    return tag("td", bar, value, below, data_column="auc", data_value=_sortable(auc["value"]))


def gain_cell(row: Row, notes: Notes, *, hidden: bool) -> Html:
    """Test AUC less that of the trivial model, with its sign."""
    if row["summary"] is None:
        return _no_valid_run("gain", hidden=hidden)
    gain = row["summary"]["gain"]
    if gain["value"] is None:
        return tag("td", notes.absent(gain["reason"]), data_column="gain", hidden=hidden)
    between = interval(gain, sign=True)
    below = notes.mark(gain["reason"]) if between is None else between
    text, value = tag("span", area(gain["value"], sign=True), class_="main"), _sortable(gain["value"])
    return tag("td", text, below, data_column="gain", data_value=value, hidden=hidden)


def verdict_cell(row: Row, notes: Notes) -> Html:
    """Gates Q1 and Q2, and checks that a valid run did not pass."""
    if row["summary"] is None:
        return _no_valid_run("verdict", hidden=False)
    outcome = None if row["judged"] is None else outcome_chip(row["judged"])
    flags = [_flag(flag, notes) for flag in row["flags"]]
    return tag("td", gate_chip(row["summary"]["gate"]), outcome, flags, data_column="verdict")


def _flag(flag: Mapping[str, Any], notes: Notes) -> Html:
    runs = ", ".join(str(number) for number in flag["runs"])
    text = FLAG["one" if len(flag["runs"]) == 1 else "more"].format(id=flag["id"], runs=runs)
    said = FLAG["said untitled" if flag["title"] is None else "said"].format(id=flag["id"], title=flag["title"])
    return notes.link(text, said, kind="chip quiet")


def quantity_cell(row: Row, column: Column, notes: Notes, *, hidden: bool, empty: bool) -> Html:
    """A cost: the mean, and its ratio to the float32 baseline. In a column that is ``empty`` in the whole table
    the dash needs no note of its own: what stands below the table says why."""
    name = column.name
    if row["summary"] is None or empty:
        return _no_valid_run(name, hidden=hidden)
    found = row["summary"]["quantities"][name]
    if found["value"] is None:
        return tag("td", notes.absent(found["reason"]), data_column=name, hidden=hidden)
    text, value = tag("span", plain(found["value"], found["unit"]), class_="main"), _sortable(found["value"])
    below = _ratio(row["ratios"]["float32"]["costs"].get(name), notes) if column.first == ASCENDING else None
    return tag("td", text, below, data_column=name, data_value=value, hidden=hidden)


def _ratio(estimate: Mapping[str, Any] | None, notes: Notes) -> Html | None:
    """None for the baseline itself, for a column of which more is better, and where there is no baseline."""
    if estimate is None:
        return None
    if estimate["value"] is None:
        return notes.mark(estimate["reason"])
    return ratio(estimate) if estimate["lower"] is not None else join(ratio(estimate), notes.mark(estimate["reason"]))


def proven_cell(row: Row, place: Mapping[str, Any]) -> Html:
    """How far the figures are proven, and whether the runs ran in a container."""
    proven = row["provenance"]
    value = _PROVEN.index(proven) if proven in _PROVEN else None
    where = tag("span", runtime(place), class_="sub")
    return tag("td", proven, where, data_column="proven", data_value=value)


def runs_cell(row: Row) -> Html:
    """Valid runs, and of how many where others were not."""
    valid, attempts = row["runs"]["valid"], row["runs"]["attempts"]
    others = None if attempts == valid else tag("span", TABLE["of"].format(attempts=attempts), class_="quiet")
    return tag("td", str(valid), others, data_column="runs", data_value=valid)


def _no_valid_run(name: str, *, hidden: bool) -> Html:
    """A dash that needs no note: an entry without a valid run says why below its name."""
    return tag("td", NOTES["dash"], class_="none", data_column=name, hidden=hidden)


def _sortable(value: float) -> str:
    """Enough digits to sort by; a script that needs all of them has the table's data."""
    return f"{value:.7g}"
