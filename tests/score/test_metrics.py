"""Intervals of the figures besides the area: against leaving out one patient after the other, and by simulation."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit

from harness.score.auc import auc_estimate, roc_auc
from harness.score.bootstrap import patient_weights, percentile_interval
from harness.score.calibration import brier, calibration_intercept, calibration_slope
from harness.score.estimate import CONFIDENCE
from harness.score.influence import mean_of, patient_variance
from harness.score.metrics import NAMES, RunScores, Settings, metrics
from harness.score.operating import balanced_accuracy
from harness.spec.load import load_ruleset
from tests.score.material_quality import sample

RULES = Settings(specificity=0.9, resamples=500, seed=1)
FIGURES = {
    "balanced_accuracy": lambda p, y: balanced_accuracy(p, y, 0.45),
    "brier": brier,
    "calibration_intercept": calibration_intercept,
    "calibration_slope": calibration_slope,
}


def figures(runs, positive, patient, rules=RULES):
    """`metrics`, of which the type checker knows that nothing is missing."""
    found: Any = metrics(runs, positive, patient, rules)
    return found


def jackknife(figure, probabilities, positive, patient):
    """Variance from leaving out one patient after the other (B. Efron, C. Stein, Ann. Statist. 9 (1981) 586)."""
    names = np.unique(patient)
    values = np.array([figure(probabilities[patient != one], positive[patient != one]) for one in names])
    return (len(names) - 1) / len(names) * ((values - values.mean()) ** 2).sum()


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("seed", range(3))
def test_the_variance_is_that_of_leaving_out_patients(name, seed):
    probabilities, positive, patient = sample(seed, patients=250)
    ours = patient_variance(FIGURES[name](probabilities, positive), patient)
    theirs = jackknife(lambda p, y: FIGURES[name](p, y).value, probabilities, positive, patient)
    assert ours == pytest.approx(theirs, rel=0.06)


@pytest.mark.parametrize("seed", range(3))
def test_the_variance_of_the_area_is_that_of_leaving_out_patients(seed):
    probabilities, positive, patient = sample(seed, patients=250)
    found: Any = auc_estimate(probabilities, positive.astype(int), patient)
    theirs = jackknife(lambda p, y: roc_auc(p, y.astype(int)), probabilities, positive, patient)
    area = found.value
    half = (math.log(found.upper / (1 - found.upper)) - math.log(found.lower / (1 - found.lower))) / 2
    assert (half * area * (1 - area) / 1.959964) ** 2 == pytest.approx(theirs, rel=0.06)


@pytest.mark.parametrize("name", FIGURES)
def test_resampling_patients_gives_about_the_same_interval(name):
    probabilities, positive, patient = sample(5, patients=300)
    found = figures([RunScores(probabilities, 0.45)], positive, patient)[name]

    def resampled(weights):
        rows = [np.repeat(np.arange(len(patient)), row) for row in weights]
        return np.array([FIGURES[name](probabilities[row], positive[row]).value for row in rows])

    interval: Any = percentile_interval(resampled, patient, resamples=600, seed=3)
    assert found.upper - found.lower == pytest.approx(interval[1] - interval[0], rel=0.15)


def test_patients_are_drawn_whole_and_as_many_as_there_are():
    _, _, patient = sample(0)
    weights = np.concatenate(list(patient_weights(patient, 50, seed=9)))
    assert weights.shape == (50, len(patient))
    first = [np.flatnonzero(patient == one)[0] for one in np.unique(patient)]
    assert (weights[:, first].sum(axis=1) == len(first)).all()
    assert all((weights[:, patient == one].T[0] == weights[:, patient == one].T).all() for one in np.unique(patient))


def test_the_resamples_are_the_same_in_every_version():
    # The raw stream of PCG64 is what numpy promises to keep; these counts were written down once.
    weights = np.concatenate(list(patient_weights(np.arange(8), 3, seed=1)))
    assert weights.tolist() == [[0, 1, 1, 2, 1, 0, 1, 2], [1, 0, 2, 1, 2, 0, 2, 0], [0, 2, 2, 2, 0, 0, 1, 1]]


def test_the_pieces_do_not_show(monkeypatch):
    patient = np.arange(30)
    whole = np.concatenate(list(patient_weights(patient, 40, seed=1)))
    monkeypatch.setattr("harness.score.bootstrap._CHUNK", 100)
    assert (np.concatenate(list(patient_weights(patient, 40, seed=1))) == whole).all()


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(1, 3))
def test_every_interval_holds_its_figure(seed, runs):
    probabilities, positive, patient = sample(seed)
    random = np.random.default_rng(seed)
    each = [RunScores(np.clip(probabilities + 0.05 * random.normal(size=len(patient)), 0, 1), 0.5) for _ in range(runs)]
    found = figures(each, positive, patient)
    assert tuple(found) == NAMES
    for estimate in found.values():
        assert estimate.lower <= estimate.value <= estimate.upper


def test_runs_that_differ_make_a_mean_less_sure_by_their_own_variance():
    probabilities, positive, patient = sample(7)
    apart = [RunScores(expit(logit(probabilities) + by), 0.5) for by in (-0.4, 0.0, 0.7)]
    found = figures(apart, positive, patient)["calibration_intercept"]
    each = [calibration_intercept(run.scores, positive) for run in apart]
    patients: Any = patient_variance(mean_of(each), patient)
    between = np.var([one.value for one in each], ddof=1) / 3
    assert ((found.upper - found.lower) / (2 * 1.959964)) ** 2 == pytest.approx(patients + between, rel=1e-5)


def test_equal_runs_are_one_run():
    probabilities, positive, patient = sample(7)
    one, three = (figures([RunScores(probabilities, 0.5)] * n, positive, patient) for n in (1, 3))
    for name in NAMES:
        assert (one[name].lower, one[name].upper) == pytest.approx((three[name].lower, three[name].upper))


def test_one_class_gives_nothing_and_says_why():
    found = figures([RunScores(np.full(4, 0.5), 0.5)], np.ones(4), np.arange(4))
    assert {estimate.reason for estimate in found.values()} == {
        "4 of 4 cases are positive, and both classes are needed"
    }


def test_without_a_threshold_only_what_needs_one_is_missing():
    probabilities, positive, patient = sample(7)
    found = figures([RunScores(probabilities, None)], positive, patient)
    assert [name for name, estimate in found.items() if estimate.value is None] == ["balanced_accuracy"]


def test_one_patient_gives_values_without_intervals():
    probabilities, positive, patient = sample(7)
    found = figures([RunScores(probabilities, 0.5)], positive, np.zeros_like(patient))
    assert all(estimate.value is not None and "two are needed" in estimate.reason for estimate in found.values())


def test_arrays_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="a label and a patient"):
        metrics([RunScores(np.zeros(3), 0.5)], np.zeros(4), np.zeros(4), RULES)


def test_the_rules_and_the_code_mean_the_same_confidence():
    assert load_ruleset().statistics["confidence"] == CONFIDENCE


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_intervals_cover_what_they_should(name):
    """300 samples of 150 patients. The true figures come from a large sample; 0.95 ± 3.4 standard errors (0.0126)."""
    probabilities, positive, patient = sample(10**6, patients=200_000)
    few = Settings(specificity=0.9, resamples=2, seed=1)
    truth = figures([RunScores(probabilities, 0.45)], positive, patient, few)[name].value
    inside = 0
    for seed in range(300):
        probabilities, positive, patient = sample(seed, patients=150)
        found = figures([RunScores(probabilities, 0.45)], positive, patient)[name]
        inside += found.lower <= truth <= found.upper
    assert 0.90 <= inside / 300 <= 0.99
