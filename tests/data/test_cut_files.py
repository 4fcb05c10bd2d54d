"""Wherever a DICOM file is cut, it is told: no other values than the whole file's, no other error, and no noise."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pydicom import dcmread
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    MediaStorageDirectoryStorage,
    RLELossless,
)

from harness.data.broken import Broken, Problem
from harness.data.encoded import is_complete
from harness.data.lidc.hounsfield import read_slice
from harness.data.lidc.series import Slice, read_header
from harness.data.mammo import image
from harness.data.mammo.decode import decode
from harness.data.phantom.dicom import write
from tests.data.test_lidc_series import slice_at
from tests.data.test_mammo_image import mammogram

ROWS, COLUMNS = 40, 32


@contextmanager
def silence(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Fails if within it something is warned of, or said on the terminal, also by a library in C."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield
    assert capfd.readouterr() == ("", "")


def ct(folder: Path, syntax: Any) -> Path:
    """A CT slice of about 2 kB whose every value is longer than it had to be, so that cuts could go unseen."""
    stored = np.random.default_rng(0).integers(0, 4096, (ROWS, COLUMNS), dtype=np.uint16)
    path = slice_at(
        folder / "whole.dcm", -125.25, 120, PixelSpacing=["0.703125", "0.703125"], QualityControlImage="YES",
        RescaleSlope="1.25", RescaleIntercept="-1024.5", Rows=ROWS, Columns=COLUMNS, PixelData=stored.tobytes(),
        SeriesInstanceUID="1.2.840.113619.2.55",
    )  # fmt: skip
    dataset = dcmread(path)
    if syntax in (RLELossless, JPEGLosslessSV1, JPEG2000Lossless):
        write(dataset, path, syntax)
    else:
        dataset.file_meta.TransferSyntaxUID = syntax
        dataset.save_as(path, implicit_vr=syntax.is_implicit_VR, little_endian=True, enforce_file_format=True)
    return path


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian])
@pytest.mark.parametrize("name", ["cut.dcm", "without_ending"])
def test_a_ct_slice_cut_at_any_byte_is_told(tmp_path, capfd, syntax, name):
    """When pixels are read at the latest: nothing of such a file is after them, but for the byte that makes what was
    deflated even (PS3.5 A.5). A header is told or the whole one."""
    path = ct(tmp_path, syntax)
    whole, header = path.read_bytes(), read_header(tmp_path, path.name)
    assert isinstance(header, Slice)
    if syntax == DeflatedExplicitVRLittleEndian:
        whole = whole.rstrip(b"\0")
    cut = tmp_path / name
    for length in range(len(whole)):
        cut.write_bytes(whole[:length])
        with silence(capfd):
            found = read_header(tmp_path, name)
            with pytest.raises(Broken, match=r"."):
                read_slice(cut)
        if name == "without_ending" and length < 132:
            assert found is None, "without the prefix DICM it is any file"
        elif isinstance(found, Problem):
            assert found.reason
            assert found.skipped
        else:
            assert length > len(whole) - 2 * ROWS * COLUMNS - 12, length
            assert found == replace(header, where=name)


@pytest.mark.parametrize("syntax", [RLELossless, JPEGLosslessSV1, JPEG2000Lossless])
def test_a_compressed_ct_slice_cut_anywhere_is_told(tmp_path, capfd, syntax):
    path = ct(tmp_path, syntax)
    whole, units, header = path.read_bytes(), read_slice(path), read_header(tmp_path, path.name)
    for length in [*range(0, len(whole), 7), *range(len(whole) - 16, len(whole))]:
        path.write_bytes(whole[:length])
        with silence(capfd):
            found = read_header(tmp_path, path.name)
            assert isinstance(found, Problem) or found == header, length
            unless_broken(lambda: read_slice(path), units)


def unless_broken(read: Callable[[], NDArray[Any]], expected: NDArray[Any]) -> bool:
    """Whether it is told; what is read otherwise is ``expected``, to the last value."""
    try:
        read_values = read()
    except Broken as broken:
        assert str(broken)
        return True
    assert read_values.dtype == expected.dtype
    assert np.array_equal(read_values, expected)
    return False


SYNTAXES = [
    pytest.param(ExplicitVRLittleEndian, False, 1, id="plain"),
    pytest.param(RLELossless, False, 7, id="RLE"),
    pytest.param(JPEGLosslessSV1, False, 7, id="JPEG Lossless"),
    pytest.param(JPEG2000Lossless, False, 7, id="JPEG 2000"),
    pytest.param(JPEG2000Lossless, True, 7, id="JPEG 2000 in JP2"),
]


def small_mammogram(path: Path, syntax: Any, *, boxed: bool) -> bytes:
    """A noisy one, so that its compressed form has bytes all over its tile."""
    random = np.random.default_rng(1)
    stored = (1000 + 40 * np.arange(COLUMNS) + random.integers(0, 300, (ROWS, COLUMNS))).astype(np.uint16)
    write(mammogram(Rows=ROWS, Columns=COLUMNS, PixelData=stored.tobytes()), path, syntax, boxed=boxed)
    return path.read_bytes()


@pytest.mark.parametrize(("syntax", "boxed", "step"), SYNTAXES)
def test_a_mammogram_cut_anywhere_is_told(tmp_path, capfd, syntax, boxed, step):
    """A cut may take what follows the pixels, the length of the sequence's delimiter or a padding byte: nothing more"""
    path = tmp_path / "a.dcm"
    whole = small_mammogram(path, syntax, boxed=boxed)
    square = image.make_square(path, "L")
    for length in [*range(0, len(whole), step), *range(len(whole) - 16, len(whole))]:
        path.write_bytes(whole[:length])
        with silence(capfd):
            told = unless_broken(lambda: image.make_square(path, "L").image, square.image)
        assert told or length >= len(whole) - 4, length


