"""ROC curves: held against the plain definition, against the area, and against the sensitivity of the metrics."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.score.auc import roc_auc
from harness.score.metrics import SENSITIVITY, RunScores, Settings, metrics
from harness.score.roc import RATES, mean_roc, roc_points

few = st.lists(st.tuples(st.integers(0, 8), st.booleans(), st.integers(1, 3)), min_size=2, max_size=20).filter(
    lambda cases: len({label for _, label, _ in cases}) == 2
)
SETTINGS = Settings(specificity=0.9, resamples=200, seed=1)


def by_definition(scores, positive, rates):
    """Every threshold's point, and a straight line between two; of several at one rate the highest."""
    cuts = [np.inf, *np.unique(scores)[::-1]]
    points = [((scores[~positive] >= cut).mean(), (scores[positive] >= cut).mean()) for cut in cuts]
    return [between(points, rate) for rate in rates]


def between(points, rate):
    left = max(point for point in points if point[0] <= rate + 1e-12)
    right = next((point for point in points if point[0] > rate + 1e-12), None)
    if right is None or rate <= left[0]:
        return left[1]
    return left[1] + (rate - left[0]) / (right[0] - left[0]) * (right[1] - left[1])


def arrays(cases):
    """Scores and labels, each case as often as it counts: what a resample is."""
    times = [count for _, _, count in cases]
    scores = np.repeat([score / 8 for score, _, _ in cases], times)
    return scores, np.repeat([label for _, label, _ in cases], times)


@given(few)
def test_the_mean_of_one_curve_is_that_curve(cases):
    scores, positive = arrays(cases)
    band = mean_roc([scores], positive, np.arange(len(scores)), Settings(0.9, 1, 1))
    expected = by_definition(scores, positive, RATES[::10])
    assert band.value[::10] == pytest.approx(expected)


@given(few)
def test_corners_enclose_the_area(cases):
    scores, positive = arrays(cases)
    points = roc_points(scores, positive)
    assert np.trapezoid(points[:, 1], points[:, 0]) == pytest.approx(roc_auc(scores, positive))
    assert points[0].tolist() == [0, 0]
    assert points[-1].tolist() == [1, 1]
    assert (np.diff(points, axis=0) >= 0).all()


def test_points_on_a_straight_line_are_no_corners():
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4])
    positive = np.array([True, True, False, False, True, False])
    assert roc_points(scores, positive) == pytest.approx(
        np.array([[0, 0], [0, 2 / 3], [2 / 3, 2 / 3], [2 / 3, 1], [1, 1]])
    )


def bounds(band):
    """Lower and upper, which are there."""
    assert band.lower is not None
    assert band.upper is not None
    return band.lower, band.upper


def invented(runs, cases=300, patients=120, seed=0):
    random = np.random.default_rng(seed)
    labels = (random.random(cases) < 0.4).astype(int)
    groups = random.integers(0, patients, cases)
    case = random.normal(size=cases) * 0.8
    return [1.2 * labels + case + random.normal(size=cases) for _ in range(runs)], labels, groups


@pytest.mark.parametrize("runs", [1, 4])
def test_at_one_in_ten_it_is_the_sensitivity_of_the_metrics_with_its_interval(runs):
    each, labels, groups = invented(runs)
    settings = Settings(specificity=0.9, resamples=2000, seed=1)
    probabilities = [1 / (1 + np.exp(-scores)) for scores in each]
    known = metrics([RunScores(scores, 0.5) for scores in probabilities], labels, groups, settings)[SENSITIVITY]
    band = mean_roc(probabilities, labels, groups, settings)
    lower, upper = bounds(band)
    assert (band.value[10], lower[10], upper[10]) == pytest.approx((known.value, known.lower, known.upper))


def test_the_mean_is_vertical_and_lies_in_its_band():
    each, labels, groups = invented(3)
    band = mean_roc(each, labels, groups, SETTINGS)
    assert band.value == pytest.approx(np.mean([by_definition(scores, labels == 1, RATES) for scores in each], axis=0))
    lower, upper = bounds(band)
    assert (lower <= band.value).all()
    assert (band.value <= upper).all()
    assert (band.value[-1], lower[-1], upper[-1]) == (1, 1, 1)
    assert (np.diff(band.value) >= 0).all()
    assert "200 resamples of patients" in band.method
    assert "s²/n between runs" in band.method


def test_runs_that_differ_widen_the_band():
    each, labels, groups = invented(2)
    same = mean_roc([each[0], each[0]], labels, groups, SETTINGS)
    alone = mean_roc([each[0]], labels, groups, SETTINGS)
    assert bounds(same)[0] == pytest.approx(bounds(alone)[0])
    apart = mean_roc([each[0], 1 - each[0]], labels, groups, SETTINGS)
    values = [mean_roc([run], labels, groups, SETTINGS).value for run in (each[0], 1 - each[0])]
    spread = 1.96 * np.std(values, axis=0, ddof=1) / np.sqrt(2)
    lower, _ = bounds(apart)
    inside = lower > 0
    assert inside.any()
    assert (apart.value - lower >= spread - 1e-9)[inside].all()


def test_cases_of_one_patient_count_together():
    """The same cases, each twice under its patient, say no more: the band stays as wide, and is no narrower as it would
    be with twice the patients."""
    each, labels, _ = invented(1)
    patients = np.arange(len(labels))
    once = mean_roc(each, labels, patients, SETTINGS)
    twice = mean_roc([np.tile(each[0], 2)], np.tile(labels, 2), np.tile(patients, 2), SETTINGS)
    assert bounds(twice)[0] == pytest.approx(bounds(once)[0])
    assert bounds(twice)[1] == pytest.approx(bounds(once)[1])


def test_one_patient_gives_a_curve_without_a_band():
    each, labels, _ = invented(1)
    band = mean_roc(each, labels, np.zeros(len(labels), dtype=int), SETTINGS)
    assert (band.lower, band.upper) == (None, None)
    assert "one patient" in str(band.reason)
    assert np.isfinite(band.value).all()


@settings(deadline=None)
@given(few)
def test_a_resample_is_the_curve_of_the_cases_that_were_drawn(cases):
    """Through the class's own door: weights and repeated cases give the same."""
    from harness.score.roc import _Curve

    scores = np.array([score / 8 for score, _, _ in cases])
    positive = np.array([label for _, label, _ in cases])
    weights = np.array([[count for _, _, count in cases]], dtype=np.int32)
    repeated, labels = arrays(cases)
    expected = by_definition(repeated, labels, RATES[::10])
    assert _Curve(scores, positive).sensitivities(weights)[0, ::10] == pytest.approx(expected)
