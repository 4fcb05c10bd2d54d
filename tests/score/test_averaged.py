"""Areas averaged over runs: held against those of one run, against the whole covariance matrix, and against laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import logit
from scipy.stats import norm

from harness.score.auc import auc_difference, auc_estimate
from harness.score.averaged import averaged_auc, averaged_difference
from harness.score.clustered import clustered_covariance, placements

Z = 1.959963984540054


def sample(seed: int = 0, *, runs: int = 10, patients: int = 60, between: float = 0.2, within: float = 0.8):
    """Scores [runs, cases] that share each case's difficulty, a rival's, labels, and patients of 1 to 4 cases."""
    random = np.random.default_rng(seed)
    patient = np.repeat(np.arange(patients), random.integers(1, 5, patients))
    cases = len(patient)
    labels = np.where(random.random(cases) < 0.5, 1, 0)
    labels[:2], patient[:2] = (0, 1), (0, 0)
    shared = random.normal(size=patients)[patient] + random.normal(size=cases)
    skill = 1.2 + random.normal(0, between, runs)
    scores = skill[:, None] * labels + shared + random.normal(0, within, (runs, cases))
    return scores, 0.6 * labels + random.normal(size=cases), labels, patient


def close(ours, theirs, tolerance=1e-12):
    return (ours.value, ours.lower, ours.upper) == pytest.approx(
        (theirs.value, theirs.lower, theirs.upper), abs=tolerance
    )


def value_of(estimate) -> float:
    assert estimate.value is not None
    return float(estimate.value)


def variance_of(estimate) -> float:
    """From the width of the interval back to the variance of the mean area."""
    half = (logit(estimate.upper) - logit(estimate.lower)) / 2
    return float(half * estimate.value * (1 - estimate.value) / Z) ** 2


@pytest.mark.parametrize("runs", [2, 3, 10])
def test_identical_runs_are_one_run(runs):
    (scores,), others, labels, patients = sample(runs=1)
    same = [scores] * runs
    assert close(averaged_auc(same, labels, patients), auc_estimate(scores, labels, patients))
    assert close(averaged_difference(same, others, labels, patients), auc_difference(scores, others, labels, patients))


def test_the_value_is_the_mean_over_runs():
    scores, others, labels, patients = sample(1)
    areas = [value_of(auc_estimate(one, labels, patients)) for one in scores]
    gains = [value_of(auc_difference(one, others, labels, patients)) for one in scores]
    assert averaged_auc(scores, labels, patients).value == pytest.approx(np.mean(areas), abs=1e-15)
    assert averaged_difference(scores, others, labels, patients).value == pytest.approx(np.mean(gains), abs=1e-15)


def test_the_variance_holds_every_covariance_between_runs_and_that_between_runs():
    scores, _, labels, patients = sample(2)
    positive = labels == 1
    covariance = clustered_covariance([placements(one, positive) for one in scores], positive, patients)
    areas = [value_of(auc_estimate(one, labels, patients)) for one in scores]
    expected = covariance.mean() + np.var(areas, ddof=1) / len(areas)
    assert variance_of(averaged_auc(scores, labels, patients)) == pytest.approx(expected, rel=1e-9)


def test_it_is_wider_than_obuchowski_and_rockette_by_what_the_docstring_says():
    scores, _, labels, patients = sample(3)
    positive, runs = labels == 1, len(scores)
    covariance = clustered_covariance([placements(one, positive) for one in scores], positive, patients)
    areas = [value_of(auc_estimate(one, labels, patients)) for one in scores]
    mean_variance = np.trace(covariance) / runs
    mean_covariance = (covariance.sum() - np.trace(covariance)) / (runs * (runs - 1))
    theirs = np.var(areas, ddof=1) / runs + mean_covariance
    ours = variance_of(averaged_auc(scores, labels, patients))
    assert ours - theirs == pytest.approx((mean_variance - mean_covariance) / runs, rel=1e-6)
    assert ours > theirs


def test_the_difference_counts_the_rival_s_covariance():
    scores, others, labels, patients = sample(4)
    positive = labels == 1
    rival = placements(others, positive)
    gains = [placements(one, positive).minus(rival) for one in scores]
    expected = clustered_covariance(gains, positive, patients).mean() + np.var([g.area for g in gains], ddof=1) / 10
    found = averaged_difference(scores, others, labels, patients)
    assert found.upper is not None and found.lower is not None
    assert (found.upper - found.lower) / (2 * Z) == pytest.approx(math.sqrt(expected), rel=1e-9)


@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_the_order_of_runs_does_not_matter(seed, random):
    scores, others, labels, patients = sample(seed, runs=4, patients=12)
    order = list(range(4))
    random.shuffle(order)
    assert close(averaged_auc(scores[order], labels, patients), averaged_auc(scores, labels, patients), 1e-9)
    assert close(
        averaged_difference(scores[order], others, labels, patients),
        averaged_difference(scores, others, labels, patients),
        1e-9,
    )


@given(st.integers(0, 10_000), st.integers(2, 12))
def test_a_predictor_gains_nothing_over_itself(seed, runs):
    _, others, labels, patients = sample(seed, runs=1, patients=12)
    gain = averaged_difference([others] * runs, others, labels, patients)
    assert gain.value == 0.0
    assert gain.lower is None
    assert gain.reason is not None and "don't vary" in gain.reason


@given(st.integers(0, 10_000))
def test_the_interval_holds_the_value_and_stays_within_its_bounds(seed):
    scores, others, labels, patients = sample(seed, runs=3, patients=12)
    for found, low in (
        (averaged_auc(scores, labels, patients), 0.0),
        (averaged_difference(scores, others, labels, patients), -1.0),
    ):
        assert found.value is not None and found.lower is not None and found.upper is not None
        assert low <= found.lower <= found.value <= found.upper <= 1.0


def test_the_interval_covers_the_truth():
    """300 experiments of 5 trainings on 60 patients; the truth is the binormal model's area, averaged over skill."""
    random = np.random.default_rng(5)
    between, within = 0.2, 0.8
    skill = 1.2 + between * random.normal(size=200_000)
    truth = float(norm.cdf(skill / math.sqrt(2 * (2 + within**2))).mean())
    found = [
        averaged_auc(scores, labels, patients)
        for scores, _, labels, patients in (sample(seed, runs=5) for seed in range(300))
    ]
    covered = sum(one.lower <= truth <= one.upper for one in found if one.lower is not None and one.upper is not None)
    # 95 % of 300 is 285, with a standard deviation of 4.
    assert covered >= 277


def test_one_run_has_a_value_and_no_interval():
    scores, others, labels, patients = sample(runs=1)
    for found in (averaged_auc(scores, labels, patients), averaged_difference(scores, others, labels, patients)):
        assert found.value is not None
        assert found.lower is None
        assert found.reason == "no interval: how much runs differ can't be told from one"


def test_one_class_has_no_value():
    found = averaged_auc([[0.1, 0.2], [0.3, 0.1]], [1, 1], [0, 1])
    assert found.value is None
    assert found.reason is not None and "no ROC curve" in found.reason


def test_one_patient_has_no_interval():
    found = averaged_auc([[0.1, 0.2], [0.3, 0.1]], [0, 1], [0, 0])
    assert found.value == 0.5
    assert found.reason is not None and "two of each are needed" in found.reason


@pytest.mark.parametrize(
    ("runs", "labels", "patients"),
    [([], [0, 1], [0, 1]), ([[0.1]], [0, 1], [0, 1]), ([[0.1, 0.2]] * 2, [0, 1], [0]), ([[0.1, 0.2]], [0, 2], [0, 1])],
)
def test_what_does_not_fit_is_refused(runs, labels, patients):
    with pytest.raises(ValueError):
        averaged_auc(runs, labels, patients)
