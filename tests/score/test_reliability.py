"""Reliability diagrams: bins of equal count, and intervals that respect patients."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.score.metrics import Settings
from harness.score.reliability import BINS, reliability

SETTINGS = Settings(specificity=0.9, resamples=500, seed=1)


def bounds(found):
    """Lower and upper, which are there."""
    assert found.observed.lower is not None
    assert found.observed.upper is not None
    return found.observed.lower, found.observed.upper


def calibrated(cases, seed=0):
    """Probabilities that come true."""
    random = np.random.default_rng(seed)
    predictions = random.random(cases)
    return predictions, (random.random(cases) < predictions).astype(int)


def test_ten_bins_of_equal_count_from_the_lowest():
    predictions, labels = calibrated(200)
    found = reliability([predictions], labels, np.arange(200), None)
    ordered = np.argsort(predictions).reshape(BINS, 20)
    assert found.count.tolist() == [20] * BINS
    assert found.predicted == pytest.approx(predictions[ordered].mean(axis=1))
    assert found.observed.value == pytest.approx(labels[ordered].mean(axis=1))
    assert found.observed.lower is None
    assert found.observed.reason


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), min_size=1, max_size=60))
def test_ties_are_never_parted_and_nothing_is_lost(cases):
    predictions = np.array([score / 3 for score, _ in cases])
    labels = np.array([int(label) for _, label in cases])
    found = reliability([predictions], labels, np.arange(len(cases)), None)
    assert found.count.sum() == len(cases)
    assert (found.count * found.predicted).sum() == pytest.approx(predictions.sum())
    assert (found.count * found.observed.value).sum() == pytest.approx(labels.sum())
    assert len(found.count) <= len(np.unique(predictions))
    assert (np.diff(found.predicted) > 0).all()


def test_runs_are_taken_together():
    one, labels = calibrated(100)
    other = np.clip(one + 0.05, 0, 1)
    found = reliability([one, other], labels, np.arange(100), SETTINGS)
    both = np.concatenate([one, other])
    assert found.count.sum() == 200
    assert (found.count * found.predicted).sum() == pytest.approx(both.sum())
    assert (found.count * found.observed.value).sum() == pytest.approx(2 * labels.sum())


def test_what_comes_true_lies_within_most_intervals():
    """In 40 invented samples of 10 bins, about 95 % of the intervals hold the mean prediction."""
    held = []
    for seed in range(40):
        predictions, labels = calibrated(600, seed)
        found = reliability([predictions], labels, np.arange(600), SETTINGS)
        lower, upper = bounds(found)
        inside = (lower <= found.predicted) & (found.predicted <= upper)
        held += inside[np.isfinite(lower)].tolist()
    assert 0.9 < np.mean(held) < 0.99


def test_repeating_a_patient_s_cases_makes_nothing_surer():
    predictions, labels = calibrated(300)
    once = reliability([predictions], labels, np.arange(300), SETTINGS)
    thrice = reliability([np.tile(predictions, 3)], np.tile(labels, 3), np.tile(np.arange(300), 3), SETTINGS)
    assert bounds(thrice)[0] == pytest.approx(bounds(once)[0], nan_ok=True)


def test_a_bin_of_one_class_has_no_interval():
    predictions = np.linspace(0, 1, 100)
    labels = (predictions > 0.45).astype(int)
    found = reliability([predictions], labels, np.arange(100), SETTINGS)
    assert np.isnan(bounds(found)[0]).tolist() == [value in (0, 1) for value in found.observed.value]
    assert np.isfinite(bounds(found)[0]).any()


def test_one_patient_has_no_interval():
    predictions, labels = calibrated(50)
    found = reliability([predictions], labels, np.zeros(50, dtype=int), SETTINGS)
    assert found.observed.lower is None
    assert "one patient" in str(found.observed.reason)
