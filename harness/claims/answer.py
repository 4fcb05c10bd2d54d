"""From the parts of a claim to its verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from harness.claims.multiplicity import at_least
from harness.claims.part import ALPHA, Part, PartVerdict

Family = tuple[Part, ...]
"""Parts that belong together: all of them must hold."""


class Verdict(StrEnum):
    """What the runs say of a claim; exactly one holds."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    UNDECIDED = "undecided"
    NOT_TESTABLE = "not testable"


@dataclass(frozen=True)
class Missing:
    """Runs of a submission that are not there; ``failed`` are those that were made, and failed or are invalid."""

    submission: str
    runs: tuple[int, ...]
    failed: tuple[int, ...]

    @property
    def said(self) -> tuple[str, ...]:
        """In words, without the submission's name."""
        absent = [f"runs {_listed(self.runs)} are missing"] if self.runs else []
        return (*absent, *([f"runs {_listed(self.failed)} failed or are invalid"] if self.failed else []))


@dataclass(frozen=True)
class Answer:
    """What a claim came to. ``p_supported`` and ``p_contradicted`` are those of the whole claim, after correction;
    None where it can't be tested."""

    verdict: Verdict
    reason: str
    families: tuple[Family, ...] = ()
    p_supported: float | None = None
    p_contradicted: float | None = None

    @property
    def parts(self) -> tuple[Part, ...]:
        """All parts, family by family."""
        return tuple(part for family in self.families for part in family)

    def to_json(self) -> dict[str, Any]:
        """As `schemas/claims.schema.json` has it, without what the claim itself says."""
        return {
            "verdict": self.verdict.value,
            "reason": self.reason,
            "p_supported": self.p_supported,
            "p_contradicted": self.p_contradicted,
            "parts": [part.to_json() for part in self.parts],
        }


def not_testable(reason: str, families: Sequence[Family] = ()) -> Answer:
    """No run could decide it here; parts that were seen all the same are kept."""
    return Answer(Verdict.NOT_TESTABLE, reason, tuple(families))


def decide(families: Sequence[Family], least: int) -> Answer:
    """The verdict on *at least* ``least`` *of these families hold*, a family holding where every part of it does.

    Supported: a family's p value is its parts' largest (intersection-union, no correction), and ``least`` of n
    families take Bonferroni's partial conjunction. Contradicted: some part's opposite is shown in so many families that
    ``least`` can't hold any more; a family's p value is then its parts' smallest times their number (Bonferroni), and
    families again take the partial conjunction. Both questions are asked at `ALPHA`; contradicted goes first. A part
    that decides nothing counts with p = 1. Where a part is not testable, the claim is not.
    """
    if lacking := [part for family in families for part in family if part.verdict is PartVerdict.NOT_TESTABLE]:
        reasons = "; ".join(dict.fromkeys(f"{part.quantity.replace('_', ' ')}: {part.reason}" for part in lacking))
        return not_testable(f"it can't be decided without what is lacking here ({reasons})", families)
    held = [max(_p(part.shown) for part in family) for family in families]
    refuted = [min(1.0, len(family) * min(_p(part.opposite) for part in family)) for family in families]
    supported = at_least(least, held)
    contradicted = at_least(len(families) - least + 1, refuted)
    verdict, reason = _verdict(families, supported, contradicted)
    return Answer(verdict, reason, tuple(families), supported, contradicted)


def _p(value: float | None) -> float:
    return 1.0 if value is None else value


def _verdict(families: Sequence[Family], supported: float, contradicted: float) -> tuple[Verdict, str]:
    parts = [part for family in families for part in family]
    said = {verdict: [part.what for part in parts if part.verdict is verdict] for verdict in PartVerdict}
    if contradicted <= ALPHA:
        return Verdict.CONTRADICTED, f"the opposite is shown of: {'; '.join(said[PartVerdict.OPPOSITE])}"
    if supported <= ALPHA:
        return Verdict.SUPPORTED, f"{len(said[PartVerdict.SHOWN])} of {len(parts)} parts are shown"
    open_parts = said[PartVerdict.UNDECIDED] or said[PartVerdict.OPPOSITE]
    if all(part.reason is not None for part in parts):
        return Verdict.UNDECIDED, "; ".join(dict.fromkeys(str(part.reason) for part in parts))
    return Verdict.UNDECIDED, f"neither shown nor, after correction, the opposite: {'; '.join(open_parts)}"


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))
