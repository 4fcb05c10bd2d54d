"""The malignancy task: which nodules, with which label, and that size nearly tells it."""

from __future__ import annotations

import numpy as np
import pytest

from harness.data.lidc.case import make_cases
from harness.data.lidc.cluster import cluster
from harness.data.lidc.source import locate, read_malignancy
from harness.data.lidc_malignancy import rate
from harness.data.prepare import check, prepare
from harness.places import Home
from harness.spec.load import load_benchmark


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return prepare("lidc-malignancy", Home(tmp_path_factory.mktemp("home")), lambda line: None)


def test_the_figures_are_those_of_the_first_measurements(prepared):
    check(prepared)
    # A first count was 1,695, with the clusters of more than four annotations, which are left out here.
    assert sum(prepared.counts.values()) == 1_685
    assert prepared.document["leanmed"]["trivial"]["size"]["auc"]["test"] == pytest.approx(0.909, abs=0.03)
    assert prepared.digest == load_benchmark("lidc-malignancy").document["data"]["digest"]


def test_a_patient_is_in_the_split_of_lidc_nodules(prepared, dataset):
    assert set(prepared.counts) == set(dataset.counts)
    assert all(prepared.counts[split] < dataset.counts[split] for split in prepared.counts)


def test_the_median_of_the_ratings_decides_and_the_middle_is_left_out(scans):
    ratings = read_malignancy(locate())
    assert set(ratings.values()) == {1, 2, 3, 4, 5}
    case = next(
        case for case in make_cases((scan, nodule) for scan in scans[:50] for nodule in cluster(scan))
        if len(case.annotations) == 4
    )  # fmt: skip
    ids = [annotation.id for annotation in case.annotations]

    def judged(*values: int) -> int | None:
        rated = rate(case, dict(zip(ids, values, strict=True)))
        return None if rated is None else rated.label

    assert judged(5, 4, 3, 1) == 1
    assert judged(1, 2, 3, 5) == 0
    assert judged(3, 3, 1, 5) is None
    assert judged(2, 4, 1, 5) is None


def test_labels_are_both(prepared):
    assert set(np.unique(prepared.test_labels())) == {0, 1}
