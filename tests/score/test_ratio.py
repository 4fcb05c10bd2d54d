"""Ratios paired by run: held against scipy's paired t test of the logarithms, and against laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_rel

from harness.score.ratio import paired_ratio

COSTS = st.lists(st.tuples(st.floats(0.1, 1e6), st.floats(0.1, 1e6)), min_size=2, max_size=8)


@given(COSTS)
def test_it_is_the_paired_t_interval_of_the_logarithms(costs):
    ours, theirs = np.array(costs).T
    found = paired_ratio(ours.tolist(), theirs.tolist())
    interval = ttest_rel(np.log(ours), np.log(theirs)).confidence_interval(0.95)
    assert found.value == pytest.approx(math.exp(np.mean(np.log(ours / theirs))))
    if not np.isnan(interval.low):
        assert (found.lower, found.upper) == pytest.approx((math.exp(interval.low), math.exp(interval.high)))


@given(COSTS, st.floats(0.01, 100))
def test_units_cancel_and_the_other_way_round_it_is_one_over_it(costs, unit):
    ours, theirs = np.array(costs).T
    found = paired_ratio((ours * unit).tolist(), (theirs * unit).tolist())
    other = paired_ratio(theirs.tolist(), ours.tolist())
    assert found.value is not None and found.lower is not None and found.upper is not None
    assert other.value is not None and other.lower is not None and other.upper is not None
    assert found.value * other.value == pytest.approx(1)
    assert (found.lower * other.upper, found.upper * other.lower) == pytest.approx((1, 1))


def test_a_slow_day_that_both_had_widens_nothing():
    found = paired_ratio([50, 100, 55], [100, 200, 110])
    assert (found.value, found.lower, found.upper) == pytest.approx((0.5, 0.5, 0.5))


def test_one_pair_has_no_interval_and_none_nothing():
    one, none = paired_ratio([1], [4]), paired_ratio([], [])
    assert (one.value, one.lower) == (0.25, None)
    assert (none.value, none.reason) == (None, "no run of one has its counterpart in the other")


def test_what_no_float_holds_is_absent():
    too_large, too_wide = paired_ratio([1e200, 1e200], [1e-200, 1e-200]), paired_ratio([1e100, 1], [1, 1])
    assert (too_large.value, too_large.reason) == (None, "the ratio is too large or too small to be written")
    assert too_wide.value == pytest.approx(1e50) and too_wide.lower is None


@pytest.mark.parametrize(("ours", "theirs"), [([1, 2], [1]), ([0], [1]), ([1], [math.nan]), ([-1], [1])])
def test_what_is_no_cost_is_refused(ours, theirs):
    with pytest.raises(ValueError, match="cost"):
        paired_ratio(ours, theirs)
