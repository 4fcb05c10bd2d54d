"""The order of a table: ranges of ranks among the entries that passed every gate, by what they cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.score.ranks import rank_ranges
from harness.standings.baselines import costs_of
from harness.standings.entry import Entry

ENERGY, TIME = "gpu_energy", "time_to_predictions"
SPOKEN = {ENERGY: "GPU energy", TIME: "time to predictions"}
"""What a table is sorted by, in a sentence."""


def primary_cost(entries: Sequence[Entry]) -> str:
    """GPU energy from `go` to `predicted` where every run of every entry measured it, else time to predictions: the two
    are never mixed in one table."""
    measured = [run.document["quantities"][ENERGY]["value"] for entry in entries for run in entry.valid]
    return ENERGY if measured and all(measured) else TIME


@dataclass(frozen=True)
class Ranked:
    """A rank from ``best`` to ``worst`` of ``of`` ranked entries, and the slugs of those that surely cost more."""

    best: int
    worst: int
    of: int
    cheaper_than: tuple[str, ...]


def ranks_of(entries: Sequence[Entry], cost: str) -> tuple[dict[str, Ranked], str]:
    """The range of each ranked entry by its slug, and a sentence about the ranking."""
    ranked = [entry for entry in entries if entry.ranks]
    if not ranked:
        return {}, "No entry here passed every gate with all its runs published, so none has a rank."
    if len(ranked) == 1:
        return {
            ranked[0].slug: Ranked(1, 1, 1, ())
        }, "One entry passed every gate: there is nothing to rank it against."
    costs = {entry.slug: costs_of(entry, cost) for entry in ranked}
    found = rank_ranges({name: each for name, each in costs.items() if each})
    if found.reason is not None:
        return {}, f"Entries that passed every gate can't be ranked: {found.reason}."
    count = len(found.ranges)
    beaten: dict[str, list[str]] = {name: [] for name in found.ranges}
    for better, worse in found.better:
        beaten[better].append(worse)
    ranks = {
        name: Ranked(each.best, each.worst, count, tuple(sorted(beaten[name]))) for name, each in found.ranges.items()
    }
    assert found.spread is not None
    return ranks, (
        f"Ranks are ranges: from 1 + the number of entries that surely cost less to {count} − the number that surely "
        f"cost more, by {SPOKEN[cost]} in a model of entry and run number with pooled variance "
        f"({found.freedom} degrees of freedom; runs differ by a factor of about {found.spread:.3f}), all pairs tested "
        "together at 5 % (Holm)."
    )
