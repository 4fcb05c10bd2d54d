"""The functions behind the ruleset's gate ids: the same evidence and parameters give the same answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.score.estimate import Estimate
from harness.score.gate import Gate, Verdict, judge
from harness.score.noninferiority import Judgement, judge_difference, margin
from harness.score.readers import RunAveragedDifference

Parameters = Mapping[str, Any]


@dataclass(frozen=True)
class Quality:
    """What Q1 looks at: mean test area of an entry's runs, the trivial model's, and the benchmark's target for the
    model, or why there is none."""

    auc: Estimate
    trivial: Estimate
    target: float | None
    no_target: str | None


@dataclass(frozen=True)
class Against:
    """What Q2 looks at: the difference to the reference (None: there is none to compare with), and the reference's gain
    over the trivial model (None: not known)."""

    difference: RunAveragedDifference | None
    gain: float | None


def reaches_the_target(quality: Quality, parameters: Parameters) -> Gate:
    """Q1. The entry beats the trivial model and reaches the target.

    The parameters are those by which the target was found, once, from the reference's runs (`harness reference
    targets`): here it is a fixed line.
    """
    return judge(quality.auc, quality.trivial, target=quality.target, no_target=quality.no_target)


def not_worse_than_the_reference(against: Against, parameters: Parameters) -> Judgement:
    """Q2. The entry is not worse than the reference by the margin or more."""
    allowed = margin(against.gain, largest=parameters["largest_margin"], share_of_gain=parameters["share_of_gain"])
    return judge_difference(against.difference, allowed)


@dataclass(frozen=True)
class Answer:
    """What a gate came to, in the words of either."""

    passes: bool
    outcome: str
    reason: str


def _q1(evidence: Quality | Against, parameters: Parameters) -> Answer:
    assert isinstance(evidence, Quality)
    found = reaches_the_target(evidence, parameters)
    return Answer(found.verdict is Verdict.ABOVE, found.verdict.value, found.reason)


def _q2(evidence: Quality | Against, parameters: Parameters) -> Answer:
    assert isinstance(evidence, Against)
    found = not_worse_than_the_reference(evidence, parameters)
    return Answer(found.outcome.ranks, found.outcome.value, found.reason)


GATES: Mapping[str, Callable[[Quality | Against, Parameters], Answer]] = {"Q1": _q1, "Q2": _q2}
