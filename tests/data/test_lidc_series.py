"""Finding CT series by what their files say: order, doubles, gaps, and files that are damaged or of another kind."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import Dataset, dcmread
from pydicom.uid import UID as SYNTAX
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, JPEGLosslessSV1, RLELossless, generate_uid

from harness.data.broken import Broken, Problem
from harness.data.lidc import hounsfield
from harness.data.lidc.series import check_against, find_series, read_header
from harness.data.lidc.source import Scan
from harness.data.phantom.dicom import write

UID = "1.2.3.4"
SCAN = Scan(7, "LIDC-IDRI-0001", 2.5, 0.7, False, (0.0, 2.5, 5.0), ())


def quiet(done: int, total: int) -> None:
    pass


def slice_at(path: Path, z: float, number: int, **changes: Any) -> Path:
    """A small CT slice; a change to None takes the attribute away."""
    dataset = Dataset()
    dataset.SOPClassUID, dataset.SOPInstanceUID = CTImageStorage, generate_uid()
    dataset.Modality, dataset.SeriesInstanceUID, dataset.InstanceNumber = "CT", UID, number
    dataset.ImagePositionPatient, dataset.ImageOrientationPatient = [0, 0, z], [1, 0, 0, 0, 1, 0]
    dataset.PixelSpacing, dataset.RescaleSlope, dataset.RescaleIntercept = [0.7, 0.7], 1, -1024
    dataset.Rows, dataset.Columns, dataset.SamplesPerPixel = 4, 6, 1
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 12, 11, 0
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.PixelData = np.arange(24, dtype=np.uint16).tobytes()
    for name, value in changes.items():
        if value is None:
            delattr(dataset, name)
        else:
            setattr(dataset, name, value)
    write(dataset, path, ExplicitVRLittleEndian)
    return path


def find(root: Path) -> tuple[Any, list[Problem]]:
    series, problems = find_series(root, {UID}, quiet)
    return series.get(UID), problems


def test_slices_are_found_anywhere_and_sorted_by_their_place(tmp_path):
    for name, z, number in (("b/c/9.dcm", 0.0, 3), ("1.dcm", 5.0, 1), ("b/no_ending", 2.5, 2)):
        slice_at(tmp_path / name, z, number)
    (tmp_path / "LICENSE").write_text("text")
    (tmp_path / "b" / "notes.xml").write_text("<xml/>")
    series, problems = find(tmp_path)
    assert [(one.z, one.where) for one in series.slices] == [(0.0, "b/c/9.dcm"), (2.5, "b/no_ending"), (5.0, "1.dcm")]
    assert problems == []
    assert check_against(series, SCAN) == []
    assert series.at(2.505).where == "b/no_ending"
    assert series.at(2.52) is None


def test_on_all_cores_it_finds_the_same(tmp_path):
    for number in range(300):
        slice_at(tmp_path / f"{number}.dcm", number * 2.5, number)
    told: list[tuple[int, int]] = []
    series, problems = find_series(tmp_path, {UID}, lambda *pair: told.append(pair))
    assert [one.z for one in series[UID].slices] == [number * 2.5 for number in range(300)]
    assert problems == []
    assert told[-1] == (300, 300)


def test_of_two_slices_at_one_place_the_lower_instance_number_counts(tmp_path):
    slice_at(tmp_path / "a.dcm", 0.0, 2)
    slice_at(tmp_path / "b.dcm", 0.005, 1)
    series, problems = find(tmp_path)
    assert [one.where for one in series.slices] == ["b.dcm"]
    assert [(problem.where, problem.skipped) for problem in problems] == [("a.dcm", False)]


def test_other_kinds_and_other_series_are_passed_over(tmp_path):
    slice_at(tmp_path / "ct.dcm", 0.0, 1)
    slice_at(tmp_path / "dx.dcm", 0.0, 1, Modality="DX", SeriesInstanceUID="9.9", ImagePositionPatient=None)
    slice_at(tmp_path / "other.dcm", 0.0, 1, SeriesInstanceUID="9.8")
    series, problems = find(tmp_path)
    assert len(series.slices) == 1
    assert problems == [Problem("other.dcm", "a CT series that the annotation database does not know", skipped=False)]


def text(path: Path) -> None:
    path.write_text("this is no DICOM file, whatever its name says" * 10)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def cut_in_the_header(path: Path) -> None:
    data = slice_at(path, 0.0, 1).read_bytes()
    path.write_bytes(data[:300])


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (text, "is no DICOM file"),
        (empty, "is no DICOM file"),
        (cut_in_the_header, "it lacks|damaged|ends too soon|no DICOM"),
        (lambda path: slice_at(path, 0.0, 1, ImagePositionPatient=None), "it lacks ImagePositionPatient"),
        (lambda path: slice_at(path, 0.0, 1, InstanceNumber=None), "it lacks InstanceNumber"),
        (lambda path: slice_at(path, 0.0, 1, ImageOrientationPatient=[1, 0, 0, 0, 0.9, 0.4]), "its slice is tilted"),
        (lambda path: slice_at(path, 0.0, 1, PixelSpacing=[0.7, 0.8]), "its pixels are not square"),
        (lambda path: slice_at(path, 0.0, 1, Modality=None), "it lacks Modality"),
        (lambda path: slice_at(path, 0.0, 1, ImagePositionPatient=[0, 0]), "its header is damaged"),
    ],
)
def test_a_damaged_file_is_listed(tmp_path, make: Callable[[Path], object], reason):
    slice_at(tmp_path / "good.dcm", 5.0, 9)
    make(tmp_path / "bad.dcm")
    series, problems = find(tmp_path)
    assert [one.where for one in series.slices] == ["good.dcm"]
    (problem,) = problems
    assert problem.where == "bad.dcm"
    assert problem.skipped
    assert any(part in problem.reason for part in reason.split("|"))


def test_an_empty_folder_holds_no_series(tmp_path):
    assert find(tmp_path) == (None, [])


def test_links_to_folders_are_not_followed(tmp_path):
    slice_at(tmp_path / "inside" / "a.dcm", 0.0, 1)
    (tmp_path / "inside" / "loop").symlink_to(tmp_path, target_is_directory=True)
    series, _ = find(tmp_path / "inside")
    assert len(series.slices) == 1


def test_a_patient_who_lies_prone_is_no_tilted_slice(tmp_path):
    slice_at(tmp_path / "a.dcm", 0.0, 1, ImageOrientationPatient=[-1, 0, 0, 0, -1, 0])
    series, problems = find(tmp_path)
    assert len(series.slices) == 1
    assert problems == []


def test_bytes_changed_at_random_crash_nothing(tmp_path):
    whole = slice_at(tmp_path / "a.dcm", 2.5, 1).read_bytes()
    random = np.random.default_rng(1)
    for _ in range(1000):
        data = bytearray(whole)
        for place in random.integers(132, len(data), 2):
            data[place] = random.integers(256)
        (tmp_path / "b.dcm").write_bytes(data)
        read_header(tmp_path, "b.dcm")
        with contextlib.suppress(Broken):
            hounsfield.read_slice(tmp_path / "b.dcm")


def test_what_differs_from_the_database_is_noted(tmp_path):
    for z, number in ((0.0, 3), (5.0, 2), (20.0, 1)):
        slice_at(tmp_path / f"{number}.dcm", z, number)
    series, _ = find(tmp_path)
    told = " ".join(problem.reason for problem in check_against(series, replace(SCAN, pixel_spacing=0.8)))
    assert "1 of its series' 3 slices are not here" in told
    assert "1 slice(s) more than the annotation database knows" in told
    assert "between 5.00 and 15.00 mm apart" in told
    assert "0.7 mm here, 0.8 mm in the annotation database" in told


def test_a_slice_of_another_size_is_noted(tmp_path):
    slice_at(tmp_path / "a.dcm", 0.0, 1)
    slice_at(tmp_path / "b.dcm", 2.5, 2, Rows=6, Columns=4)
    slice_at(tmp_path / "c.dcm", 5.0, 3)
    series, _ = find(tmp_path)
    assert [problem.reason for problem in check_against(series, SCAN)] == [
        "rows differs within its series: 4, 6",
        "columns differs within its series: 4, 6",
    ]


def test_rescaling_is_each_slice_s_own_and_clipped_at_air(tmp_path):
    path = slice_at(tmp_path / "a.dcm", 0.0, 1, RescaleSlope="2.5", RescaleIntercept="-1030")
    units = hounsfield.read_slice(path)
    expected = np.maximum(np.rint(np.arange(24).reshape(4, 6) * 2.5 - 1030), -1024)
    assert units.dtype == np.int16
    assert (units == expected).all()


@pytest.mark.parametrize("bits", [12, 16])
@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, RLELossless, JPEGLosslessSV1])
def test_signed_values_and_what_lies_outside_the_scanner_s_circle(tmp_path, syntax: SYNTAX, bits):
    """Many scanners write signed values, and -2000 around the circle that they see."""
    stored = np.random.default_rng(0).integers(-2000, 2048, (32, 48)).astype(np.int16)
    dataset = dcmread(slice_at(tmp_path / "native.dcm", 0.0, 1))
    dataset.Rows, dataset.Columns, dataset.PixelData = 32, 48, stored.tobytes()
    dataset.PixelRepresentation, dataset.BitsStored, dataset.HighBit = 1, bits, bits - 1
    dataset.RescaleIntercept = 0
    write(dataset, tmp_path / "a.dcm", syntax)
    assert (hounsfield.read_slice(tmp_path / "a.dcm") == np.maximum(stored, -1024)).all()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def without(name: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        dataset = dcmread(path)
        delattr(dataset, name)
        dataset.save_as(path)

    return change


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (cut, "can't be decoded|ends too soon"),
        (without("RescaleSlope"), "it lacks RescaleSlope"),
        (without("PixelData"), "it lacks PixelData"),
        (without("Rows"), "can't be decoded"),
        (text, "it is no DICOM file"),
        (os.unlink, "it can't be read: No such file"),
    ],
)
def test_a_slice_whose_pixels_can_t_be_read_says_why(tmp_path, spoil, reason):
    path = slice_at(tmp_path / "a.dcm", 0.0, 1)
    spoil(path)
    with pytest.raises(Broken) as caught:
        hounsfield.read_slice(path)
    assert any(part in str(caught.value) for part in reason.split("|"))


def test_a_series_that_names_another_patient_is_told(tmp_path):
    for number, (z, patient) in enumerate([(0.0, "LIDC-IDRI-0001"), (2.5, "LIDC-IDRI-0002"), (5.0, None)]):
        slice_at(tmp_path / f"{number}.dcm", z, number, **({} if patient is None else {"PatientID": patient}))
    series, problems = find(tmp_path)
    assert problems == []
    (note,) = check_against(series, SCAN)
    assert note.reason.endswith("names another patient than the annotation database does: two patients with one id?")
    assert "LIDC-IDRI" not in note.reason
    assert not note.skipped
    own = replace(series, slices=tuple(replace(one, patient="LIDC-IDRI-0001") for one in series.slices))
    assert check_against(own, SCAN) == []
