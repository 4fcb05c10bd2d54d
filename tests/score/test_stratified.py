"""The area within strata: held against pairs counted one by one, against the plain area, and by resampling."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.score.auc import auc_estimate, roc_auc
from harness.score.stratified import auc_within


def sample(seed: int, *, patients: int = 60, strata: int = 3, lift: float = 0.0):
    """Scores, labels, patients of 1 to 3 cases, strata; ``lift`` is what a stratum adds to scores and to the odds."""
    random = np.random.default_rng(seed)
    patient = np.repeat(np.arange(patients), random.integers(1, 4, patients))
    layer = random.integers(0, strata, patients)[patient]
    labels = (random.random(len(patient)) < 0.3 + 0.4 * (layer == 0) * (lift > 0)).astype(int)
    labels[:4], layer[:4] = (0, 1, 0, 1), 0
    scores = (
        labels + lift * (layer == 0) + 0.7 * random.normal(size=patients)[patient] + random.normal(size=len(patient))
    )
    return scores, labels, patient, layer


def counted(scores, labels, layer) -> float:
    ordered = pairs = 0.0
    for i, j in itertools.product(np.flatnonzero(labels == 1), np.flatnonzero(labels == 0)):
        if layer[i] == layer[j]:
            pairs += 1
            ordered += (scores[i] > scores[j]) + 0.5 * (scores[i] == scores[j])
    return ordered / pairs


@given(st.integers(0, 10_000), st.integers(1, 5))
def test_it_is_the_share_of_pairs_within_a_stratum_that_are_in_order(seed, strata):
    scores, labels, patient, layer = sample(seed, patients=12, strata=strata)
    scores = np.round(scores, 1)
    assert auc_within(scores, labels, patient, layer).auc.value == pytest.approx(counted(scores, labels, layer))


@given(st.integers(0, 10_000))
def test_one_stratum_is_the_plain_area_with_its_interval(seed):
    scores, labels, patient, _ = sample(seed)
    ours, plain = auc_within(scores, labels, patient, np.zeros_like(patient)).auc, auc_estimate(scores, labels, patient)
    assert (ours.value, ours.lower, ours.upper) == pytest.approx((plain.value, plain.lower, plain.upper))


@given(st.integers(0, 10_000))
def test_what_a_stratum_adds_to_all_its_scores_makes_no_difference(seed):
    scores, labels, patient, layer = sample(seed)
    moved = auc_within(scores + 10.0 * layer, labels, patient, layer).auc
    assert moved.value == pytest.approx(auc_within(scores, labels, patient, layer).auc.value)


def test_telling_the_strata_apart_alone_is_worth_nothing():
    _, labels, patient, layer = sample(1, patients=300, lift=2.0)
    by_stratum = (layer == 0).astype(float)
    assert roc_auc(by_stratum, labels) > 0.6
    assert auc_within(by_stratum, labels, patient, layer).auc.value == 0.5


def test_strata_of_one_class_are_left_out_and_counted():
    scores, labels, patient, layer = sample(2)
    more = [np.append(each, two) for each, two in ((scores, [9, -9]), (labels, [0, 0]), (patient, [99, 99]))]
    found = auc_within(more[0], more[1], more[2], np.append(layer, [7, 7]))
    assert (found.strata, found.cases) == (3, len(labels))
    assert found.auc == auc_within(scores, labels, patient, layer).auc
    none = auc_within([0.1, 0.9], [0, 1], [0, 1], [0, 1])
    assert (none.auc.value, none.strata, none.cases) == (None, 0, 0)
    assert none.auc.reason == "no stratum has cases of both classes"


def test_the_interval_is_about_as_wide_as_resampled_patients_say():
    scores, labels, patient, layer = sample(3, patients=200, lift=1.0)
    found = auc_within(scores, labels, patient, layer).auc
    random = np.random.default_rng(0)
    of = [np.flatnonzero(patient == each) for each in range(200)]
    areas = []
    for _ in range(300):
        drawn = np.concatenate([of[each] for each in random.integers(0, 200, 200)])
        areas.append(counted_fast(scores[drawn], labels[drawn], layer[drawn]))
    assert found.lower is not None
    assert found.upper is not None
    assert (found.upper - found.lower) / 3.92 == pytest.approx(np.std(areas), rel=0.15)


def counted_fast(scores, labels, layer) -> float:
    same = layer[labels == 1][:, None] == layer[labels == 0]
    difference = scores[labels == 1][:, None] - scores[labels == 0]
    return float(((np.sign(difference) + 1) / 2)[same].mean())


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="stratum for each score"):
        auc_within([0.1, 0.2], [0, 1], [0, 1], [0])
    with pytest.raises(ValueError, match="not finite"):
        auc_within([0.1, np.nan], [0, 1], [0, 1], [0, 0])
