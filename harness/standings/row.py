"""An entry in its table, and an entry in full: the two documents that pages are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.standings.baselines import COSTS, costs_of, ratios_of
from harness.standings.entry import Entry
from harness.standings.ranking import Ranked
from harness.standings.status import status_of

ENTRY_SCHEMA = "leanmed/standing/v1"


def row_of(entry: Entry, rank: Ranked | None, baselines: Mapping[tuple[str, str], Entry]) -> dict[str, Any]:
    """What a table shows of the entry, and what two rows are compared by."""
    status, why = status_of(entry)
    areas = [run.document["quality"]["auc"]["value"] for run in entry.valid]
    return {
        "slug": entry.slug,
        "submission": entry.first.submission,
        "image": entry.first.image,
        "profile": entry.first.profile,
        "own_seed": entry.first.own_seed,
        "status": status,
        "why": list(why),
        "rank": None if rank is None else {"best": rank.best, "worst": rank.worst, "of": rank.of},
        "cheaper_than": [] if rank is None else list(rank.cheaper_than),
        "provenance": entry.provenance,
        "runs": {"valid": len(entry.valid), "attempts": _attempts(entry)},
        "flags": _flags(entry),
        "summary": entry.summary,
        "areas": [area for area in areas if area is not None],
        "costs": {cost: found for cost in COSTS if (found := {str(n): v for n, v in costs_of(entry, cost).items()})},
        "ratios": ratios_of(entry, baselines),
        "judged": _judged(entry),
    }


def document_of(
    entry: Entry, row: Mapping[str, Any], table: Mapping[str, Any], benchmark: Mapping[str, Any]
) -> dict[str, Any]:
    """The entry in full; ``row``, ``table`` and ``benchmark`` are the standings' that it stands in."""
    return {
        "schema": ENTRY_SCHEMA,
        "benchmark": {key: benchmark[key] for key in ("id", "digest", "title", "text")},
        "table": table["slug"],
        "place": table["place"],
        "simulated": entry.first.simulated,
        "phantom": entry.first.phantom,
        "row": row,
        "judged": entry.judged_document,
        "runs": entry.run_documents,
    }


def _attempts(entry: Entry) -> int:
    """How often a run of it was started. Published are also those that were interrupted and left no record."""
    published = [] if entry.judged is None else entry.judged.document["attempts"]
    return len({run.id for run in entry.runs} | {attempt["run"] for attempt in published})


def _judged(entry: Entry) -> dict[str, Any] | None:
    """Of what was published that part which a table shows."""
    if entry.judged is None:
        return None
    document = entry.judged.document
    return {key: document[key] for key in ("entry", "reference", "against", "difference", "non_inferiority")}


def _flags(entry: Entry) -> list[dict[str, Any]]:
    """Checks that a valid run did not pass: they spoil nothing, and whoever trusts the figures should know."""
    found: dict[str, dict[str, Any]] = {}
    for run in entry.valid:
        for check in run.document["checks"]:
            if check["answer"] == "failed":
                flag = found.setdefault(check["id"], {"id": check["id"], "title": check["title"], "runs": []})
                flag["runs"].append(run.number)
    return [found[name] for name in sorted(found)]
