"""A page with one table and its toolbar. All of it is invented."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.board.controls import SCRIPTS, STYLES, controls, data_of
from harness.board.frame import Page
from harness.board.markup import join
from harness.board.overview import overview
from tests.standings.season import a_published_season


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
        main=join(controls(table), overview(table, "")),
        styles=("base.css", "table.css", *STYLES),
        scripts=SCRIPTS,
        data={**data_of(table), **(data or {})},
    )
    path.write_text(page.to_text(), encoding="utf-8")
    return path
