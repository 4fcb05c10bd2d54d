"""Gate 2: margins, outcomes at and around the bounds, and how many runs it would take."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from harness.score.components import Components
from harness.score.estimate import Estimate
from harness.score.noninferiority import (
    MOST_RUNS,
    Margin,
    Outcome,
    judge_difference,
    margin,
    runs_needed,
)
from harness.score.readers import RunAveragedDifference, run_averaged_difference


def difference(lower: float, upper: float) -> RunAveragedDifference:
    return RunAveragedDifference(Estimate((lower + upper) / 2, lower, upper, "m"), runs=5)


def made_of(*, interaction: float, patients: float) -> Components:
    return Components(5, 0.0, 0.0, patients, 0.0, 0.0, 0.0, interaction)


@pytest.mark.parametrize(
    ("gain", "allowed"), [(0.2, 0.02), (0.04, 0.02), (0.0399, 0.01995), (0.038, 0.019), (1e-6, 5e-7)]
)
def test_the_margin_is_half_the_gain_and_at_most_two_hundredths(gain, allowed):
    assert margin(gain, largest=0.02, share_of_gain=0.5).value == pytest.approx(allowed, rel=1e-12)
    assert margin(gain, largest=0.02, share_of_gain=0.5).reason is None


@pytest.mark.parametrize(
    ("gain", "reason"),
    [
        (None, "the reference's gain over the trivial model is not known"),
        (0.0, "the reference does not beat the trivial model (difference of AUC +0.000)"),
        (-0.013, "the reference does not beat the trivial model (difference of AUC -0.013)"),
    ],
)
def test_without_a_gain_there_is_no_margin(gain, reason):
    assert margin(gain, largest=0.02, share_of_gain=0.5) == Margin(None, reason)
    judged = judge_difference(difference(0.1, 0.2), margin(gain, largest=0.02, share_of_gain=0.5))
    assert (judged.outcome, judged.margin, judged.reason) == (
        Outcome.UNDECIDED,
        None,
        f"There is no margin: {reason}.",
    )


@pytest.mark.parametrize("gain", [math.nan, math.inf])
def test_a_gain_that_is_no_number_is_refused(gain):
    with pytest.raises(ValueError, match="finite"):
        margin(gain, largest=0.02, share_of_gain=0.5)


@pytest.mark.parametrize("parts", [(None, None), (0.02, "why"), (0.0, None), (1.021, None), (math.nan, None)])
def test_a_margin_is_a_figure_or_a_reason(parts):
    with pytest.raises(ValueError):
        Margin(*parts)


@pytest.mark.parametrize(
    ("lower", "upper", "outcome", "ranks", "said"),
    [
        (-0.01, 0.01, Outcome.NON_INFERIOR, True, "not worse than the reference by 0.0200 or more"),
        (0.01, 0.03, Outcome.NON_INFERIOR, True, "not worse than the reference by 0.0200 or more"),
        (-0.0199, 0.0, Outcome.NON_INFERIOR, True, "not worse than the reference by 0.0200 or more"),
        (-0.0199, -0.0001, Outcome.WORSE_WITHIN_MARGIN, True, "worse than the reference, but by less than 0.0200"),
        (-0.02, -0.0001, Outcome.UNDECIDED, False, "worse than the reference, undecided whether by more than 0.0200"),
        (-0.03, -0.01, Outcome.UNDECIDED, False, "worse than the reference, undecided whether by more than 0.0200"),
        (-0.02, 0.01, Outcome.UNDECIDED, False, "undecided whether worse than the reference by more than 0.0200"),
        (-0.03, 0.0, Outcome.UNDECIDED, False, "undecided whether worse than the reference by more than 0.0200"),
        (-0.05, 0.05, Outcome.UNDECIDED, False, "undecided whether worse than the reference by more than 0.0200"),
        (-0.04, -0.02, Outcome.UNDECIDED, False, "worse than the reference, undecided whether by more than 0.0200"),
        (-0.04, -0.0201, Outcome.INFERIOR, False, "worse than the reference by more than 0.0200"),
    ],
)
def test_outcomes_at_and_around_the_bounds(lower, upper, outcome, ranks, said):
    judged = judge_difference(difference(lower, upper), Margin(0.02))
    assert (judged.outcome, judged.outcome.ranks) == (outcome, ranks)
    seen = f"Difference of AUC {(lower + upper) / 2:+.4f} [{lower:+.4f}, {upper:+.4f}]"
    assert judged.reason == f"{seen}: {said}."


bounds = st.tuples(st.floats(-1, 1), st.floats(-1, 1)).map(lambda pair: (min(pair), max(pair)))


@given(bounds, st.floats(1e-6, 0.02))
def test_an_entry_ranks_exactly_where_its_lower_bound_is_above_the_margin(ends, allowed):
    judged = judge_difference(difference(*ends), Margin(allowed))
    assert judged.outcome.ranks == (ends[0] > -allowed)
    assert (judged.outcome is Outcome.INFERIOR) == (ends[1] < -allowed)
    assert judged.reason.endswith(".")


@given(bounds, st.floats(1e-6, 0.02), st.floats(0, 1))
def test_a_narrower_interval_around_the_same_value_never_costs_the_rank(ends, allowed, share):
    middle, half = sum(ends) / 2, (ends[1] - ends[0]) / 2 * share
    assume(middle - half >= ends[0])
    if judge_difference(difference(*ends), Margin(allowed)).outcome.ranks:
        assert judge_difference(difference(middle - half, middle + half), Margin(allowed)).outcome.ranks


def test_no_reference():
    judged = judge_difference(None, Margin(0.02))
    assert judged.to_json() == {
        "outcome": "no reference",
        "ranks": False,
        "margin": 0.02,
        "reason": "There is no reference of this model on this system to compare with.",
    }
    assert judge_difference(None, margin(None, largest=0.02, share_of_gain=0.5)).outcome is Outcome.NO_REFERENCE


def test_no_interval_is_undecided_and_says_why():
    one_run = run_averaged_difference([[1, 3, 2, 4]], [[1, 2, 3, 4]], [0, 0, 1, 1], [0, 1, 2, 3])
    judged = judge_difference(one_run, Margin(0.02))
    assert judged.outcome is Outcome.UNDECIDED
    assert judged.reason == (
        "The difference can't be judged: no interval: how much runs differ can't be told from one."
    )
    one_class = run_averaged_difference([[1, 3]] * 2, [[1, 2]] * 2, [1, 1], [0, 1])
    assert "no ROC curve" in judge_difference(one_class, Margin(0.02)).reason


def test_the_reference_passes_its_own_gate():
    random = np.random.default_rng(0)
    labels = np.arange(40) % 2
    scores = labels + random.normal(size=(5, 40))
    judged = judge_difference(run_averaged_difference(scores, scores, labels, np.arange(40)), Margin(0.01))
    assert judged.outcome is Outcome.NON_INFERIOR
    assert judged.reason == "Every run orders the cases exactly as the reference's run does."


def test_every_outcome_has_a_sentence():
    found = [difference(-0.01, 0.01), difference(-0.01, -0.005), difference(-0.05, -0.03), difference(-0.1, 0.1), None]
    assert [judge_difference(one, Margin(0.02)).outcome for one in found] == list(Outcome)


def test_runs_needed_where_runs_are_the_limit():
    # Without patients, t with R − 1 degrees of freedom: R = 6 gives 2.5706 · √(2 · 2e-4 / 6) = 0.02099, R = 7 gives
    # 2.4469 · √(2 · 2e-4 / 7) = 0.01850.
    found = runs_needed(made_of(interaction=2e-4, patients=0.0), 0.0, 0.02)
    assert found.runs == 7
    assert found.reason == "With 7 runs the interval is expected to be ± 0.0185."


def test_runs_needed_where_patients_are_the_limit():
    # 1.95996 · √(2 · 1e-4) = 0.02772, whatever the runs; (0.02772 / 0.02)² = 1.92.
    found = runs_needed(made_of(interaction=1e-5, patients=1e-4), 0.0, 0.02)
    assert found.runs is None
    assert found.reason == (
        "None suffices: patients are the limit. With any number of runs the interval is ± 0.0277 and more than 1.9 "
        "times as many patients are needed for less than ± 0.0200."
    )


def test_runs_needed_where_the_difference_itself_is_too_large():
    found = runs_needed(made_of(interaction=1e-9, patients=0.0), -0.02, 0.02)
    assert found.runs is None
    assert found.reason == "None suffices: the difference itself, -0.0200, is not above −0.0200."


def test_runs_needed_beyond_what_anybody_trains():
    found = runs_needed(made_of(interaction=1.0, patients=0.0), 0.0, 0.02)
    assert found.runs is None
    assert found.reason.startswith(f"{MOST_RUNS} runs do not suffice")


def test_runs_needed_where_nothing_varies():
    assert runs_needed(made_of(interaction=0.0, patients=0.0), 0.0, 0.02).runs == 2


def test_runs_needed_takes_a_margin():
    with pytest.raises(ValueError, match="above 0"):
        runs_needed(made_of(interaction=0.0, patients=0.0), 0.0, 0.0)


interactions, over_patients = st.floats(1e-7, 1e-3), st.floats(0, 1e-4)
values, margins = st.floats(-0.02, 0.05), st.floats(1e-3, 0.02)


def count(interaction: float, patients: float, value: float, allowed: float) -> float:
    found = runs_needed(made_of(interaction=interaction, patients=patients), value, allowed).runs
    return math.inf if found is None else found


@given(interactions, over_patients, values, margins)
def test_runs_needed_is_the_smallest_that_does(interaction, patients, value, allowed):
    components = made_of(interaction=interaction, patients=patients)
    found = runs_needed(components, value, allowed).runs
    if found is not None:
        assert components.half_width(found) < value + allowed
        assert found == 2 or components.half_width(found - 1) >= value + allowed
    else:
        assert value + allowed <= 0 or components.half_width(MOST_RUNS) >= value + allowed


@given(interactions, over_patients, values, margins, st.floats(1, 10))
def test_runs_needed_never_falls_with_more_variance_or_less_room(interaction, patients, value, allowed, times):
    before = count(interaction, patients, value, allowed)
    assert count(interaction * times, patients, value, allowed) >= before
    assert count(interaction, patients, value - 0.001 * times, allowed) >= before
    assert count(interaction, patients, value, allowed / times) >= before
