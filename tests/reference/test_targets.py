"""Targets from a summary, and the benchmark file held against them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.reference.targets import TargetRule, block, differences, held_level, reaches, targets_of
from harness.score.target import ScoredEpoch, time_to_target
from harness.spec.load import load_ruleset
from tests.reference.material import TINY, estimate, summary, with_targets

RULE = TargetRule.of(load_ruleset())
TEN = tuple(0.80 + 0.002 * n for n in range(10))
"""Mean 0.809."""
aucs = st.lists(st.none() | st.floats(0, 1), max_size=12)


def the_target(reference):
    (target,) = targets_of(reference, RULE).values()
    return target


def test_targets_are_99_percent_of_ten_runs_to_four_decimals():
    target = the_target(summary(TEN))
    assert target.test_auc == 0.8009  # 0.99 × 0.809 = 0.80091
    assert target.validation_auc == 0.7722  # 0.99 × 0.78, the level of epochs 2 and 3
    assert target.reason is None
    assert (target.reached, target.runs) == (10, 10)
    assert target.as_written() == {"test_auc": 0.8009, "validation_auc": 0.7722}


@pytest.mark.parametrize(("runs", "made"), [(1, "1 has been made"), (9, "9 have been made")])
def test_fewer_than_ten_runs_give_no_target(runs, made):
    target = the_target(summary(TEN[:runs]))
    assert (target.test_auc, target.validation_auc, target.reached) == (None, None, None)
    assert target.reason == f"needs at least 10 reference runs, and {made}"


def test_a_gain_that_may_be_none_gives_no_test_target_but_says_what_then():
    target = the_target(summary(TEN, half=0.2))
    assert target.test_auc is None
    assert target.validation_auc == 0.7722
    assert target.reason is not None
    assert "+0.1090 [-0.0910, +0.3090], is not surely above 0; tune the hyperparameters on validation" in target.reason


def test_a_target_that_the_trivial_model_reaches_is_none():
    target = the_target(summary(TEN, trivial=0.802, half=0.001))
    assert target.test_auc is None
    assert target.reason is not None
    assert "0.99 of the reference's mean test AUC 0.8090 does not exceed the trivial model's 0.8020" in target.reason


def test_a_gain_without_an_interval_gives_no_test_target():
    reference = summary(TEN)
    model = reference.models["mlp"]
    gain = estimate(0.1).absent("made up", "no interval: made up", value=model.gain.value)
    changed = type(reference)(
        reference.benchmark, reference.data, reference.trivial, {"mlp": type(model)(model.runs, model.test_auc, gain)}
    )
    assert the_target(changed).test_auc is None
    assert "no interval: made up" in (the_target(changed).reason or "")


@pytest.mark.parametrize(
    ("validation", "reason"),
    [((0.8,), "10 of 10 runs have no two consecutive epochs"), ((0.4, 0.4), "not above chance")],
)
def test_runs_that_hold_no_level_give_no_validation_target(validation, reason):
    target = the_target(summary(TEN, validation=validation))
    assert target.test_auc == 0.8009
    assert target.validation_auc is None
    assert reason in (target.reason or "")


def test_each_reason_fits_the_benchmark_s_schema():
    for reference in (summary(TEN[:3]), summary(TEN, half=0.2, validation=(0.8,)), summary(TEN, trivial=0.805)):
        assert 3 <= len(the_target(reference).reason or "") <= 500


@pytest.mark.parametrize(
    ("values", "level"),
    [((), None), ((0.9,), None), ((0.9, 0.7), 0.7), ((0.6, 0.9, 0.7, 0.8), 0.7), ((0.9, None, 0.9), None)],
)
def test_the_level_is_the_highest_held_for_two_epochs(values, level):
    assert held_level(values) == level


@given(aucs)
def test_the_level_is_the_highest_target_that_is_reached(values):
    level = held_level(values)
    epochs = [ScoredEpoch(float(n), auc) for n, auc in enumerate(values)]

    def reached(target: float) -> bool:
        return time_to_target(epochs, target=target, no_target=None).value is not None

    if level is None:
        assert not reached(0.0)
    else:
        assert reached(level)
        assert not any(reached(auc) for auc in values if auc is not None and auc > level)


def test_how_many_runs_reach_it_is_counted_by_the_rule_that_times_it():
    reference = summary(TEN)
    (*_, last) = reference.models["mlp"].runs
    assert reaches(last, 0.78)
    assert not reaches(last, 0.781)


class TestTheBenchmarkFile:
    def written(self, **more):
        return with_targets(TINY, mlp={"test_auc": 0.8009, "validation_auc": 0.7722}, **more)

    def no_targets(self):
        """Every model but mlp without a target, whatever the shipped file holds."""
        none = {"test_auc": None, "validation_auc": None, "reason": "not made yet"}
        return {model: none for model in TINY.models if model != "mlp"}

    def test_equal_is_no_difference(self):
        assert differences(summary(TEN), self.written(**self.no_targets()), RULE) == []

    def test_the_block_has_every_model_in_the_file_s_order_and_keeps_its_reasons(self):
        found = block(summary(TEN), self.written(**self.no_targets()), RULE)
        assert list(found) == list(TINY.models)
        assert found["mlp"] == {"test_auc": 0.8009, "validation_auc": 0.7722}
        assert found["cnn"] == {"test_auc": None, "validation_auc": None, "reason": "not made yet"}

    def test_each_value_that_differs_is_named(self):
        others = {**self.no_targets(), "cnn": {"test_auc": 0.7, "validation_auc": 0.71}}
        found = differences(summary(tuple(auc + 0.01 for auc in TEN)), self.written(**others), RULE)
        assert found == [
            "cnn: test_auc is 0.7, the summary gives null",
            "cnn: validation_auc is 0.71, the summary gives null",
            "cnn: reason is null, the summary gives 'needs at least 10 reference runs, which have not been made yet'",
            "mlp: test_auc is 0.8009, the summary gives 0.8108",
        ]

    def test_other_data_and_an_unknown_model_differ(self):
        reference = summary(TEN, model="resnet")
        found = differences(
            type(reference)("lidc-nodules", "sha256:1", reference.trivial, reference.models), TINY, RULE
        )
        assert "resnet is not a model of lidc-nodules" in found
        assert any(text.startswith("data.digest is sha256:000") for text in found)
