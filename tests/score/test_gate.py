from __future__ import annotations

import pytest

from harness.score.estimate import Estimate
from harness.score.gate import Gate, Verdict, judge


def area(value: float | None) -> Estimate:
    if value is None:
        return Estimate.absent("m", "no ROC curve: 0 of 3 cases are positive")
    return Estimate(value, value - 0.02, value + 0.02, "m")


@pytest.mark.parametrize(
    ("auc", "target", "verdict"),
    [
        (0.80, 0.78, Verdict.ABOVE),
        (0.78, 0.78, Verdict.ABOVE),
        (0.77, 0.78, Verdict.BELOW),
        (0.74, 0.70, Verdict.BELOW),
    ],
)
def test_a_run_is_above_where_it_reaches_the_target_and_beats_the_trivial_model(auc, target, verdict):
    assert judge(area(auc), area(0.75), target=target, no_target=None).verdict is verdict


def test_without_a_target_the_sentence_gives_the_reason_and_the_trivial_model():
    gate = judge(area(0.78), area(0.75), target=None, no_target="not measured yet")
    assert gate == Gate(
        Verdict.NO_TARGET,
        None,
        "Test AUC 0.780 beats the trivial model's 0.750; there is no target: not measured yet.",
    )


@pytest.mark.parametrize("target", [None, 0.6])
def test_a_run_that_only_equals_the_trivial_model_is_below(target):
    gate = judge(area(0.75), area(0.75), target=target, no_target="none" if target is None else None)
    assert gate.verdict is Verdict.BELOW and "does not beat the trivial model's 0.750" in gate.reason


def test_a_profile_without_quality_verdict_is_not_judged():
    gate = judge(area(0.99), area(0.5), target=0.7, no_target=None, judged=False)
    assert gate.verdict is Verdict.NOT_JUDGED and "profile" in gate.reason


@pytest.mark.parametrize(("auc", "trivial"), [(None, 0.7), (0.7, None)])
def test_a_missing_area_is_not_judged_and_says_why(auc, trivial):
    gate = judge(area(auc), area(trivial), target=0.7, no_target=None)
    assert gate.verdict is Verdict.NOT_JUDGED and "0 of 3 cases are positive" in gate.reason


@pytest.mark.parametrize(("target", "no_target"), [(None, None), (0.7, "why")])
def test_a_target_and_its_absence_exclude_each_other(target, no_target):
    with pytest.raises(ValueError):
        judge(area(0.7), area(0.6), target=target, no_target=no_target)


def test_the_record_holds_plain_words():
    gate = judge(area(0.8), area(0.7), target=0.75, no_target=None)
    assert gate.to_json() == {
        "verdict": "above",
        "target": 0.75,
        "reason": "Test AUC 0.800 beats the trivial model's 0.700 and reaches the target 0.750.",
    }
