"""From a mammogram's file to its square: windows by the standard's formulas, every syntax, flips, crops, bad files."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import Dataset, dcmread
from pydicom.uid import (
    DigitalMammographyXRayImageStorageForPresentation,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    RLELossless,
    generate_uid,
)

from harness.data.broken import Broken
from harness.data.mammo.breast import crop, fit, to_left
from harness.data.mammo.decode import codestream, decode, reductions
from harness.data.mammo.image import make_square
from harness.data.mammo.voi import FUNCTIONS, Voi
from harness.data.phantom.dicom import write


def header(**changes: Any) -> Voi:
    usual = {
        "bits": 12, "signed": False, "slope": 1.0, "intercept": 0.0, "centre": 2048.0, "width": 1000.0,
        "function": "LINEAR", "inverted": False,
    }  # fmt: skip
    return Voi(**{**usual, **changes})


def by_formula(value: float, voi: Voi) -> float:
    """PS3.3 C.11.2.1.2 and C.11.2.1.3 for an output from 0 to 255, case by case as the standard writes them."""
    c, w = voi.centre or 0.0, voi.width or 1.0
    if voi.function == "SIGMOID":
        exponent = -4 * (value - c) / w
        return 0.0 if exponent > 700 else 255 / (1 + math.exp(exponent))
    if voi.function == "LINEAR_EXACT":
        if value <= c - w / 2:
            return 0.0
        return 255.0 if value > c + w / 2 else ((value - c) / w + 0.5) * 255
    if value <= c - 0.5 - (w - 1) / 2:
        return 0.0
    return 255.0 if value > c - 0.5 + (w - 1) / 2 else ((value - (c - 0.5)) / (w - 1) + 0.5) * 255


@given(
    st.sampled_from(FUNCTIONS), st.integers(8, 12), st.booleans(), st.booleans(),
    st.floats(-500, 5000), st.floats(1, 6000), st.sampled_from([1.0, 0.5, 2.0]), st.sampled_from([0.0, -100.0]),
)  # fmt: skip
def test_the_table_is_the_standard_s_formula(function, bits, signed, inverted, centre, width, slope, intercept):
    voi = header(
        bits=bits, signed=signed, function=function, centre=centre, width=width, slope=slope, intercept=intercept,
        inverted=inverted,
    )  # fmt: skip
    table = voi.table()
    assert len(table) == 1 << bits
    for index in range(0, 1 << bits, 37):
        expected = by_formula((voi.lowest + index) * slope + intercept, voi)
        assert abs(int(table[index]) - (255 - expected if inverted else expected)) <= 0.5 + 1e-6


def test_without_a_window_the_whole_range_is_shown():
    table = header(centre=None, width=None).table()
    assert (table[0], table[-1]) == (0, 255)
    assert table[2048] == 128


def test_values_beyond_the_bits_are_clipped_and_counted():
    grey, beyond = header(bits=8, centre=None, width=None).apply(np.array([[0, 255, 256, 4095]], dtype=np.uint16))
    assert grey.tolist() == [[0, 255, 255, 255]]
    assert beyond == 2


def mammogram(**changes: Any) -> Dataset:
    """A half-disc at the left edge on black, 12 bits."""
    rows, columns = np.mgrid[:320, :240]
    inside = ((rows - 160) / 120) ** 2 + (columns / 160) ** 2 < 1
    shown = np.where(inside, 1500 + 4 * columns, 0)
    dataset = Dataset()
    dataset.SOPClassUID, dataset.SOPInstanceUID = DigitalMammographyXRayImageStorageForPresentation, generate_uid()
    dataset.Modality, dataset.PhotometricInterpretation = "MG", "MONOCHROME2"
    dataset.Rows, dataset.Columns, dataset.SamplesPerPixel = 320, 240, 1
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 12, 11, 0
    dataset.WindowCenter, dataset.WindowWidth = 2048, 4096
    dataset.PixelData = shown.astype(np.uint16).tobytes()
    for name, value in changes.items():
        if value is None:
            delattr(dataset, name)
        else:
            setattr(dataset, name, value)
    return dataset


def saved(path: Path, syntax: Any = ExplicitVRLittleEndian, *, boxed: bool = False, **changes: Any) -> Path:
    write(mammogram(**changes), path, syntax, boxed=boxed)
    return path


SYNTAXES = [
    (ExplicitVRLittleEndian, False), (RLELossless, False), (JPEGLosslessSV1, False), (JPEG2000Lossless, False),
    (JPEG2000Lossless, True),
]  # fmt: skip


@pytest.mark.parametrize(("syntax", "boxed"), SYNTAXES)
def test_every_syntax_gives_the_stored_values(tmp_path, syntax, boxed):
    path = saved(tmp_path / "a.dcm", syntax, boxed=boxed)
    decoded = decode(dcmread(path), at_least=320)
    assert decoded.reduced == 0
    assert (decoded.pixels == np.frombuffer(mammogram().PixelData, dtype=np.uint16).reshape(320, 240)).all()


@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
def test_bits_are_what_they_were(tmp_path, bits):
    values = (np.arange(320 * 240, dtype=np.uint32) * 7919 % (1 << bits)).astype(np.uint16)
    path = saved(tmp_path / "a.dcm", JPEG2000Lossless, BitsStored=bits, HighBit=bits - 1, PixelData=values.tobytes())
    assert (decode(dcmread(path), at_least=320).pixels.ravel() == values).all()


@pytest.mark.parametrize("boxed", [False, True])
def test_jpeg_2000_is_read_at_a_fraction_of_its_size(tmp_path, boxed):
    path = saved(tmp_path / "a.dcm", JPEG2000Lossless, boxed=boxed)
    whole, part = decode(dcmread(path), at_least=320), decode(dcmread(path), at_least=80)
    assert part.reduced == 2
    assert part.pixels.shape == (80, 60)
    blocks = whole.pixels.reshape(80, 4, 60, 4).mean(axis=(1, 3))
    # A filtered image and not a mean over blocks, so that edges differ, and steep slopes by part of a block's width.
    inner = blocks > 1400
    assert np.abs(part.pixels[inner] / blocks[inner] - 1).mean() < 0.02


def test_it_is_never_reduced_below_what_is_asked_for_nor_beyond_its_levels(tmp_path):
    stream = codestream(dcmread(saved(tmp_path / "a.dcm", JPEG2000Lossless)).PixelData)
    assert reductions(stream, 4096, 512) == 3
    assert reductions(stream, 4095, 512) == 2
    assert reductions(stream, 500, 512) == 0
    assert reductions(stream, 1 << 20, 2) == 5  # what it was written with
    assert reductions(b"", 4096, 512) == 0


def test_a_whole_decoding_is_cut_out_like_a_reduced_one(tmp_path, monkeypatch):
    """Smooth tissue, four times the size that is needed: to within a grey level but for the breast's edge."""
    rows, columns = np.mgrid[:2048, :1600]
    inside = ((rows - 1000) / 800) ** 2 + (columns / 1200) ** 2 < 1
    shown = np.where(inside, 1500 + columns, 0).astype(np.uint16)
    size = {"Rows": 2048, "Columns": 1600, "PixelData": shown.tobytes()}
    write(mammogram(**size), tmp_path / "packed.dcm", JPEG2000Lossless)
    write(mammogram(**size), tmp_path / "plain.dcm", ExplicitVRLittleEndian)
    packed = make_square(tmp_path / "packed.dcm", "L").image.astype(int)
    plain = make_square(tmp_path / "plain.dcm", "L").image.astype(int)
    off = np.abs(packed - plain)
    assert off.mean() < 1
    assert np.median(off[plain > 100]) <= 1


