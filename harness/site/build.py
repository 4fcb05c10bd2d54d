"""The plan of the whole site over standings: the same records give the same files, to the byte."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from harness.board.compare_page import compare_page
from harness.board.entry_page import entry_page
from harness.board.frame import Page, made_by
from harness.board.index_page import index_page
from harness.board.table_page import table_page
from harness.site.files import files_of
from harness.site.planned import Planned, key_of
from harness.standings.build import Standings, to_text
from harness.standings.entry import Entry

DATA = "standings.json"
Findings = Mapping[str, Mapping[str, Any]]
"""By a table's slug: ``pairs`` and ``claims``."""


@dataclass(frozen=True)
class Beside:
    """What pages show beside the standings. ``findings`` are over entries of a table; ``curves`` gives an entry's
    drawings, or why there are none, and ``version`` tells that without making them."""

    findings: Findings
    curves: Callable[[Entry], Mapping[str, Any]]
    version: Callable[[Entry], str]


def plan(standings: Standings, beside: Beside, out: Path) -> Iterator[Planned]:
    """Every file of the site in ``out``: first what gives the overview, then a page for each entry. Texts are made only
    when they are asked for."""
    document = standings.document
    yield Planned(DATA, lambda: to_text(document))
    yield Planned("index.html", lambda: index_page(document, beside.findings).to_text())
    for benchmark in document["benchmarks"]:
        for table in benchmark["tables"]:
            yield from _table(table, benchmark, beside.findings.get(table["slug"], {}))
    for entry, full in zip(standings.entries, standings.in_full(), strict=True):
        yield _entry(entry, full, beside, out)


def _table(table: Mapping[str, Any], benchmark: Mapping[str, Any], findings: Mapping[str, Any]) -> Iterator[Planned]:
    about = {key: value for key, value in benchmark.items() if key != "tables"}
    slug, pairs = table["slug"], findings.get("pairs")
    yield _page(lambda: table_page(table, about, findings), f"tables/{slug}.html", table, about, findings)
    yield _page(lambda: compare_page(table, about, pairs), f"compare/{slug}.html", table, about, pairs)


def _entry(entry: Entry, full: Mapping[str, Any], beside: Beside, out: Path) -> Planned:
    """The entry's page and its data. A record's digest stands for all that was read of it."""
    files = files_of(entry, out)
    runs = [[run["digest"], run["counts"], run["source"]] for run in full["runs"]]
    rest = {name: value for name, value in full.items() if name != "runs"}
    path = f"entries/{entry.slug}.html"
    page = _page(lambda: entry_page(full, beside.curves(entry), files), path, rest, runs, beside.version(entry), files)
    return replace(page, beside=((f"entries/{entry.slug}.json", lambda: to_text(dict(full))),))


def _page(make: Callable[[], Page], path: str, *made_from: Any) -> Planned:
    def text() -> str:
        page = make()
        assert page.path == path, f"{page.path} was planned as {path}"
        return page.to_text()

    return Planned(path, text, lambda: key_of(made_by(), path, made_from))
