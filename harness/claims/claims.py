"""The functions behind the ruleset's claim ids: the same runs give the same answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from harness.claims.answer import Answer, Family, decide, not_testable
from harness.claims.best import best
from harness.claims.cost import less
from harness.claims.group import Group
from harness.claims.multiplicity import most
from harness.claims.quality import loses_more, not_worse

Claim = Mapping[str, Any]
"""A claim as the ruleset declares it."""


def saves_and_does_not_hurt(group: Group, claim: Claim) -> Answer:
    """C1. Every cost of every pair is lower, and no candidate is inferior."""
    family: Family = tuple(
        not_worse(group, pair["candidate"], pair["reference"])
        if quantity == "auc"
        else less(group, pair["candidate"], pair["reference"], quantity)
        for pair in claim["comparisons"]
        for quantity in claim["quantities"]
    )
    return decide([family], 1)


def often_saves(group: Group, claim: Claim) -> Answer:
    """C2. In more than a share of the models, every cost is lower. Models without a validation target are left out,
    which the benchmark decides and not the runs."""
    targets = group.benchmark.document["quality"]["targets"]
    judged = [pair for pair in claim["comparisons"] if targets[pair["model"]]["validation_auc"] is not None]
    if not judged:
        reasons = dict.fromkeys(targets[pair["model"]]["reason"] for pair in claim["comparisons"])
        return not_testable(f"no model has a validation target ({'; '.join(reasons)})")
    families = [
        tuple(less(group, pair["candidate"], pair["reference"], quantity) for quantity in claim["quantities"])
        for pair in judged
    ]
    return decide(families, most(len(families), claim["parameters"]["share"]))


def more_sensitive(group: Group, claim: Claim) -> Answer:
    """C3. Every pair loses more than the pair against which it is held."""
    family: Family = tuple(
        loses_more(
            group,
            (pair["reference"], pair["candidate"]),
            (pair["against"]["reference"], pair["against"]["candidate"]),
        )
        for pair in claim["comparisons"]
    )
    return decide([family], 1)


def the_best(group: Group, claim: Claim) -> Answer:
    """C4. Every candidate passes the gates, and none of the others that pass costs less."""
    family: Family = tuple(
        part for comparison in claim["comparisons"] for part in best(group, comparison, claim["parameters"])
    )
    return decide([family], 1)


CLAIMS: Mapping[str, Callable[[Group, Claim], Answer]] = {
    "C1": saves_and_does_not_hurt,
    "C2": often_saves,
    "C3": more_sensitive,
    "C4": the_best,
}


def submissions_of(claim: Claim) -> tuple[str, ...]:
    """Every submission that the claim names, each once."""
    named: list[str] = []
    for pair in claim["comparisons"]:
        named += [pair["candidate"], pair["reference"], *pair.get("others", ())]
        if "against" in pair:
            named += [pair["against"]["candidate"], pair["against"]["reference"]]
    return tuple(dict.fromkeys(named))
