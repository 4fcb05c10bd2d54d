from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.score.target import ScoredEpoch, time_to_target


def epochs(*aucs: float | None) -> list[ScoredEpoch]:
    return [ScoredEpoch(10.0 * n, auc) for n, auc in enumerate(aucs, start=1)]


def test_the_time_is_that_of_the_first_of_two_consecutive_epochs():
    quantity = time_to_target(epochs(0.6, 0.75, 0.6, 0.7, 0.71), target=0.7, no_target=None)
    assert (quantity.value, quantity.unit, quantity.source) == (40.0, "s", "harness monotonic clock")


@pytest.mark.parametrize(
    ("aucs", "reason"),
    [
        ((0.5, 0.6), "censored: no epoch of 2 reached the validation target 0.700"),
        ((0.7, 0.6, 0.7), "censored: no two consecutive epochs of 3 reached the validation target 0.700"),
        ((), "censored: no epoch of 0 reached the validation target 0.700"),
        ((0.8, None, 0.8), "censored: no two consecutive epochs of 3 reached the validation target 0.700"),
    ],
)
def test_never_reached_is_censored_with_a_reason(aucs, reason):
    quantity = time_to_target(epochs(*aucs), target=0.7, no_target=None)
    assert (quantity.value, quantity.reason) == (None, reason)


def test_no_target_is_absent_with_the_benchmark_s_reason():
    quantity = time_to_target(epochs(0.9, 0.9), target=None, no_target="not measured yet")
    assert (quantity.value, quantity.reason) == (None, "no validation target: not measured yet")


@given(st.lists(st.floats(0, 1), max_size=20), st.floats(0, 1))
def test_the_first_pair_decides(aucs, target):
    quantity = time_to_target(epochs(*aucs), target=target, no_target=None)
    pairs = [n for n in range(1, len(aucs)) if aucs[n - 1] >= target and aucs[n] >= target]
    assert quantity.value == (10.0 * pairs[0] if pairs else None)


@pytest.mark.parametrize(("target", "no_target"), [(None, None), (0.7, "why")])
def test_a_target_and_its_absence_exclude_each_other(target, no_target):
    with pytest.raises(ValueError):
        time_to_target([], target=target, no_target=no_target)
