"""One table's page, and the view of a table that the first page shares with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.board.about import about
from harness.board.claims_view import claims_view
from harness.board.controls import SCRIPTS, controls, data_of
from harness.board.controls import STYLES as CONTROLS_STYLES
from harness.board.frame import Page, root_of
from harness.board.headline import headline
from harness.board.markup import Html, join, tag
from harness.board.overview import overview
from harness.board.pareto import pareto_plots
from harness.board.parts import place_chips
from harness.board.words.index import INDEX
from harness.board.words.table import PLACE

STYLES = ("base.css", "table.css", *CONTROLS_STYLES, "pareto.css", "claims.css")


def table_page(table: Mapping[str, Any], benchmark: Mapping[str, Any], findings: Mapping[str, Any]) -> Page:
    """The page of ``table``, one of the standings'; ``benchmark`` is the standings' without its tables, and
    ``findings`` are what was found over the table's entries: ``claims`` and ``pairs``, where there are any."""
    path = f"tables/{table['slug']}.html"
    root = root_of(path)
    lead = join(
        tag("p", table["place"]["system_title"], " ", place_chips(table["place"]), class_="place"),
        tag("nav", tag("a", PLACE["all"], href=f"{root}index.html#tables"), class_="way", aria_label=PLACE["all"]),
    )
    return Page(
        path=path,
        title=f"{benchmark['title']}: {INDEX['title']}",
        heading=benchmark["title"],
        lead=lead,
        main=join(table_view(table, benchmark, findings, root), about(benchmark)),
        styles=STYLES,
        scripts=SCRIPTS,
        data=view_data(table, findings),
    )


def view_data(table: Mapping[str, Any], findings: Mapping[str, Any]) -> dict[str, Any]:
    """The data blocks of the view: the table's, and of its pairs which are told apart."""
    pairs = findings.get("pairs")
    if pairs is None:
        return data_of(table)
    told = [{"entries": pair["entries"], "apart": pair["apart"]} for pair in pairs["pairs"]]
    return {**data_of(table), "pairs": {"pairs": told}}


def table_view(table: Mapping[str, Any], benchmark: Mapping[str, Any], findings: Mapping[str, Any], root: str) -> Html:
    """What the table shows today in words, the table, its plots, and the claims that it speaks to."""
    claims = findings.get("claims")
    compare = tag("a", PLACE["compare"], href=f"{root}compare/{table['slug']}.html")
    return join(
        tag("p", headline(table, benchmark), class_="headline"),
        controls(table, root),
        overview(table, root),
        tag("p", table["note"], " ", compare, ".", class_="note"),
        pareto_plots(table, root),
        None if claims is None else claims_view(claims, root),
    )
