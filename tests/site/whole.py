"""The whole site of standings as texts, without findings and curves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harness.site.build import Beside, plan
from harness.standings.build import Standings

NOTHING = Beside({}, lambda entry: {"reason": "no curves in this test"}, lambda entry: "none")


def pages(standings: Standings) -> dict[str, str]:
    """Every page by its path."""
    planned = plan(standings, NOTHING, Path("/nowhere"))
    return {each.path: each.text() for each in planned if each.path.endswith(".html")}


def rows(standings: Standings) -> list[dict[str, Any]]:
    """Every entry's row, with its runs in full."""
    return [{**entry["row"], "runs": entry["runs"]} for entry in standings.in_full()]
