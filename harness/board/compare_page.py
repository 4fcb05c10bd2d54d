"""The page that compares entries of one table: side by side, and without a script each against its reference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.board.compare_data import compare_data
from harness.board.compare_plain import against_references
from harness.board.frame import Page, root_of
from harness.board.markup import Html, join, tag
from harness.board.words.common import STATUS
from harness.board.words.compare import COMPARE

SCRIPTS = (
    "namespace.js", "format.js", "compare-ratio.js", "compare-state.js", "compare-forest.js", "compare-cells.js",
    "compare-table.js", "compare-pick.js", "compare.js", "compare-others.js",
)  # fmt: skip


def compare_page(table: Mapping[str, Any], benchmark: Mapping[str, Any], pairs: Mapping[str, Any] | None) -> Page:
    """The page of a table of the standings. ``pairs`` is the document of its pairs (schemas/pairs.schema.json), None
    where there is none."""
    slug, place = table["slug"], table["place"]
    path = f"compare/{slug}.html"
    root = root_of(path)
    lead = COMPARE["lead"].format(benchmark=benchmark["title"], system=place["system_title"], runtime=place["runtime"])
    return Page(
        path=path,
        title=COMPARE["title"].format(benchmark=benchmark["title"]),
        heading=COMPARE["heading"],
        lead=tag("p", lead, tag("a", COMPARE["back"], href=f"{root}tables/{slug}.html"), class_="lead"),
        main=join(
            tag("section", id="comparison", class_="comparison", hidden=True, aria_label=COMPARE["comparison"]),
            _meaning(),
            against_references(table, pairs, root),
        ),
        styles=("base.css", "compare.css"),
        scripts=SCRIPTS,
        data={"compare": compare_data(table, pairs), "words": {"compare": COMPARE, "status": STATUS}},
    )


def _meaning() -> Html:
    return tag(
        "section",
        tag("h2", COMPARE["paired"], id="paired"),
        tag("p", COMPARE["paired text"]),
        tag("p", COMPARE["per pair"]),
        aria_labelledby="paired",
    )