def test_right_breasts_are_mirrored_and_left_ones_not():
    grey = np.arange(6, dtype=np.uint8).reshape(2, 3)
    assert to_left(grey, "L").tolist() == grey.tolist()
    assert to_left(grey, "R").tolist() == grey[:, ::-1].tolist()


def test_the_crop_leaves_labels_and_margins_out():
    grey = np.zeros((640, 512), dtype=np.uint8)
    grey[200:400, :150] = 120
    grey[20:40, 480:500] = 255
    cut = crop(grey)
    assert 200 <= cut.shape[0] <= 220
    assert 150 <= cut.shape[1] <= 160
    assert cut.max() == 120


def test_an_image_that_is_black_has_no_breast():
    with pytest.raises(Broken, match="it is black"):
        crop(np.zeros((640, 512), dtype=np.uint8))


@given(st.integers(1, 400), st.integers(1, 400))
def test_proportions_are_kept_and_brightness_is_a_mean(rows, columns):
    square = fit(np.full((rows, columns), 200, dtype=np.uint8), 64)
    assert square.shape == (64, 64)
    covered = square > 0
    assert set(square[covered].tolist()) == {200}
    factor = 64 / max(rows, columns)
    assert abs(int(covered.any(axis=1).sum()) - max(1, rows * factor)) <= 0.5
    assert abs(int(covered.any(axis=0).sum()) - max(1, columns * factor)) <= 0.5
    assert covered[:, 0].any(), "the chest wall stays at the edge"


