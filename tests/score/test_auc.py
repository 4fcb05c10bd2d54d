"""ROC areas and their intervals, against implementations that share no code with them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from harness.score.auc import AREA_METHOD, OneClassOnlyError, auc_difference, auc_estimate, roc_auc
from harness.score.clustered import clustered_covariance, placements
from harness.score.estimate import Estimate

Array = npt.NDArray[Any]


def pairwise_auc(scores: Sequence[float], labels: Sequence[int]) -> float:
    """The definition: every positive case against every negative one."""
    wins = [
        (x > y) + (x == y) / 2
        for (x, a), (y, b) in itertools.product(zip(scores, labels, strict=True), repeat=2)
        if a == 1 and b == 0
    ]
    return sum(wins) / len(wins)


def delong_variance(scores: Array, labels: Array) -> float:
    """DeLong 1988, from the pairwise kernel, each case its own patient."""
    x, y = scores[labels == 1], scores[labels == 0]
    kernel = (x[:, None] > y[None, :]) + (x[:, None] == y[None, :]) / 2
    return float(kernel.mean(axis=1).var(ddof=1) / len(x) + kernel.mean(axis=0).var(ddof=1) / len(y))


def obuchowski_covariance(first: Array, second: Array, labels: Array, patients: Array) -> float:
    """Obuchowski 1997, equations for clustered data, written as loops over patients with S10, S01, S11."""

    def parts(scores: Array) -> tuple[Array, Array, float]:
        x, y = scores[labels == 1], scores[labels == 0]
        kernel = (x[:, None] > y[None, :]) + (x[:, None] == y[None, :]) / 2
        return kernel.mean(axis=1), kernel.mean(axis=0), float(kernel.mean())

    pairs = (parts(first), parts(second))
    v10, v01, theta = [p[0] for p in pairs], [p[1] for p in pairs], [p[2] for p in pairs]
    px, py = patients[labels == 1], patients[labels == 0]
    m, n = len(px), len(py)
    i10, i01, i = len(set(px)), len(set(py)), len(set(patients))
    s10 = s01 = s11 = s11_swapped = 0.0
    for patient in sorted(set(patients)):
        a = [v10[k][px == patient].sum() - (px == patient).sum() * theta[k] for k in (0, 1)]
        b = [v01[k][py == patient].sum() - (py == patient).sum() * theta[k] for k in (0, 1)]
        s10 += a[0] * a[1]
        s01 += b[0] * b[1]
        s11 += a[0] * b[1]
        s11_swapped += b[0] * a[1]
    s10 *= i10 / ((i10 - 1) * m)
    s01 *= i01 / ((i01 - 1) * n)
    s11, s11_swapped = s11 * i / (i - 1), s11_swapped * i / (i - 1)
    return s10 / m + s01 / n + (s11 + s11_swapped) / (m * n)


def clustered_sample(
    rng: np.random.Generator, patients: int = 120, *, shift: float = 1.2, between: float = 1.0, within: float = 1.0
) -> tuple[Array, Array, Array]:
    """Cases of patients who share a random effect and, mostly, a label.

    The population AUC is Φ(shift / √(2(between² + within²))).
    """
    sizes = rng.integers(1, 6, size=patients)
    patient = np.repeat(np.arange(patients), sizes)
    prevalence = rng.beta(0.3, 0.3, size=patients)[patient]
    labels = (rng.random(len(patient)) < prevalence).astype(np.uint8)
    effect = rng.normal(0, between, size=patients)[patient]
    scores = shift * labels + effect + rng.normal(0, within, size=len(patient))
    return scores, labels, patient


def variance(scores: Array, labels: Array, patients: Array) -> float:
    positive = labels == 1
    return float(clustered_covariance([placements(scores, positive)], positive, patients)[0, 0])


scored_cases = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 1)), min_size=2, max_size=40).filter(
    lambda cases: len({label for _, label in cases}) == 2
)


@given(scored_cases)
def test_area_equals_the_pairwise_definition_with_ties(cases):
    scores, labels = zip(*cases, strict=True)
    assert roc_auc(scores, labels) == pytest.approx(pairwise_auc(scores, labels), abs=1e-12)


@given(scored_cases)
def test_area_of_reversed_scores_is_the_complement(cases):
    scores, labels = (np.array(column) for column in zip(*cases, strict=True))
    assert roc_auc(-scores, labels) == pytest.approx(1 - roc_auc(scores, labels), abs=1e-12)


@given(scored_cases)
def test_area_ignores_any_increasing_transformation(cases):
    scores, labels = (np.array(column) for column in zip(*cases, strict=True))
    assert roc_auc(np.exp(scores) - 7, labels) == roc_auc(scores, labels)


def test_area_of_a_known_table():
    # Hanley and McNeil 1982, table I: 51 abnormal and 58 normal CT images in five ratings; area 0.893.
    normal, abnormal = (33, 6, 6, 11, 2), (3, 2, 2, 11, 33)
    scores = [rating for counts in (normal, abnormal) for rating, n in enumerate(counts) for _ in range(n)]
    labels = [0] * sum(normal) + [1] * sum(abnormal)
    assert roc_auc(scores, labels) == pytest.approx(0.893, abs=5e-4)


def test_each_case_its_own_patient_is_delong_exactly():
    rng = np.random.default_rng(3)
    labels = (rng.random(90) < 0.4).astype(int)
    scores = np.round(rng.normal(labels, 1.0), 1)
    assert variance(scores, labels, np.arange(90)) == pytest.approx(delong_variance(scores, labels), rel=1e-12)


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 1), st.integers(0, 7)), min_size=4, max_size=40
    ).filter(lambda rows: all(len({row[3] for row in rows if row[2] == label}) >= 2 for label in (0, 1)))
)
def test_covariance_equals_obuchowski_written_as_loops(rows):
    first, second, labels, patients = (np.array(column) for column in zip(*rows, strict=True))
    positive = labels == 1
    matrix = clustered_covariance([placements(first, positive), placements(second, positive)], positive, patients)
    assert matrix[0, 1] == pytest.approx(obuchowski_covariance(first, second, labels, patients), abs=1e-12)
    assert matrix[1, 1] == pytest.approx(obuchowski_covariance(second, second, labels, patients), abs=1e-12)
    assert matrix[0, 1] == pytest.approx(matrix[1, 0], abs=1e-15)
    assert matrix[0, 0] >= -1e-15


def test_variance_agrees_with_a_jackknife_over_patients():
    scores, labels, patients = clustered_sample(np.random.default_rng(11), patients=250)
    left_out = np.array([roc_auc(scores[patients != p], labels[patients != p]) for p in range(250)])
    jackknife = 249 / 250 * ((left_out - left_out.mean()) ** 2).sum()
    assert variance(scores, labels, patients) == pytest.approx(jackknife, rel=0.05)


def test_variance_of_a_difference_agrees_with_a_jackknife_over_patients():
    rng = np.random.default_rng(12)
    scores, labels, patients = clustered_sample(rng, patients=250)
    others = scores + rng.normal(0, 1, size=len(scores))
    estimate = auc_difference(scores, others, labels, patients)
    assert estimate.value == pytest.approx(roc_auc(scores, labels) - roc_auc(others, labels), abs=1e-12)
    kept = [patients != p for p in range(250)]
    left_out = np.array([roc_auc(scores[k], labels[k]) - roc_auc(others[k], labels[k]) for k in kept])
    jackknife = 249 / 250 * ((left_out - left_out.mean()) ** 2).sum()
    assert estimate.lower is not None and estimate.upper is not None
    half = (estimate.upper - estimate.lower) / 2
    assert half == pytest.approx(1.959964 * math.sqrt(jackknife), rel=0.03)


def test_interval_covers_the_population_area_about_as_often_as_it_says():
    rng, truth = np.random.default_rng(2024), norm.cdf(1.2 / 2)
    covered = ignoring_patients = 0
    trials = 600
    for _ in range(trials):
        scores, labels, patients = clustered_sample(rng)
        clustered = auc_estimate(scores, labels, patients)
        single = auc_estimate(scores, labels, np.arange(len(labels)))
        assert clustered.lower is not None and clustered.upper is not None
        assert single.lower is not None and single.upper is not None
        covered += clustered.lower <= truth <= clustered.upper
        ignoring_patients += single.lower <= truth <= single.upper
    # The standard error of a coverage of 0.95 over 600 trials is 0.009.
    assert 0.92 <= covered / trials <= 0.98
    assert ignoring_patients / trials < 0.90, "patients must matter in this simulation, or it tests nothing"


@given(scored_cases, st.integers(1, 6))
def test_interval_contains_its_value_and_stays_inside_the_unit_interval(cases, patients):
    scores, labels = zip(*cases, strict=True)
    estimate = auc_estimate(scores, labels, np.arange(len(scores)) % patients)
    assert estimate.value is not None
    if estimate.lower is None or estimate.upper is None:
        assert estimate.reason is not None and estimate.reason.startswith("no interval")
    else:
        assert 0.0 <= estimate.lower <= estimate.value <= estimate.upper <= 1.0


def test_interval_ignores_the_names_of_patients():
    scores, labels, patients = clustered_sample(np.random.default_rng(5))
    renamed = 10_000 - 7 * patients
    assert auc_estimate(scores, labels, renamed).lower == pytest.approx(auc_estimate(scores, labels, patients).lower)


@pytest.mark.parametrize("label", [0, 1])
def test_one_class_only_has_no_value_and_says_why(label):
    estimate = auc_estimate([0.1, 0.9, 0.4], [label] * 3, [0, 1, 2])
    assert estimate == Estimate.absent(
        AREA_METHOD, f"no ROC curve: {3 * label} of 3 cases are positive, and both classes are needed"
    )
    assert auc_difference([0.1, 0.9, 0.4], [1, 2, 3], [label] * 3, [0, 1, 2]).value is None
    with pytest.raises(OneClassOnlyError):
        roc_auc([0.1, 0.9, 0.4], [label] * 3)


@pytest.mark.parametrize(("scores", "value"), [([1, 2, 3, 4], 1.0), ([4, 3, 2, 1], 0.0), ([7, 7, 7, 7], 0.5)])
def test_no_variance_gives_a_value_without_an_interval(scores, value):
    estimate = auc_estimate(scores, [0, 0, 1, 1], [0, 1, 2, 3])
    assert (estimate.value, estimate.lower, estimate.upper) == (value, None, None)
    assert estimate.reason is not None and "don't vary" in estimate.reason


@pytest.mark.parametrize("patients", [[5, 5, 5, 5], [1, 1, 2, 2], [1, 2, 3, 3]])
def test_fewer_than_two_patients_in_a_class_give_no_interval(patients):
    estimate = auc_estimate([1, 3, 2, 4], [0, 0, 1, 1], patients)
    assert estimate.value == 0.75 and estimate.lower is None
    assert estimate.reason is not None and "two of each are needed" in estimate.reason


def test_difference_of_equal_orders_is_zero_without_an_interval():
    scores, labels, patients = clustered_sample(np.random.default_rng(6))
    estimate = auc_difference(scores, 3 * scores + 1, labels, patients)
    assert estimate.value == 0.0 and estimate.lower is None


@pytest.mark.parametrize(
    ("scores", "labels", "patients", "message"),
    [
        ([0.1, 0.2], [0, 1, 1], [0, 1, 2], "one score for each label"),
        ([0.1, math.nan, 0.2], [0, 1, 1], [0, 1, 2], "not finite"),
        ([0.1, 0.2, 0.3], [0, 1, 2], [0, 1, 2], "neither 0 nor 1"),
        ([0.1, 0.2, 0.3], [0, 1, 1], [0, 1], "one patient for each case"),
        ([0.1, 0.2, 0.3], [0, 1, 1], [0.5, 1.0, 2.0], "named by integers"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(scores, labels, patients, message):
    with pytest.raises(ValueError, match=message):
        auc_estimate(scores, labels, patients)


@pytest.mark.parametrize(
    "parts",
    [
        (0.5, 0.4, None, "m", None),
        (0.5, None, None, "m", None),
        (0.5, 0.4, 0.6, "m", "why"),
        (None, 0.4, 0.6, "m", None),
        (math.nan, None, None, "m", "why"),
    ],
)
def test_an_estimate_is_whole_or_has_a_reason(parts):
    with pytest.raises(ValueError):
        Estimate(*parts)
