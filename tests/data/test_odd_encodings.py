"""Encodings that real collections hold although hardly anybody writes them any more: read right, or refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydicom import Dataset, dcmread
from pydicom.filewriter import dcmwrite
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    RLELossless,
)

from harness.data.broken import Broken
from harness.data.lidc.hounsfield import AIR, read_slice
from harness.data.lidc.series import Slice, read_header
from harness.data.mammo.decode import codestream, decode
from harness.data.mammo.image import make_square
from harness.data.phantom.dicom import write
from tests.data.test_lidc_series import slice_at
from tests.data.test_mammo_image import mammogram

SHAPE = (40, 48)
many = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
seeds = st.integers(0, 1 << 32)


def noise(seed: int, bits: int, *, signed: bool) -> NDArray[Any]:
    """All values that ``bits`` can hold, the lowest and the highest among them."""
    low = -(1 << (bits - 1)) if signed else 0
    values = np.random.default_rng(seed).integers(low, low + (1 << bits), SHAPE)
    values.flat[:2] = low, low + (1 << bits) - 1
    return values.astype(np.int16 if signed else np.uint16)


def pixels_of(stored: NDArray[Any], bits: int) -> dict[str, Any]:
    """The attributes that describe ``stored``."""
    return {
        "Rows": stored.shape[0], "Columns": stored.shape[1], "PixelData": stored.tobytes(), "BitsStored": bits,
        "HighBit": bits - 1, "PixelRepresentation": int(stored.dtype.kind == "i"),
    }  # fmt: skip


def convert(path: Path, syntax: UID) -> Path:
    """Rewrite a file without compression; words are turned round for big endian (PS3.5 A.3)."""
    dataset = dcmread(path)
    little = syntax != ExplicitVRBigEndian
    values = Dataset()
    for element in dataset:
        values.add_new(element.tag, element.VR, element.value)
    values.file_meta = dataset.file_meta
    values.file_meta.TransferSyntaxUID = syntax
    if not little:
        values.PixelData = np.frombuffer(values.PixelData, "<u2").astype(">u2").tobytes()
    implicit = syntax == ImplicitVRLittleEndian
    dcmwrite(path, values, implicit_vr=implicit, little_endian=little, enforce_file_format=True)
    return path


def slice_of(path: Path, stored: NDArray[Any], bits: int, **changes: Any) -> Path:
    """A CT slice whose Hounsfield units are its stored values."""
    return slice_at(path, -125.25, 7, **{"RescaleIntercept": 0, **pixels_of(stored, bits), **changes})


def in_units(stored: NDArray[Any]) -> NDArray[Any]:
    units: NDArray[Any] = np.clip(stored.astype(int), AIR, 32767)
    return units


UNPACKED = [ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRLittleEndian]


@pytest.mark.parametrize("syntax", UNPACKED)
@many
@given(seed=seeds, bits=st.integers(9, 16), signed=st.booleans())
def test_a_ct_slice_in_every_order_of_bytes(tmp_path, syntax, seed, bits, signed):
    stored = noise(seed, bits, signed=signed)
    path = convert(slice_of(tmp_path / "a.dcm", stored, bits), syntax)
    assert np.array_equal(read_slice(path), in_units(stored))
    found = read_header(tmp_path, "a.dcm")
    assert isinstance(found, Slice)
    assert (found.z, found.number, found.rows, found.columns, found.spacing) == (-125.25, 7, *SHAPE, 0.7)


@pytest.mark.parametrize("syntax", UNPACKED)
@pytest.mark.parametrize("signed", [False, True])
def test_a_mammogram_in_every_order_of_bytes(tmp_path, syntax, signed):
    stored = noise(0, 12, signed=signed)
    path = tmp_path / "a.dcm"
    write(mammogram(**pixels_of(stored, 12)), path, ExplicitVRLittleEndian)
    plain = make_square(path, "L").image
    convert(path, syntax)
    assert np.array_equal(decode(dcmread(path), at_least=48).pixels, stored)
    assert np.array_equal(make_square(path, "L").image, plain)


@pytest.mark.parametrize("boxed", [False, True])
@many
@given(seed=seeds, bits=st.integers(8, 16), signed=st.booleans())
def test_signed_values_in_jpeg_2000(tmp_path, boxed, seed, bits, signed):
    stored = noise(seed, bits, signed=signed)
    write(mammogram(**pixels_of(stored, bits)), tmp_path / "a.dcm", JPEG2000Lossless, boxed=boxed)
    assert np.array_equal(decode(dcmread(tmp_path / "a.dcm"), at_least=48).pixels, stored)
    write(dcmread(slice_of(tmp_path / "b.dcm", stored, bits)), tmp_path / "b.dcm", JPEG2000Lossless, boxed=boxed)
    assert np.array_equal(read_slice(tmp_path / "b.dcm"), in_units(stored))


def test_a_codestream_whose_sign_is_not_the_header_s_is_refused(tmp_path):
    path = tmp_path / "a.dcm"
    write(mammogram(**pixels_of(noise(0, 12, signed=True), 12)), path, JPEG2000Lossless)
    dataset = dcmread(path)
    assert codestream(dataset.PixelData)[42] == 0x80 | 11
    dataset.PixelRepresentation = 0
    dataset.save_as(path)
    with pytest.raises(Broken, match="its codestream holds signed values, and its header says otherwise"):
        make_square(path, "L")


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ExplicitVRBigEndian, RLELossless])
@many
@given(seed=seeds, bits=st.integers(9, 15), signed=st.booleans())
def test_what_lies_above_the_bits_does_not_count_in_ct(tmp_path, syntax, seed, bits, signed):
    """Overlays once lay there (PS3.5 8.1.1)."""
    stored = noise(seed, bits, signed=signed)
    rubbish = np.random.default_rng(seed + 1).integers(0, 1 << (16 - bits), SHAPE).astype(np.uint16) << bits
    words = (stored.view(np.uint16) & ((1 << bits) - 1)) | rubbish
    path = slice_of(tmp_path / "a.dcm", stored, bits, PixelData=words.astype(np.uint16).tobytes())
    if syntax == RLELossless:
        write(dcmread(path), path, syntax)
    else:
        convert(path, syntax)
    assert np.array_equal(read_slice(path), in_units(stored))


def test_what_lies_above_the_bits_is_noted_in_mammograms(tmp_path):
    """There, values that need more bits than the header says are the likelier reason: clipped, and never silently."""
    stored = noise(0, 12, signed=False)
    stored[:20, :20] |= 0x7000
    write(mammogram(**pixels_of(stored, 12)), tmp_path / "a.dcm", ExplicitVRLittleEndian)
    (note,) = make_square(tmp_path / "a.dcm", "L").notes
    assert note == "400 of its values need more than the 12 bits that its header says; clipped"


@pytest.mark.parametrize("read", [read_slice, lambda path: make_square(path, "L")])
def test_values_in_the_upper_bits_are_refused(tmp_path, read):
    path = slice_of(tmp_path / "a.dcm", noise(0, 12, signed=False) << 4, 12, HighBit=15)
    if read is not read_slice:
        write(mammogram(HighBit=15), path, ExplicitVRLittleEndian)
    with pytest.raises(Broken, match="its highest bit is 15, which does not fit 12 bits a pixel"):
        read(path)


CIRCLE = np.hypot(*np.indices(SHAPE) - np.array(SHAPE)[:, None, None] / 2) > 18


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian])
@pytest.mark.parametrize(
    ("padding", "bits", "signed", "tag"),
    [
        (-2000, 16, True, ("SS", -2000)),
        (-2000, 12, True, ("SS", -2000)),
        (-2000, 16, True, ("US", 63536)),  # as GE's scanners say it
        (63536, 16, False, ("US", 63536)),
        (4095, 12, False, ("US", 4095)),
        (63536, 12, False, ("US", 63536)),  # in more bits than are stored
    ],
)
def test_padding_is_air(tmp_path, syntax, padding, bits, signed, tag):
    kind = np.int16 if signed else np.uint16
    stored = np.random.default_rng(0).integers(0, 2000, SHAPE).astype(kind)
    stored[CIRCLE] = padding
    path = slice_of(tmp_path / "a.dcm", stored, bits)
    dataset = dcmread(path)
    dataset.add_new(0x00280120, *tag)
    dataset.save_as(path)
    units = read_slice(convert(path, syntax))
    assert (units[CIRCLE] == AIR).all()
    assert (units[~CIRCLE] == stored[~CIRCLE]).all()


def test_padding_may_be_a_range(tmp_path):
    stored = np.arange(SHAPE[0] * SHAPE[1], dtype=np.uint16).reshape(SHAPE)
    limits = {"PixelPaddingValue": 1500, "PixelPaddingRangeLimit": 1400}
    units = read_slice(slice_of(tmp_path / "a.dcm", stored, 12, **limits))
    inside = (stored >= 1400) & (stored <= 1500)
    assert (units[inside] == AIR).all()
    assert (units[~inside] == stored[~inside]).all()


@pytest.mark.parametrize("syntax", [RLELossless, JPEGLosslessSV1, JPEG2000Lossless])
def test_a_packed_mammogram_of_two_images_is_refused(tmp_path, syntax):
    path = tmp_path / "a.dcm"
    write(mammogram(), path, syntax)
    dataset = dcmread(path)
    dataset.NumberOfFrames = 2
    dataset.save_as(path)
    with pytest.raises(Broken, match="it holds 2 images, and one is expected"):
        make_square(path, "L")


@pytest.mark.filterwarnings("ignore:Invalid value for VR DS")  # when it is written
@pytest.mark.parametrize("name", ["RescaleSlope", "RescaleIntercept"])
def test_rescaling_by_what_is_no_number_is_refused(tmp_path, name):
    path = slice_of(tmp_path / "a.dcm", noise(0, 12, signed=False), 12, **{name: "nan"})
    with pytest.raises(Broken, match="no number"):
        read_slice(path)
