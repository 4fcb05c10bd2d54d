"""The whole way of the RSNA set on a phantom: table and files to three prepared data sets, scored by breast."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from pydicom import dcmread

from harness.cli.data import data
from harness.data.mammo.table import read_table
from harness.data.prepare import Given, check, prepare
from harness.errors import InvalidInput, RunFailed
from harness.places import Home

TASKS = ("rsna-recall", "rsna-cancer", "rsna-paper")


def quiet(line: str) -> None:
    pass


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    out = tmp_path_factory.mktemp("phantom") / "tree"
    result = CliRunner().invoke(data, ["phantom", "rsna-mammo", "--out", str(out), "--patients", "40"])
    assert result.exit_code == 0, result.output
    return out


@pytest.fixture(scope="module", params=TASKS)
def prepared(request, tree, tmp_path_factory):
    lines: list[str] = []
    home = Home(tmp_path_factory.mktemp("home"))
    return prepare(request.param, home, lines.append, given=Given(tree)), lines, home


@pytest.fixture
def home(tmp_path):
    (tmp_path / "home").mkdir()
    return Home(tmp_path / "home")


@pytest.fixture
def copy(tree, tmp_path):
    shutil.copytree(tree, tmp_path / "copy")
    return tmp_path / "copy"


def test_the_phantom_has_the_set_s_layout_and_many_kinds_of_image(tree):
    rows = read_table(tree / "train.csv")
    headers = [dcmread(tree / row.where, stop_before_pixels=True) for row in rows]
    assert len({header.file_meta.TransferSyntaxUID for header in headers}) == 4
    assert {header.PhotometricInterpretation for header in headers} == {"MONOCHROME1", "MONOCHROME2"}
    assert {header.get("VOILUTFunction") for header in headers} == {"LINEAR", "LINEAR_EXACT", "SIGMOID", None}
    assert {header.BitsStored for header in headers} == {12, 14, 16}
    assert {header.QualityControlImage for header in headers} == {"YES"}
    assert {row.site for row in rows} == {"1", "2"}
    assert None in {row.density for row in rows}
    assert None in {row.birads for row in rows}


def test_what_is_prepared_has_its_shape_and_is_scored_by_breast(prepared):
    dataset, _, _ = prepared
    check(dataset)
    assert dataset.phantom
    breasts = dataset.document["leanmed"]["counts"]["breasts"]
    for split in ("val", "test"):
        images = np.load(dataset.root / "container" / f"{split}_images.npy", mmap_mode="r")
        assert images.shape == (dataset.counts[split], 1, 256, 256)
        assert images.max() > 100
        scored = dataset.scored(split, np.linspace(0, 1, dataset.counts[split]))
        assert len(scored.labels) == len(scored.patients) == len(scored.trivial) == breasts[split]
        assert breasts[split] == dataset.counts[split] // 2, "two views each"
    assert len(np.load(dataset.root / "container" / "train_labels.npy")) == dataset.counts["train"]


def test_it_is_said_that_this_is_not_the_whole_set_and_each_breast_has_a_machine(prepared):
    dataset, lines, _ = prepared
    published = {"rsna-recall": "23,686", "rsna-cancer": "54,706", "rsna-paper": "26,257"}[dataset.benchmark]
    assert any("not the whole set" in line and f"{published} images of" in line for line in lines)
    assert dataset.strata == "machine"
    with (dataset.root / "host" / "cases.csv").open() as file:
        machines = {row["breast"]: row["machine"] for row in csv.DictReader(file) if row["split"] == "test"}
    strata = dataset.scored("test", np.zeros(dataset.counts["test"])).strata
    # One number for each machine, in both directions.
    pairs = set(zip(strata.tolist(), machines.values(), strict=True))
    assert len(pairs) == len(set(strata.tolist())) == len(set(machines.values()))


def test_a_breast_s_score_is_the_mean_over_its_views(prepared):
    dataset, _, _ = prepared
    predictions = np.random.default_rng(0).random(dataset.counts["test"])
    assert dataset.scored("test", predictions).scores == pytest.approx(predictions.reshape(-1, 2).mean(axis=1))
    # A smoke run predicts the first images only; half a breast counts by the view that was predicted.
    few = dataset.scored("test", predictions[:5])
    assert few.scores == pytest.approx([*predictions[:4].reshape(2, 2).mean(axis=1), predictions[4]])
    assert len(few.labels) == 3


def test_labels_and_splits_are_those_of_the_table(prepared, tree):
    dataset, _, _ = prepared
    with (dataset.root / "host" / "cases.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == sum(dataset.counts.values())
    splits: dict[str, set[str]] = {}
    for row in rows:
        splits.setdefault(row["patient"], set()).add(row["split"])
    assert all(len(one) == 1 for one in splits.values())
    positive = {
        "rsna-recall": {row.image for row in read_table(tree / "train.csv") if row.site == "1" and row.birads == 0},
        "rsna-cancer": {row.image for row in read_table(tree / "train.csv") if row.cancer},
        "rsna-paper": {row.image for row in read_table(tree / "train.csv") if row.birads in (1, 2)},
    }[dataset.benchmark]
    counted = dataset.document["leanmed"]["counts"]["positive"]
    assert sum(counted.values()) * 2 == len(positive)


def test_the_metadata_s_own_score_stands_beside(prepared):
    model = prepared[0].document["leanmed"]["trivial"]["metadata"]
    assert set(model["alone"]) == {"site", "machine", "density", "age", "views"}
    assert all(0 <= model["auc"][split] <= 1 for split in ("train", "val", "test"))
    if prepared[0].benchmark == "rsna-paper":
        # In the paper's selection the machine tells the site, and site 2 has one label.
        assert model["alone"]["site"]["train"] > 0.55


def test_no_patient_or_image_is_named(prepared, tree):
    _, lines, home = prepared
    rows = read_table(tree / "train.csv")
    names = [row.image for row in rows] + [f"/{row.patient}/" for row in rows]
    texts = [path.read_bytes().decode("latin-1") for path in home.root.rglob("*") if path.suffix in (".csv", ".json")]
    assert not any(name in text for name in names for text in [*texts, *lines])


def test_the_collection_s_name_prepares_all_three_and_reads_each_file_once(tree, home, monkeypatch):
    monkeypatch.setenv("LEANMED_HOME", str(home.root))
    result = CliRunner().invoke(data, ["prepare", "rsna-mammo", "--source", str(tree)])
    assert result.exit_code == 0, result.output
    assert result.stderr.count("files verified") == 3
    # Of the second and third nothing was left to be read.
    assert result.stderr.count("reading mammograms: 0 of") == 1
    assert not list(home.data.rglob("work*"))
    without = CliRunner().invoke(data, ["prepare", "rsna-mammo"])
    assert isinstance(without.exception, InvalidInput)
    assert "--source DIR" in str(without.exception)


def test_a_row_without_a_file_and_a_file_without_a_row(copy, home):
    rows = read_table(copy / "train.csv")
    (copy / rows[0].where).rename(copy / "train_images" / "stray.dcm")
    lines: list[str] = []
    with pytest.raises(RunFailed, match="1 part"):
        prepare("rsna-cancer", home, lines.append, given=Given(copy))
    told = " ".join(lines)
    assert "it can't be read: No such file or directory; left out" in told
    assert "no row of train.csv names it" in told
    dataset = prepare("rsna-cancer", home, quiet, given=Given(copy, allow_skips=1))
    assert sum(dataset.counts.values()) == len(rows) - 1


@pytest.mark.parametrize("spoil", ["cut", "text"])
def test_a_broken_file_ends_it_unless_allowed(copy, home, spoil):
    path = copy / read_table(copy / "train.csv")[3].where
    path.write_bytes(path.read_bytes()[:5000] if spoil == "cut" else b"text" * 100)
    with pytest.raises(RunFailed, match="1 part"):
        prepare("rsna-cancer", home, quiet, given=Given(copy))
    path.unlink()
    shutil.copy(copy / read_table(copy / "train.csv")[4].where, path)
    prepare("rsna-cancer", home, quiet, given=Given(copy))


def test_another_folder_and_another_table(home, tmp_path):
    with pytest.raises(InvalidInput, match=r"there is no train\.csv"):
        prepare("rsna-recall", home, quiet, given=Given(tmp_path))
    (tmp_path / "train.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InvalidInput, match="lacks the columns site_id"):
        prepare("rsna-recall", home, quiet, given=Given(tmp_path))


def test_a_few_patients_are_too_few(home, tmp_path):
    out = tmp_path / "few"
    assert CliRunner().invoke(data, ["phantom", "rsna-mammo", "--out", str(out), "--patients", "2"]).exit_code == 0
    with pytest.raises(InvalidInput, match="too little of the set is here for rsna-cancer"):
        prepare("rsna-cancer", home, quiet, given=Given(out))


def test_the_phantom_is_the_same_again(tree, tmp_path):
    again: Path = tmp_path / "again"
    arguments = ["phantom", "rsna-mammo", "--out", str(again), "--patients", "40"]
    assert CliRunner().invoke(data, arguments).exit_code == 0
    assert (again / "train.csv").read_bytes() == (tree / "train.csv").read_bytes()
    for row in read_table(tree / "train.csv")[::17]:
        assert (dcmread(again / row.where).pixel_array == dcmread(tree / row.where).pixel_array).all()
