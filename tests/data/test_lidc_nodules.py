import csv
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.data.dataset import CONTAINER, HOST, Dataset, check
from harness.data.lidc.case import SPLIT, draw, make_cases
from harness.data.lidc.cluster import cluster
from harness.score.auc import roc_auc

DIGEST = "sha256:46cbfb39586248a70a2ed72680cd757567e12a540854602c38ccb3b223a6f9bf"
"""Of the whole data set. It may change only together with the provider's VERSION or the image rule's."""
REPOSITORY = Path(__file__).parents[2]

SUBSET = """
import sys
from pathlib import Path
from harness.data.dataset import checksums
from harness.data.lidc.source import locate, read_scans
from harness.data.lidc_nodules import build_from
scans = read_scans(locate())[::5]
if sys.argv[2] == "backwards":
    scans.reverse()
build_from(scans, Path(sys.argv[1]), lambda line: None)
print(checksums(Path(sys.argv[1])))
"""


@pytest.fixture(scope="module")
def cases(scans):
    return make_cases((scan, nodule) for scan in scans for nodule in cluster(scan))


@pytest.fixture(scope="module")
def table(dataset):
    with (dataset.root / HOST / "cases.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def container(dataset: Dataset, name: str) -> Any:
    return np.load(dataset.root / CONTAINER / f"{name}.npy")


def test_the_whole_data_set_is_what_it_always_was(dataset):
    assert dataset.digest == DIGEST
    check(dataset)


def test_counts(dataset):
    counts = dataset.document["leanmed"]["counts"]
    assert counts["cases"] == dataset.counts == {"train": 1334, "val": 389, "test": 914}
    assert sum(counts["cases"].values()) == 2637
    assert sum(counts["positive"].values()) == 1378
    assert sum(counts["patients"].values()) == 870
    assert counts["source"]["nodules"] == 2651
    assert counts["source"]["left_out_more_than_4"] == 14
    assert counts["source"]["annotations"] == 6859
    assert counts["source"]["contours"] == 41406


def test_arrays_fit_each_other(dataset):
    for split, labels, patients, trivial in (
        ("val", dataset.val_labels(), dataset.val_patients(), dataset.val_trivial()),
        ("test", dataset.test_labels(), dataset.test_patients(), dataset.test_trivial()),
    ):
        images = container(dataset, f"{split}_images")
        assert images.dtype == np.uint8
        assert images.shape == (dataset.counts[split], 3, 64, 64)
        assert labels.dtype == np.uint8
        assert labels.shape == patients.shape == trivial.shape == (dataset.counts[split],)
        assert sorted(set(patients.tolist())) == list(range(patients.max() + 1))
    labels, shows = container(dataset, "train_labels"), container(dataset, "train_cases")
    assert labels.shape == (dataset.counts["train"],)
    assert shows.dtype == np.int32
    assert shows.shape == container(dataset, "train_images").shape[:1]
    assert (np.unique(shows) == np.arange(len(labels))).all()


def test_no_image_is_empty(dataset):
    for split in ("train", "val", "test"):
        assert container(dataset, f"{split}_images").max(axis=(2, 3)).min() > 0


def test_labels_are_what_the_annotations_say(dataset, table):
    labels = {"train": container(dataset, "train_labels"), "val": dataset.val_labels(), "test": dataset.test_labels()}
    for row in table:
        assert labels[row["split"]][int(row["row"])] == (len(row["annotations"].split()) >= 3)
        assert row["shown"] in row["annotations"].split()


def test_every_annotation_of_a_training_case_is_shown(dataset, table):
    shown = np.bincount(container(dataset, "train_cases"))
    for row in table:
        if row["split"] == "train":
            assert shown[int(row["row"])] == len(row["annotations"].split())


def test_no_patient_stands_in_two_splits(scans, table):
    patients = {str(scan.id): scan.patient for scan in scans}
    places: dict[str, set[str]] = {}
    for row in table:
        places.setdefault(patients[row["scan"]], set()).add(row["split"])
        assert row["patient"] == SPLIT.group(patients[row["scan"]])
        assert patients[row["scan"]] not in row.values()
    assert len(places) == 870
    assert all(len(splits) == 1 for splits in places.values())


def test_patient_numbers_follow_patients(dataset, table):
    for split, numbers in (("val", dataset.val_patients()), ("test", dataset.test_patients())):
        pairs = {(row["patient"], int(numbers[int(row["row"])])) for row in table if row["split"] == split}
        assert len(pairs) == len({patient for patient, _ in pairs}) == len({number for _, number in pairs})


def test_an_image_knows_nothing_of_the_other_raters(dataset, cases):
    """Redrawn from a scan on which only this one rater ever drew, each image is the same to the byte."""
    images = container(dataset, "test_images")
    for row, case in enumerate(case for case in cases if case.split == "test"):
        alone = replace(case, scan=replace(case.scan, annotations=(case.shown,)), annotations=(case.shown,))
        assert (draw(alone)[0].image == images[row]).all()


def test_which_rater_is_shown_does_not_depend_on_the_others(cases):
    """Of a subset of the raters the one is shown that comes first among them in the order of all."""
    for case in cases[:200]:
        if len(case.annotations) > 1:
            (without,) = make_cases([(case.scan, case.annotations[1:])])
            assert without.annotations == case.annotations[1:]


def test_the_order_of_cases_says_nothing_about_the_label(dataset):
    for labels in (dataset.val_labels(), dataset.test_labels()):
        # Standard error of an AUC of 0.5 here: 0.03 and 0.02.
        assert abs(roc_auc(np.arange(len(labels)), labels) - 0.5) < 0.08


def test_trivial_models(dataset):
    trivial = dataset.document["leanmed"]["trivial"]
    assert trivial["size"]["auc"] == {"train": 0.758089, "val": 0.746802, "test": 0.737628}
    assert roc_auc(dataset.test_trivial(), dataset.test_labels()) == pytest.approx(0.737628, abs=1e-6)
    assert roc_auc(dataset.val_trivial(), dataset.val_labels()) == pytest.approx(0.746802, abs=1e-6)
    assert trivial["scan_parameters"]["auc"]["test"] < 0.6
    assert set(trivial["rater_count"]["auc"].values()) == {1.0}


def test_nothing_of_val_and_test_but_images_is_on_the_container_side(dataset):
    assert sorted(path.name for path in (dataset.root / CONTAINER).iterdir()) == [
        "test_images.npy",
        "train_cases.npy",
        "train_images.npy",
        "train_labels.npy",
        "val_images.npy",
    ]
    assert [path.name for path in dataset.test_files] == ["test_images.npy"]
    assert "test_images.npy" not in [path.name for path in dataset.train_files]


def test_bytes_depend_on_neither_order_nor_hash_seed_nor_threads_nor_locale(tmp_path):
    said = []
    for direction, seed, threads, language in (("forwards", "1", "1", "C"), ("backwards", "4321", "2", "C.UTF-8")):
        folder = tmp_path / direction
        folder.mkdir()
        environment = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "OMP_NUM_THREADS": threads,
            "OPENBLAS_NUM_THREADS": threads,
            "LC_ALL": language,
            "PYTHONPATH": str(REPOSITORY),
        }
        command = [sys.executable, "-c", SUBSET, str(folder), direction]
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stderr
        said.append(ended.stdout)
    assert said[0] == said[1]
    assert "test_trivial.npy" in said[0]
