"""Is a configuration the best of its network? The parts of that, over the configurations that pass both gates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.claims.cost import RATIO, less
from harness.claims.group import Group
from harness.claims.part import Part, unknown
from harness.claims.quality import compared, not_worse, reaches_target
from harness.score.gate import Verdict as GateVerdict

ORDER = ("gpu_energy", "time_to_predictions")
"""The primary order: the first where every run of the network has it, else the second; never one against the other."""


def best(group: Group, comparison: Mapping[str, Any], parameters: Mapping[str, Any]) -> Iterator[Part]:
    """Both gates of the candidate, then one part for each other configuration that passes both.

    Shown: the candidate costs less than 1 + ``tolerance`` times the other's cost; opposite: it costs more than the
    other. An other that does not pass is no rival; one whose entry is not whole leaves its part open.
    """
    name, reference, model = comparison["candidate"], comparison["reference"], comparison["model"]
    yield reaches_target(group, name, reference, model)
    yield not_worse(group, name, reference)
    if group.benchmark.document["quality"]["targets"][model]["test_auc"] is None:
        return
    quantity = primary(group, [name, *comparison["others"]])
    for other in comparison["others"]:
        if group.missing((other, reference)):
            both = (name, other, reference)
            what = f"{name} against {other}"
            yield unknown(
                what, both, quantity, RATIO, f"whether {other} is a rival is not known: an entry is not whole"
            )
        elif passes(group, other, reference):
            yield less(group, name, other, quantity, excess=parameters["tolerance"])


def primary(group: Group, names: Sequence[str]) -> str:
    """The quantity by which these are put in order."""
    entries = [entry for name in names if (entry := group.official(name)) is not None]
    energies = [run.record["quantities"][ORDER[0]]["value"] for entry in entries for run in entry.runs.values()]
    return ORDER[0] if energies and None not in energies else ORDER[1]


def passes(group: Group, name: str, reference: str) -> bool:
    """Gates Q1 and Q2, as the leaderboard's rules have them."""
    found = compared(group, name, reference)
    return found is not None and found.candidate.gate.verdict is GateVerdict.ABOVE and found.judgement.outcome.ranks
