"""Worked examples for the gates, as `harness.checks.examples` has them for the checks. Every figure is made up."""

from __future__ import annotations

from dataclasses import dataclass

from harness.score.estimate import Estimate
from harness.score.gates import Against, Quality
from harness.score.readers import RunAveragedDifference


@dataclass(frozen=True)
class GateExample:
    """One entry for one gate: what is special about it in words, what the gate is shown, and what it must answer."""

    gate: str
    story: str
    evidence: Quality | Against
    outcome: str
    passes: bool


_RUNS = 5
_TRIVIAL = Estimate(0.738, 0.70, 0.77, "made up")


def _quality(auc: float, target: float | None = 0.778) -> Quality:
    reason = "needs at least 10 reference runs, which have not been made yet" if target is None else None
    return Quality(Estimate(auc, auc - 0.04, auc + 0.03, "made up"), _TRIVIAL, target, reason)


def _against(lower: float, upper: float, gain: float | None = 0.048) -> Against:
    middle = (lower + upper) / 2
    return Against(RunAveragedDifference(Estimate(middle, lower, upper, "made up"), _RUNS, 20.0), gain)


GATE_EXAMPLES = (
    GateExample("Q1", "The mean over five runs reaches the target.", _quality(0.784), "above", True),
    GateExample("Q1", "A configuration that saves energy by learning less.", _quality(0.760), "below", False),
    GateExample("Q1", "It knows no more than the nodule's size.", _quality(0.731), "below", False),
    GateExample("Q1", "Nobody has measured a target for the model.", _quality(0.784, None), "no target", False),
    GateExample("Q2", "Nothing is lost, as far as can be told.", _against(-0.009, 0.012), "non-inferior", True),
    GateExample(
        "Q2",
        "Something is lost for certain, and less than the margin, so that the entry ranks with that beside it.",
        _against(-0.014, -0.004),
        "worse within the margin",
        True,
    ),
    GateExample("Q2", "More is lost than the margin allows.", _against(-0.060, -0.031), "inferior", False),
    GateExample("Q2", "Runs or patients are too few to tell.", _against(-0.031, 0.018), "undecided", False),
    GateExample(
        "Q2",
        "The reference gains 0.020, so that the margin is half of that: what passed above is now undecided.",
        _against(-0.014, -0.004, gain=0.020),
        "undecided",
        False,
    ),
    GateExample(
        "Q2",
        "The reference itself does not beat the trivial model.",
        _against(-0.009, 0.012, -0.01),
        "undecided",
        False,
    ),
    GateExample("Q2", "The reference was not run on this system.", Against(None, None), "no reference", False),
)
