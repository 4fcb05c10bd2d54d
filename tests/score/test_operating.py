"""Thresholds: held against trying every one of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.score.operating import Curve, balanced_accuracy, best_threshold, sensitivity_at_specificity

few = st.lists(st.tuples(st.integers(0, 8), st.booleans()), min_size=2, max_size=30).filter(
    lambda cases: len({label for _, label in cases}) == 2
)


def arrays(cases):
    return np.array([score / 8 for score, _ in cases]), np.array([label for _, label in cases])


def candidates(scores):
    """A threshold at every score, and one above all."""
    return [*np.unique(scores), 2.0]


@given(few, st.sampled_from([0.5, 0.8, 0.9, 0.95]))
def test_no_threshold_of_the_wanted_specificity_is_more_sensitive(cases, specificity):
    scores, positive = arrays(cases)
    allowed = [
        (scores[positive] >= t).mean()
        for t in candidates(scores)
        if (scores[~positive] < t).mean() >= specificity - 1e-12
    ]
    assert sensitivity_at_specificity(scores, positive, specificity) == pytest.approx(max(allowed))


@given(few)
def test_no_threshold_is_better_balanced(cases):
    scores, positive = arrays(cases)
    threshold = best_threshold(scores, positive)
    assert threshold is not None
    found = balanced_accuracy(scores, positive, threshold).value
    assert found == pytest.approx(max(balanced_accuracy(scores, positive, t).value for t in candidates(scores)[:-1]))


def test_the_threshold_lies_halfway_so_that_rounding_moves_no_case():
    assert best_threshold(np.array([0.1, 0.2, 0.6, 0.9]), np.array([False, False, True, True])) == pytest.approx(0.4)


def test_of_equally_good_thresholds_the_highest():
    scores, positive = np.array([0.1, 0.3, 0.5, 0.7]), np.array([False, True, False, True])
    assert best_threshold(scores, positive) == pytest.approx(0.6)


@pytest.mark.parametrize("positive", [[True, True], [False, False]])
def test_one_class_has_no_threshold(positive):
    assert best_threshold(np.array([0.1, 0.2]), np.array(positive)) is None


def test_balanced_accuracy_by_hand():
    scores, positive = np.array([0.9, 0.4, 0.6, 0.1, 0.2]), np.array([True, True, False, False, False])
    assert balanced_accuracy(scores, positive, 0.5).value == pytest.approx((1 / 2 + 2 / 3) / 2)


@given(few, st.lists(st.integers(0, 3), min_size=30, max_size=30))
def test_weights_are_cases_that_stand_there_more_than_once(cases, counts):
    scores, positive = arrays(cases)
    weights = np.array(counts[: len(scores)], dtype=np.int32)
    repeated, again = np.repeat(scores, weights), np.repeat(positive, weights)
    found = Curve(scores, positive).sensitivity(weights[None], 0.9)[0]
    if not again.any() or again.all():
        assert np.isnan(found)
    else:
        assert found == pytest.approx(sensitivity_at_specificity(repeated, again, 0.9))


@given(few)
def test_influences_add_up_to_nothing(cases):
    scores, positive = arrays(cases)
    assert balanced_accuracy(scores, positive, 0.5).influence.sum() == pytest.approx(0.0, abs=1e-12)
