"""One run of an entry in full."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.board.checks_view import checks_view
from harness.board.drawing import sentence
from harness.board.drawn import run_drawings
from harness.board.figures import area, quantity
from harness.board.judgement import fact, run_metrics
from harness.board.markup import Child, Html, join, tag
from harness.board.names import QUANTITY_NAMES
from harness.board.parts import gate_chip
from harness.board.provenance import run_digests
from harness.board.regions import folded, scroll
from harness.board.run_table import run_id, why_not
from harness.board.words.entry import ENTRY, GLANCE, QUALITY, RUNS

Files = Mapping[str, Sequence[tuple[str, str]]]


def run_sections(runs: Sequence[Mapping[str, Any]], curves: Mapping[str, Any], files: Files) -> Html:
    """A part for each run, the first one open. ``curves`` and ``files`` are those of the page."""
    return join([_run(run, run_id(runs, run), curves, files.get(run["run"], ()), first=run is runs[0]) for run in runs])


def _run(
    run: Mapping[str, Any], name: str, curves: Mapping[str, Any], files: Sequence[tuple[str, str]], *, first: bool
) -> Html:
    area_ = run["quality"]["auc"]["value"]
    label = join(
        tag("b", f"{RUNS['number']} {run['number']}"),
        f" {run['outcome']['verdict']}",
        "" if area_ is None else f", {GLANCE['auc']} {area(area_)}",
        "" if run["counts"] else f", {RUNS['aside']}",
    )
    body = [
        _outcome(run),
        _quality(run),
        run_drawings(curves, run["run"]),
        tag("h3", RUNS["checks"]),
        checks_view(run["checks"]),
        folded(RUNS["quantities"], _quantities(run, name)),
        run_digests(run),
        tag("h3", RUNS["files"]),
        _files(run, files),
    ]
    # The id is inside the closed part: a browser opens it for a link to something within it, script or not.
    return folded(label, tag("div", body, id=name), open_=first, class_="run" if run["counts"] else "run aside")


def _outcome(run: Mapping[str, Any]) -> Html:
    outcome, profile, said = run["outcome"], run["profile"], sentence(*why_not(run))
    used = profile["used"] or profile["requested"]
    why = RUNS["profile"].format(used=used, why=profile["why"]) if profile["why"] else None
    bad = "bad" if outcome["verdict"] != "valid" else "quiet"
    return join(
        tag("p", said, class_=bad) if said else None,
        _said(outcome["said"]) if outcome["said"] else None,
        None if why is None else tag("p", why, class_="quiet"),
    )


def _said(words: str) -> Html:
    return join(tag("p", f"{RUNS['said']}:"), tag("pre", words, tabindex=0))


def _quality(run: Mapping[str, Any]) -> Html:
    quality = run["quality"]
    facts = [
        fact(GLANCE["auc"], quality["auc"]),
        fact(QUALITY["trivial model"], quality["trivial"]),
        fact(GLANCE["gain"], quality["gain"], sign=True),
        *run_metrics(run),
    ]
    gate = quality["gate"]
    return join(tag("dl", facts, class_="facts"), tag("p", tag("b", "Q1 "), gate_chip(gate), " ", gate["reason"]))


def _quantities(run: Mapping[str, Any], name: str) -> Html:
    head = tag("tr", [tag("th", RUNS[each], scope="col") for each in ("quantity", "value", "source", "scope")])
    rows = [_quantity(label, run["quantities"][key]) for key, label in QUANTITY_NAMES.items()]
    table = tag("table", tag("caption", RUNS["quantities"]), tag("thead", head), tag("tbody", rows), class_="measured")
    return scroll(f"{RUNS['quantities']}, {name.replace('-', ' ')}", table)


def _quantity(label: str, found: Mapping[str, Any]) -> Html:
    shown: Child = "—" if found["value"] is None else quantity(found["value"], found["unit"])
    return tag(
        "tr",
        tag("th", label, scope="row"),
        tag("td", shown, class_="figure"),
        tag("td", found["source"] if found["value"] is not None else found["reason"], class_="source"),
        tag("td", found["scope"], class_="source"),
    )


def _files(run: Mapping[str, Any], files: Sequence[tuple[str, str]]) -> Html:
    if not files:
        return tag("p", ENTRY["files elsewhere"].format(run=run["run"]), class_="quiet")
    links = [tag("li", tag("a", label, href=link, download=True)) for label, link in files]
    return tag("ul", links, class_="files")
