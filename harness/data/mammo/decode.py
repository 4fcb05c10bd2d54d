"""Stored values from pixel data, at a fraction of the resolution where the syntax allows it.

JPEG 2000 holds an image as a small one and what refines it, so that a mammogram of 4096 × 3328 pixels can be read as
512 × 416 in a fiftieth of the time. (A small one is a filtered image, not a mean over blocks: docs/measurements says
how far the two differ.) The other syntaxes have to be decoded whole.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom import Dataset
from pydicom.pixels.utils import pixel_array
from pydicom.uid import JPEG2000, JPEG2000Lossless

from harness.data.broken import Broken
from harness.data.dicom_file import check_pixels, told
from harness.data.encoded import frame_of

_CODESTREAM = b"\xff\x4f\xff\x51"
_COD = b"\xff\x52"
# ISO/IEC 15444-1 A.6.1: marker, length, style, progression, layers, transform, and then the decomposition levels.
_LEVELS_AT = 9


@dataclass(frozen=True, eq=False)
class Decoded:
    """``pixels`` as stored values, [rows, columns], each side 2^``reduced`` times smaller than the file's."""

    pixels: NDArray[np.integer]
    reduced: int


def decode(dataset: Dataset, *, at_least: int) -> Decoded:
    """The stored values, reduced as far as the longer side keeps ``at_least`` pixels. Raises `Broken`."""
    with told("its pixels can't be decoded"):
        if dataset.file_meta.TransferSyntaxUID in (JPEG2000, JPEG2000Lossless) and not dataset.PixelRepresentation:
            return _reduced(dataset, at_least)
        check_pixels(dataset)
        # pydicom would set bits above BitsStored to 0, which turns a value that is too large into a small one. Only of
        # signed values they belong to the sign.
        correct = bool(dataset.PixelRepresentation)
        return Decoded(_single(pixel_array(dataset, correct_unused_bits=correct)), 0)


def _single(pixels: NDArray[np.integer]) -> NDArray[np.integer]:
    if pixels.ndim != 2:
        raise Broken(f"it holds pixels of shape {pixels.shape}, and a mammogram is one image")
    return pixels


def _reduced(dataset: Dataset, at_least: int) -> Decoded:
    stream = codestream(frame_of(dataset))
    if is_signed(stream):
        raise Broken("its codestream holds signed values, and its header says otherwise")
    times = reductions(stream, max(int(dataset.Rows), int(dataset.Columns)), at_least)
    try:
        image = Image.open(io.BytesIO(stream))
    except Image.DecompressionBombError:
        # Pillow's word for a size that no mammogram has.
        raise Broken("its codestream claims a huge image") from None
    with image:
        if image.size != (dataset.Columns, dataset.Rows):
            raise Broken(f"its pixels are {image.size[1]} × {image.size[0]}, and its header says otherwise")
        if image.mode not in ("L", "I;16"):
            raise Broken(f"its pixels are {image.mode}, not shades of grey")
        image.reduce = times  # type: ignore[assignment, method-assign]  # of its JPEG 2000 plugin
        pixels = np.asarray(image)
    if image.mode == "I;16":
        # Pillow scales what has fewer bits up to 16.
        pixels = pixels >> (16 - precision(stream))
    return Decoded(_single(pixels), times)


def codestream(frame: bytes) -> bytes:
    """The JPEG 2000 codestream in a frame, which may be wrapped in the boxes of a JP2 file (ISO/IEC 15444-1 Annex I)
    although the standard forbids it (PS3.5 A.4.4). Raises `Broken` where there is none."""
    at = frame.find(_CODESTREAM)
    if at < 0:
        raise Broken("its pixels are no JPEG 2000 codestream")
    return frame[at:]


def precision(stream: bytes) -> int:
    """Bits of the first component (ISO/IEC 15444-1 A.5.1: Ssiz, 40 bytes after SOC)."""
    return (stream[42] & 0x7F) + 1


def is_signed(stream: bytes) -> bool:
    """Whether the first component's values are signed (ISO/IEC 15444-1 table A.11: the highest bit of Ssiz)."""
    return bool(stream[42] & 0x80)


def reductions(stream: bytes, longest: int, at_least: int) -> int:
    """How often both sides can be halved so that ``longest`` keeps ``at_least``, and no oftener than the codestream
    allows."""
    at = stream.find(_COD)
    levels = stream[at + _LEVELS_AT] if 0 < at < len(stream) - _LEVELS_AT else 0
    times = 0
    while times < levels and longest >> (times + 1) >= at_least:
        times += 1
    return times
