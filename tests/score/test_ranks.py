"""Rank ranges: by hand, by law, and by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_rel

from harness.score.ranks import Range, rank_ranges

tables = (
    st.integers(2, 5)
    .flatmap(
        lambda runs: st.lists(st.lists(st.floats(0.5, 50.0), min_size=runs, max_size=runs), min_size=2, max_size=6)
    )
    .filter(lambda rows: np.ptp(np.log(rows) - np.log(rows)[0], axis=1).max() > 1e-6)
)


def table(rows):
    return {f"entry{n}": dict(enumerate(row, start=1)) for n, row in enumerate(rows)}


def noisy(seed, levels, *, runs=5, noise=0.02):
    random = np.random.default_rng(seed)
    block = random.normal(0, 0.2, runs)
    return table(np.exp(np.log(levels)[:, None] + block + random.normal(0, noise, (len(levels), runs))))


def test_two_entries_are_a_paired_t_test_on_logarithms():
    costs = table([[1.0, 2.0, 3.1], [1.5, 2.6, 5.0]])
    one, other = (np.log(list(runs.values())) for runs in costs.values())
    p = ttest_rel(one, other).pvalue
    apart = rank_ranges(costs).ranges["entry0"] == Range(1, 1)
    assert apart == (p <= 0.05)
    assert rank_ranges(costs).freedom == 2


def test_clear_differences_give_single_ranks_whatever_the_blocks_do():
    found = rank_ranges(noisy(1, np.array([1.0, 2.0, 4.0])))
    assert found.ranges == {"entry0": Range(1, 1), "entry1": Range(2, 2), "entry2": Range(3, 3)}


def test_entries_that_can_not_be_told_apart_share_a_range():
    found = rank_ranges(noisy(2, np.array([1.0, 1.001, 3.0])))
    assert found.ranges == {"entry0": Range(1, 2), "entry1": Range(1, 2), "entry2": Range(3, 3)}


def test_the_spread_is_the_noise_as_a_factor():
    assert rank_ranges(noisy(3, np.ones(40), runs=20, noise=0.05)).spread == pytest.approx(math.exp(0.05), rel=0.01)


@given(tables)
def test_ranges_fit_together(rows):
    found = rank_ranges(table(rows)).ranges
    for each in found.values():
        assert 1 <= each.best <= each.worst <= len(rows)
    means = np.log(rows).mean(axis=1)
    assert found[f"entry{int(means.argmin())}"].best == 1
    assert found[f"entry{int(means.argmax())}"].worst == len(rows)


@given(tables, st.floats(0.01, 100.0), st.randoms())
def test_the_unit_and_a_slow_day_do_not_matter(rows, unit, random):
    plain = rank_ranges(table(rows)).ranges
    days = [random.uniform(0.5, 2.0) for _ in rows[0]]
    slower = [[unit * day * value for day, value in zip(days, row, strict=True)] for row in rows]
    # A p-value that stands exactly at its bound may fall to either side by rounding; none of these does.
    assert rank_ranges(table(slower)).ranges == plain


@pytest.mark.slow
def test_false_order_is_rare():
    """Eight equal entries: in at most 5 % of tables (± 3 standard errors of 600) is any pair called different."""
    wrong = sum(
        any(each != Range(1, 8) for each in rank_ranges(noisy(seed, np.ones(8))).ranges.values()) for seed in range(600)
    )
    assert wrong / 600 < 0.05 + 3 * math.sqrt(0.05 * 0.95 / 600)


@pytest.mark.parametrize(
    ("costs", "reason"),
    [
        ({"one": {1: 1.0, 2: 2.0}}, "nothing to rank against"),
        ({"one": {1: 1.0, 2: 2.0}, "two": {2: 1.0, 3: 2.0}}, "1 run numbers in common"),
        ({"one": {1: 1.0, 2: 2.0}, "two": {1: 2.0, 2: 4.0}}, "do not vary"),
    ],
)
def test_where_there_is_no_ranking_the_reason_is_given(costs, reason):
    found = rank_ranges(costs)
    assert found.ranges == {}
    assert reason in str(found.reason)


def test_a_cost_of_nothing_is_refused():
    with pytest.raises(ValueError, match="above 0"):
        rank_ranges({"one": {1: 0.0}, "two": {1: 1.0}})