@pytest.mark.parametrize(("syntax", "boxed"), SYNTAXES)
@pytest.mark.parametrize("laterality", ["L", "R"])
def test_the_whole_way_gives_the_same_square_in_every_syntax(tmp_path, syntax, boxed, laterality):
    plain = make_square(saved(tmp_path / "plain.dcm"), laterality)
    packed = make_square(saved(tmp_path / "packed.dcm", syntax, boxed=boxed), laterality)
    assert packed.image.shape == (256, 256)
    assert (packed.image == plain.image).all()
    assert (plain.image[:, 0] > 60).sum() > 100 if laterality == "L" else (plain.image[:, :20] > 60).sum() > 0


def test_monochrome_1_is_the_same_picture(tmp_path):
    inverse = 4095 - np.frombuffer(mammogram().PixelData, dtype=np.uint16)
    path = saved(tmp_path / "a.dcm", PhotometricInterpretation="MONOCHROME1", PixelData=inverse.tobytes())
    negative = make_square(path, "L")
    positive = make_square(saved(tmp_path / "b.dcm"), "L")
    assert np.abs(negative.image.astype(int) - positive.image.astype(int)).max() <= 1


def test_the_first_of_several_windows_counts(tmp_path):
    several = make_square(saved(tmp_path / "a.dcm", WindowCenter=[2048, 100], WindowWidth=[4096, 10]), "L")
    one = make_square(saved(tmp_path / "b.dcm"), "L")
    assert (several.image == one.image).all()


def test_an_image_s_own_maximum_changes_nothing(tmp_path):
    """Scaled by its maximum, one bright pixel would darken all others."""
    values = np.frombuffer(mammogram().PixelData, dtype=np.uint16).copy()
    values[0] = 4095
    bright = make_square(saved(tmp_path / "a.dcm", PixelData=values.tobytes()), "L")
    usual = make_square(saved(tmp_path / "b.dcm"), "L")
    assert (bright.image == usual.image).all()


def test_what_exceeds_the_bits_is_noted(tmp_path):
    values = np.frombuffer(mammogram().PixelData, dtype=np.uint16).copy()
    values[160 * 240 : 160 * 240 + 5] = 5000
    made = make_square(saved(tmp_path / "a.dcm", PixelData=values.tobytes()), "L")
    assert made.notes == ("5 of its values need more than the 12 bits that its header says; clipped",)


def test_another_patient_in_the_header_is_noted(tmp_path):
    (tmp_path / "10006").mkdir()
    note = "its header names another patient than its folder: two patients with one id?"
    assert make_square(saved(tmp_path / "10006" / "a.dcm", PatientID="10007"), "L").notes == (note,)
    assert make_square(saved(tmp_path / "10006" / "b.dcm", PatientID="10006"), "L").notes == ()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def text(path: Path) -> None:
    path.write_text("no DICOM, whatever its name says " * 20)


@pytest.mark.parametrize(
    ("syntax", "changes", "spoil", "reason"),
    [
        (ExplicitVRLittleEndian, {}, cut, "can't be decoded|ends too soon|lacks PixelData"),
        (JPEG2000Lossless, {}, cut, "can't be decoded|ends too soon|lacks PixelData"),
        (JPEGLosslessSV1, {}, cut, "can't be decoded|ends too soon|lacks PixelData"),
        (RLELossless, {}, cut, "can't be decoded|ends too soon|lacks PixelData"),
        (ExplicitVRLittleEndian, {}, text, "it is no DICOM file"),
        (ExplicitVRLittleEndian, {}, Path.unlink, "it can't be read: No such file"),
        (ExplicitVRLittleEndian, {"PixelData": None}, None, "it lacks PixelData"),
        (ExplicitVRLittleEndian, {"Modality": "CT"}, None, "it is of modality CT"),
        (ExplicitVRLittleEndian, {"WindowWidth": 0}, None, "its window is 0 wide"),
        (ExplicitVRLittleEndian, {"WindowWidth": None}, None, "and not both"),
        (ExplicitVRLittleEndian, {"VOILUTFunction": "CUBIC"}, None, "CUBIC, which the standard does not know"),
        (ExplicitVRLittleEndian, {"PhotometricInterpretation": "RGB"}, None, "not shades of grey"),
        (ExplicitVRLittleEndian, {"PixelData": bytes(2 * 320 * 240)}, None, "it is black"),
    ],
)
def test_a_file_that_can_t_be_used_says_why(tmp_path, syntax, changes, spoil, reason):
    path = saved(tmp_path / "a.dcm", syntax, **changes)
    if spoil:
        spoil(path)
    with pytest.raises(Broken) as caught:
        make_square(path, "L")
    assert any(part in str(caught.value) for part in reason.split("|")), str(caught.value)
