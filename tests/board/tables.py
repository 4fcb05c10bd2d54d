"""Tables of invented standings for the tests of pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harness.board.table_page import table_page
from harness.standings.build import build
from harness.standings.collect import collect
from tests.standings.records import BENCHMARK, write

HOSTILE = "</title></style><script>alert(1)</script><img src=x onerror=alert(1)>\"'&$policy ${style}{name}"


def standings_of(folder: Path, *documents: dict[str, Any]) -> dict[str, Any]:
    """The standings' document over records that are written below ``folder``."""
    return build(collect([write(folder / "runs", *documents)]), [BENCHMARK]).document


def only_table(standings: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(table, benchmark) of standings that hold one table."""
    ((benchmark, table),) = [(each, table) for each in standings["benchmarks"] for table in each["tables"]]
    return table, benchmark


def page_of(folder: Path, *documents: dict[str, Any]) -> str:
    """The page of the one table that the records make up."""
    table, benchmark = only_table(standings_of(folder, *documents))
    return table_page(table, benchmark, {}).to_text()


def gpu_table(standings: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The published season's table with ranks, and its benchmark."""
    for benchmark in standings["benchmarks"]:
        for table in benchmark["tables"]:
            if any(row["status"] == "ranked" for row in table["entries"]):
                return table, benchmark
    raise AssertionError("no table has a ranked entry")
