"""The order of a table: ranges of ranks among the entries that passed every gate, by what they cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harness.score.ranks import Range, rank_ranges
from harness.standings.entry import Entry

ENERGY, TIME = "gpu_energy", "time_to_predictions"


def primary_cost(entries: Sequence[Entry]) -> str:
    """GPU energy from `go` to `predicted` where every run of every entry measured it, else time to predictions: the two
    are never mixed in one table."""
    measured = [run.document["quantities"][ENERGY]["value"] for entry in entries for run in entry.valid]
    return ENERGY if measured and all(measured) else TIME


def ranks_of(entries: Sequence[Entry], cost: str) -> tuple[dict[int, dict[str, Any]], str]:
    """The range of each ranked entry by its place in ``entries``, and a sentence about the ranking."""
    ranked = [place for place, entry in enumerate(entries) if entry.ranks]
    costs = {str(place): _costs(entries[place], cost) for place in ranked}
    found = rank_ranges({name: each for name, each in costs.items() if each})
    if not ranked:
        return {}, "No entry here passed every gate with all its runs published, so none has a rank."
    if len(ranked) == 1:
        return {
            ranked[0]: _shown(Range(1, 1), 1)
        }, "One entry passed every gate, so there is nothing to rank it against."
    if found.reason is not None:
        return {}, f"Entries that passed every gate can't be ranked: {found.reason}."
    ranges = {int(name): _shown(each, len(found.ranges)) for name, each in found.ranges.items()}
    assert found.spread is not None
    return ranges, (
        f"Ranks are ranges: from 1 + the number of entries that surely cost less to {len(ranges)} − the number that "
        f"surely cost more, by {cost.replace('_', ' ')} in a model of entry and run number with pooled variance "
        f"({found.freedom} degrees of freedom; runs differ by a factor of about {found.spread:.3f}), all pairs tested "
        "together at 5 % (Holm)."
    )


def _costs(entry: Entry, cost: str) -> dict[int, float]:
    return {run.number: run.document["quantities"][cost]["value"] for run in entry.valid}


def _shown(found: Range, of: int) -> dict[str, Any]:
    return {"best": found.best, "worst": found.worst, "of": of}