@pytest.mark.parametrize(("syntax", "boxed", "step"), SYNTAXES)
def test_a_changed_byte_gives_an_image_or_a_reason(tmp_path, syntax, boxed, step):
    """GDCM's decoder may say something on the terminal of its own accord; Python does not."""
    path = tmp_path / "a.dcm"
    whole = small_mammogram(path, syntax, boxed=boxed)
    for place in range(132, len(whole), max(step, 5)):
        for flip in (0xFF, 1 << (place % 8)):
            data = bytearray(whole)
            data[place] ^= flip
            path.write_bytes(data)
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                try:
                    made = image.make_square(path, "L")
                except Broken as broken:
                    assert str(broken)
                    continue
            assert made.image.shape == (256, 256)
            assert made.image.dtype == np.uint8


def shortened(frame: bytes, syntax: Any, path: Path) -> None:
    """A file that is complete but for its image, which somebody cut before it was put in."""
    dataset = dcmread(path)
    dataset.PixelData = encapsulate([frame])
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset["PixelData"].is_undefined_length = True
    dataset.save_as(path, enforce_file_format=True)


@pytest.mark.parametrize(("syntax", "boxed", "step"), SYNTAXES[1:])
def test_an_image_that_was_cut_before_it_was_put_in_a_file_is_told(tmp_path, capfd, syntax, boxed, step):
    """OpenJPEG decodes what is left of a stream, without a word."""
    path, cut = tmp_path / "whole.dcm", tmp_path / "cut.dcm"
    small_mammogram(path, syntax, boxed=boxed)
    frame = next(generate_frames(dcmread(path).PixelData, number_of_frames=1))
    pixels = decode(dcmread(path), at_least=16).pixels
    for length in [*range(2, len(frame), step), *range(len(frame) - 8, len(frame))]:
        cut.write_bytes(path.read_bytes())
        shortened(frame[:length], syntax, cut)
        with silence(capfd):
            told = unless_broken(lambda: decode(dcmread(cut), at_least=16).pixels, pixels)
        assert told or frame[length:].strip(b"\0") == b"" or syntax == RLELossless, length


def tiled() -> tuple[bytes, list[int]]:
    """A codestream of six tiles, and where each begins."""
    stored = np.random.default_rng(0).integers(1, 4096, (ROWS, COLUMNS)).astype(np.uint16)
    file = io.BytesIO()
    Image.fromarray(stored).save(file, "JPEG2000", tile_size=(16, 16), no_jp2=True, num_resolutions=2)
    stream = file.getvalue()
    starts = [stream.index(b"\xff\x90")]
    while stream[starts[-1] : starts[-1] + 2] == b"\xff\x90":  # Psot, ISO/IEC 15444-1 A.4.2
        starts.append(starts[-1] + int.from_bytes(stream[starts[-1] + 6 : starts[-1] + 10]))
    return stream, starts[:-1]


@pytest.mark.parametrize("end", [b"", b"\xff\xd9"])
def test_a_stream_that_lacks_tiles_is_told(tmp_path, end):
    """The decoder gives zeros for them, if only the end is there."""
    path = tmp_path / "a.dcm"
    small_mammogram(path, JPEG2000Lossless, boxed=False)
    stream, starts = tiled()
    assert len(starts) == 6
    shortened(stream, JPEG2000Lossless, path)
    assert decode(dcmread(path), at_least=ROWS).pixels.shape == (ROWS, COLUMNS)
    for start in starts:
        shortened(stream[:start] + end, JPEG2000Lossless, path)
        with pytest.raises(Broken, match="its compressed pixels end too soon"):
            decode(dcmread(path), at_least=ROWS)


def test_a_last_tile_may_leave_its_length_open_and_parts_must_be_as_many_as_announced():
    """Psot 0, and TNsot (ISO/IEC 15444-1 A.4.2)."""
    stream, starts = tiled()
    length, parts = slice(starts[-1] + 6, starts[-1] + 10), starts[-1] + 11
    changed = bytearray(stream)
    changed[length] = bytes(4)
    assert is_complete(bytes(changed), JPEG2000Lossless)
    assert not is_complete(bytes(changed[:-2]), JPEG2000Lossless)
    changed = bytearray(stream)
    changed[parts] = 2
    assert not is_complete(bytes(changed), JPEG2000Lossless)
    changed[parts] = 0  # not said
    assert is_complete(bytes(changed), JPEG2000Lossless)


def test_what_follows_the_pixels_may_be_cut(tmp_path):
    path = ct(tmp_path, ExplicitVRLittleEndian)
    units, header = read_slice(path), read_header(tmp_path, path.name)
    dataset = dcmread(path)
    dataset.add_new(0xFFFCFFFC, "OB", bytes(64))  # DataSetTrailingPadding
    dataset.save_as(path)
    path.write_bytes(path.read_bytes()[:-20])
    assert np.array_equal(read_slice(path), units)
    assert read_header(tmp_path, path.name) == header


def test_a_directory_of_files_is_passed_over_though_it_has_no_modality(tmp_path):
    dataset = dcmread(ct(tmp_path, ExplicitVRLittleEndian))
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = MediaStorageDirectoryStorage
    del dataset.Modality, dataset.PixelData
    dataset.save_as(tmp_path / "DICOMDIR")
    assert read_header(tmp_path, "DICOMDIR") is None
