"""Runs that are placed once give what comparing their scores gives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.score.auc import OneClassOnlyError, roc_auc
from harness.score.clustered import PatientSums, clustered_covariance
from harness.score.readers import difference_of, run_averaged_difference
from harness.score.readings import Readings
from tests.score.test_readers import sample


def test_many_are_compared_as_two_are() -> None:
    candidate, reference, labels, patients = sample(11)
    ours, theirs = (Readings.of(scores, labels, patients) for scores in (candidate, reference))
    assert ours.runs == 5
    assert [one.area for one in ours.placed] == [roc_auc(row, labels) for row in candidate]
    assert difference_of(ours, theirs) == run_averaged_difference(candidate, reference, labels, patients)
    chosen = difference_of(ours.only([4, 1]), theirs.only([4, 1]))
    assert chosen == run_averaged_difference(candidate[[4, 1]], reference[[4, 1]], labels, patients)


def test_the_sums_of_two_stand_beside_each_other() -> None:
    candidate, reference, labels, patients = sample(12, runs=2)
    ours, theirs = (Readings.of(scores, labels, patients) for scores in (candidate, reference))
    together = clustered_covariance([*ours.placed, *theirs.placed], labels == 1, patients)
    assert np.array_equal(ours.sums.beside(theirs.sums).covariance(), together)
    swapped = theirs.sums.beside(ours.sums).covariance()
    assert swapped == pytest.approx(together[np.ix_([2, 3, 0, 1], [2, 3, 0, 1])])


def test_sums_over_other_patients_are_refused() -> None:
    candidate, _, labels, patients = sample(13)
    ours = Readings.of(candidate, labels, patients)
    half = len(labels) // 2
    others = PatientSums.of(
        Readings.of(candidate[:, :half], labels[:half], patients[:half]).placed, labels[:half] == 1, patients[:half]
    )
    with pytest.raises(ValueError, match="other patients"):
        ours.sums.beside(others)


def test_what_does_not_fit_is_refused() -> None:
    candidate, reference, labels, patients = sample(14)
    with pytest.raises(OneClassOnlyError):
        Readings.of(candidate, np.zeros_like(labels), patients)
    with pytest.raises(ValueError, match="not finite"):
        Readings.of(np.full_like(candidate, np.nan), labels, patients)
    ours, theirs = (Readings.of(scores, labels, patients) for scores in (candidate, reference))
    with pytest.raises(ValueError, match="the same runs"):
        difference_of(ours, theirs.only([0]))


@given(st.integers(0, 10_000), st.integers(2, 5))
def test_the_other_way_round_it_is_the_negative(seed: int, runs: int) -> None:
    candidate, reference, labels, patients = sample(seed, runs=runs, patients=12)
    ours, theirs = (Readings.of(scores, labels, patients) for scores in (candidate, reference))
    found, other = difference_of(ours, theirs), difference_of(theirs, ours)
    assert found.estimate.value == -(other.estimate.value or 0)
    assert (found.estimate.lower, found.estimate.upper) == pytest.approx(
        (-(other.estimate.upper or 0), -(other.estimate.lower or 0))
    )
    assert found.p_apart() == pytest.approx(other.p_apart())
