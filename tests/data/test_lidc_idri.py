"""The whole way of lidc-idri on a phantom: from a tree of DICOM files to a prepared data set, and what can be wrong."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from pydicom import dcmread
from pydicom.uid import ExplicitVRLittleEndian, JPEGLosslessSV1, RLELossless

from harness.cli.data import data
from harness.data.lidc import hounsfield
from harness.data.prepare import Given, check, prepare
from harness.errors import InvalidInput, RunFailed
from harness.places import Home

SPLITS = ("train", "val", "test")


def quiet(line: str) -> None:
    pass


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    out = tmp_path_factory.mktemp("phantom") / "tree"
    result = CliRunner().invoke(data, ["phantom", "lidc-idri", "--out", str(out)])
    assert result.exit_code == 0, result.output
    return out


@pytest.fixture(scope="module")
def prepared(tree, tmp_path_factory):
    lines: list[str] = []
    home = Home(tmp_path_factory.mktemp("home"))
    return prepare("lidc-idri", home, lines.append, given=Given(tree)), lines, home


@pytest.fixture
def home(tmp_path):
    (tmp_path / "home").mkdir()
    return Home(tmp_path / "home")


def slices_of(tree: Path) -> list[Path]:
    return sorted(path for path in tree.rglob("*.dcm") if dcmread(path, stop_before_pixels=True).Modality == "CT")


def test_a_phantom_is_a_valid_tree_in_several_syntaxes(tree):
    slices = slices_of(tree)
    headers = [dcmread(path, stop_before_pixels=True) for path in slices]
    assert len({header.SeriesInstanceUID for header in headers}) == 6
    assert {header.file_meta.TransferSyntaxUID for header in headers} == {
        ExplicitVRLittleEndian, RLELossless, JPEGLosslessSV1,
    }  # fmt: skip
    assert {header.QualityControlImage for header in headers} == {"YES"}
    assert len({header.SOPInstanceUID for header in headers}) == len(slices)
    for path in slices[:3]:
        units = hounsfield.read_slice(path)
        assert units.shape == (512, 512)
        assert (int(units.min()), int(units[256, 256])) == (-1024, 40)


def test_the_same_seed_writes_the_same_pixels(tree, tmp_path):
    again = tmp_path / "again"
    assert CliRunner().invoke(data, ["phantom", "lidc-idri", "--out", str(again)]).exit_code == 0
    names = [path.relative_to(tree) for path in slices_of(tree)]
    assert names == [path.relative_to(again) for path in slices_of(again)]
    for name in names[::50]:
        assert (dcmread(tree / name).pixel_array == dcmread(again / name).pixel_array).all()


def test_a_folder_that_is_not_empty_is_left_alone(tree):
    before = sorted(tree.rglob("*"))
    result = CliRunner().invoke(data, ["phantom", "lidc-idri", "--out", str(tree)])
    assert isinstance(result.exception, InvalidInput)
    assert sorted(tree.rglob("*")) == before


def test_what_is_prepared_has_its_shape_and_is_marked(prepared):
    dataset, lines, _ = prepared
    check(dataset)
    assert dataset.phantom
    assert any("6 of the collection's 1,018 CT series are here" in line for line in lines)
    for split in SPLITS:
        images = np.load(dataset.root / "container" / f"{split}_images.npy")
        assert images.dtype == np.uint8
        assert images.shape == (dataset.counts[split], 1, 256, 256)
    labels = np.load(dataset.root / "container" / "train_labels.npy")
    assert set(labels.tolist()) == {0, 1}
    assert len(dataset.test_labels()) == len(dataset.test_patients()) == len(dataset.test_trivial())
    assert (dataset.root / "contact_sheet.png").is_file()


def test_the_nodule_lies_in_the_middle(prepared):
    """The phantom's nodules are brighter than its lungs: the middle of a patch is brighter than a ring around it."""
    dataset, _, _ = prepared
    images = np.load(dataset.root / "container" / "train_images.npy")[:, 0].astype(float)
    middle = images[:, 126:130, 126:130].mean(axis=(1, 2))
    lung = np.median(images, axis=(1, 2))
    assert (middle > lung + 20).mean() > 0.9


def test_no_patient_is_named_in_what_was_written_or_said(prepared):
    dataset, lines, home = prepared
    texts = [path.read_bytes() for path in home.root.rglob("*") if path.is_file() and path.suffix != ".npy"]
    assert not any(b"LIDC-IDRI-0" in text or b"1.3.6.1.4.1.14519" in text for text in texts)
    assert not any("LIDC-IDRI-0" in line or "1.3.6.1" in line for line in lines)
    rows = (dataset.root / "host" / "cases.csv").read_text().splitlines()
    assert rows[0] == "case,split,row,patient,scan,z"
    assert len(rows) == sum(dataset.counts.values()) + 1


def test_names_of_folders_and_files_mean_nothing(tree, prepared, home, tmp_path):
    flat = tmp_path / "flat"
    flat.mkdir()
    for number, path in enumerate(sorted(tree.rglob("*.dcm"), reverse=True)):
        (flat / f"{number:05d}").hardlink_to(path)
    assert prepare("lidc-idri", home, quiet, given=Given(flat)).digest == prepared[0].digest


def test_a_broken_slice_of_a_case_ends_it_unless_allowed(tree, home, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(tree, copy)
    spoilt = 0
    for path in slices_of(copy):
        if path.stat().st_size > 2 * 512 * 512:  # not packed
            path.write_bytes(path.read_bytes()[:300_000])
            spoilt += 1
    with pytest.raises(RunFailed) as caught:
        prepare("lidc-idri", home, quiet, given=Given(copy))
    skipped = int(caught.value.message.split()[0])
    # Only slices that a case needs are looked into.
    assert 0 < skipped < spoilt
    dataset = prepare("lidc-idri", home, quiet, given=Given(copy, allow_skips=skipped))
    assert sum(dataset.counts.values()) < 68
    report = (home.data / "lidc-idri" / "report.csv").read_text()
    assert report.count("can't be decoded") + report.count("ends too soon") == skipped


def test_missing_slices_are_told_and_their_cases_left_out(tree, home, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(tree, copy)
    for path in slices_of(copy)[::4]:
        path.unlink()
    lines: list[str] = []
    with pytest.raises(RunFailed):
        prepare("lidc-idri", home, lines.append, given=Given(copy))
    told = " ".join(lines)
    assert "slices are not here" in told
    assert "the slice of a case is not here; left out" in told


def test_another_folder_is_no_lidc_idri(home, tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.dcm").write_text("meow" * 100)
    with pytest.raises(InvalidInput, match="no CT series of LIDC-IDRI") as caught:
        prepare("lidc-idri", home, quiet, given=Given(tmp_path / "photos"))
    assert "1 files there are damaged" in caught.value.message


def test_one_series_is_too_little(tree, home, tmp_path):
    one = next(path for path in tree.iterdir() if path.is_dir())
    with pytest.raises(InvalidInput, match="too little of LIDC-IDRI"):
        prepare("lidc-idri", home, quiet, given=Given(one))


def test_its_metadata_say_what_it_is(prepared):
    document = json.loads((prepared[0].root / "dataset.json").read_text())
    assert document["leanmed"]["phantom"] is True
    assert document["leanmed"]["trivial"]["size"]["features"] == ["ln(area / mm2)"]
