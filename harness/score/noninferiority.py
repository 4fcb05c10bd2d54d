"""Gate 2: is a configuration no worse than the reference by more than a margin that was fixed beforehand?

Two one-sided questions put to one 95 % interval of the difference of run-averaged ROC areas (`harness.score.readers`),
candidate minus reference; at the margin each is wrongly answered with yes in about 2.5 % of entries. The outcomes are
those of G. Piaggio, D. R. Elbourne, S. J. Pocock, S. J. W. Evans, D. G. Altman, JAMA 308 (2012) 2594–2604, figure 1.
docs/statistics.md explains them and holds error rates from a simulation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from scipy.stats import norm

from harness.score.components import Components
from harness.score.estimate import CONFIDENCE, Estimate
from harness.score.readers import RunAveragedDifference

MOST_RUNS = 1000
"""Nobody trains more runs than this for one comparison."""
_Z = float(norm.ppf(0.5 + CONFIDENCE / 2))


class Outcome(StrEnum):
    """How an entry compares with the reference; exactly one holds."""

    NON_INFERIOR = "non-inferior"
    WORSE_WITHIN_MARGIN = "worse within the margin"
    INFERIOR = "inferior"
    UNDECIDED = "undecided"
    NO_REFERENCE = "no reference"

    @property
    def ranks(self) -> bool:
        """Whether the gate lets the entry be ranked: its lower bound is above −margin.

        *Worse within the margin* is such an entry. Were it shut out, more patients could cost an entry its rank: the
        narrower the interval around a small loss, the sooner its upper bound falls below 0.
        """
        return self in (Outcome.NON_INFERIOR, Outcome.WORSE_WITHIN_MARGIN)


@dataclass(frozen=True)
class Margin:
    """The loss of ROC area that counts as none, or the reason why there is no such figure."""

    value: float | None
    reason: str | None = None

    def __post_init__(self) -> None:
        if (self.value is None) == (self.reason is None):
            raise ValueError("there is either a margin or a reason why there is none")
        if self.value is not None and not 0 < self.value <= 1:
            raise ValueError("a margin is above 0, and at most 1")


@dataclass(frozen=True)
class Judgement:
    """The outcome, the margin it was held against (None where there is none), and a sentence that explains it."""

    outcome: Outcome
    margin: float | None
    reason: str

    def to_json(self) -> dict[str, Any]:
        """As it stands in a record."""
        return {
            "outcome": self.outcome.value,
            "ranks": self.outcome.ranks,
            "margin": self.margin,
            "reason": self.reason,
        }


@dataclass(frozen=True)
class RunsNeeded:
    """The smallest number of runs that would do (None: none does), and a sentence that explains it."""

    runs: int | None
    reason: str


def margin(gain: float | None, *, largest: float, share_of_gain: float) -> Margin:
    """min(``largest``, ``share_of_gain`` of ``gain``), gate Q2's parameters. ``gain`` is the reference's mean ROC area
    less the trivial model's; None: nobody knows it.

    No margin where the reference gains nothing. Raises `ValueError` where ``gain`` is not finite.
    """
    if gain is None:
        return Margin(None, "the reference's gain over the trivial model is not known")
    if not math.isfinite(gain):
        raise ValueError("a gain is finite")
    if gain <= 0:
        return Margin(None, f"the reference does not beat the trivial model (difference of AUC {gain:+.3f})")
    return Margin(min(largest, share_of_gain * gain))


def judge_difference(difference: RunAveragedDifference | None, allowed: Margin) -> Judgement:
    """Hold the difference against the margin. ``difference`` is None where there is no reference to compare with.

    A bound that equals −margin or 0 decides nothing. An entry whose every run orders the cases as the reference's run
    does is non-inferior although no interval can be made: on any sample of these patients the difference is 0.
    """
    if difference is None:
        return Judgement(
            Outcome.NO_REFERENCE, allowed.value, "There is no reference of this model on this system to compare with."
        )
    if allowed.value is None:
        return Judgement(Outcome.UNDECIDED, None, f"There is no margin: {allowed.reason}.")
    if difference.same_order:
        return Judgement(
            Outcome.NON_INFERIOR, allowed.value, "Every run orders the cases exactly as the reference's run does."
        )
    return _held_against(difference.estimate, allowed.value)


def _held_against(found: Estimate, allowed: float) -> Judgement:
    if found.value is None or found.lower is None or found.upper is None:
        return Judgement(Outcome.UNDECIDED, allowed, f"The difference can't be judged: {found.reason}.")
    seen = f"Difference of AUC {found.value:+.4f} [{found.lower:+.4f}, {found.upper:+.4f}]"
    if found.lower > -allowed and found.upper < 0:
        outcome, said = Outcome.WORSE_WITHIN_MARGIN, f"worse than the reference, but by less than {allowed:.4f}"
    elif found.lower > -allowed:
        outcome, said = Outcome.NON_INFERIOR, f"not worse than the reference by {allowed:.4f} or more"
    elif found.upper < -allowed:
        outcome, said = Outcome.INFERIOR, f"worse than the reference by more than {allowed:.4f}"
    elif found.upper < 0:
        outcome, said = Outcome.UNDECIDED, f"worse than the reference, undecided whether by more than {allowed:.4f}"
    else:
        outcome, said = Outcome.UNDECIDED, f"undecided whether worse than the reference by more than {allowed:.4f}"
    return Judgement(outcome, allowed, f"{seen}: {said}.")


def runs_needed(components: Components, difference: float, allowed: float) -> RunsNeeded:
    """The smallest number of runs of each configuration with which ``difference`` would be called non-inferior.

    That is, with ``difference`` and ``components`` as found and the expected half-width of so many runs, the lower
    bound lies above −``allowed``. Runs take away the runs' part of the variance but not the patients', 2 · max(Cov2 −
    Cov3, 0), so there may be no such number. For planning the next round: adding runs to an entry until it passes
    would make the interval's 95 % untrue. Raises `ValueError` where ``allowed`` is not above 0.
    """
    if not allowed > 0:
        raise ValueError("a margin is above 0")
    room = difference + allowed
    if room <= 0:
        return RunsNeeded(
            None, f"None suffices: the difference itself, {difference:+.4f}, is not above −{allowed:.4f}."
        )
    limit = _Z * math.sqrt(2 * components.over_patients)
    if limit >= room:
        times = (limit / room) ** 2
        return RunsNeeded(
            None,
            f"None suffices: patients are the limit. With any number of runs the interval is ± {limit:.4f} and more "
            f"than {times:.1f} times as many patients are needed for less than ± {room:.4f}.",
        )
    if components.half_width(MOST_RUNS) >= room:
        return RunsNeeded(None, f"{MOST_RUNS} runs do not suffice, though more patients are not strictly needed.")
    runs = _smallest(components, room)
    return RunsNeeded(runs, f"With {runs} runs the interval is expected to be ± {components.half_width(runs):.4f}.")


def _smallest(components: Components, room: float) -> int:
    """By bisection: the half-width falls with every run."""
    low, high = 2, MOST_RUNS
    while low < high:
        middle = (low + high) // 2
        if components.half_width(middle) < room:
            high = middle
        else:
            low = middle + 1
    return low
