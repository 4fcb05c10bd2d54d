"""The page of one entry: what it is, how good, at what cost, how sure, and how to repeat it; then every run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from harness.board.cost_table import cost_table
from harness.board.curves import auc_curves, loss_curves
from harness.board.drawn import entry_drawings
from harness.board.entry_head import entry_lead, standing
from harness.board.frame import Page
from harness.board.glance import glance
from harness.board.judgement import judgement
from harness.board.markup import Html, join, tag
from harness.board.provenance import digests, proof
from harness.board.regions import section
from harness.board.repeat import repeat
from harness.board.run_section import Files, run_sections
from harness.board.run_table import run_table
from harness.board.strategy import strategy
from harness.board.words.entry import ENTRY, QUALITY, SECTIONS


def entry_page(document: Mapping[str, Any], curves: Mapping[str, Any], files: Files) -> Page:
    """The page of ``document`` (schemas/standing.schema.json).

    ``curves`` is what was computed from its raw files (schemas/curves.schema.json), or ``{"reason": …}`` where nothing
    was; ``files`` maps the id of a run to (label, link) of the raw files that lie in the site.
    """
    row, runs = document["row"], document["runs"]
    title = row["submission"]["title"]
    sections = {
        "quality": _quality(document, curves),
        "costs": cost_table(row),
        "proof": proof(document),
        "repeat": repeat(document),
        "runs": join(run_table(runs), _learning(document)),
        "strategy": strategy(document),
        "digests": digests(document),
        "each": run_sections(runs, curves, files),
    }
    there = {name: content for name, content in sections.items() if content is not None}
    main = join(
        standing(document),
        glance(document),
        _contents(there),
        [section(name, SECTIONS[name], content) for name, content in there.items()],
    )
    return Page(
        path=f"entries/{row['slug']}.html",
        title=ENTRY["title"].format(title=title),
        heading=title,
        main=main,
        lead=entry_lead(document),
        styles=("base.css", "drawings.css", "entry.css"),
    )


def _contents(names: Iterable[str]) -> Html:
    links = [tag("li", tag("a", SECTIONS[name], href=f"#{name}")) for name in names]
    return tag("nav", tag("ul", links), class_="contents", aria_label=ENTRY["contents"])


def _quality(document: Mapping[str, Any], curves: Mapping[str, Any]) -> Html | None:
    found = judgement(document)
    return None if found is None else join(found, tag("h3", QUALITY["evaluation"]), entry_drawings(curves))


def _learning(document: Mapping[str, Any]) -> Html:
    """Learning curves of all runs, whatever came of them, over the target of the benchmark as it is installed."""
    runs, text = document["runs"], document["benchmark"]["text"]
    targets = {} if text is None else text["targets"]
    target = targets.get(document["row"]["submission"]["model"], {}).get("validation_auc")
    plots = [plot for plot in (auc_curves(runs, target), loss_curves(runs)) if plot is not None]
    if not plots:
        return tag("p", QUALITY["no curves"], class_="note")
    return tag("figure", tag("div", plots, class_="plots"), tag("figcaption", QUALITY["curves"]))
