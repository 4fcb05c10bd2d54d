"""CT slices in Hounsfield units, and as a radiologist's lung window shows them."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.pixels.utils import pixel_array

from harness.data.broken import Broken
from harness.data.dicom_file import check_pixels, read_file, told

AIR = -1024
"""Below air there is nothing: scanners mark what lies outside their circle with lower values."""
CENTRE, WIDTH = -600, 1500
"""The usual lung window, in Hounsfield units."""


def read_slice(path: Path) -> NDArray[np.int16]:
    """The slice in Hounsfield units, int16 [rows, columns], not below `AIR`.

    Stored values times RescaleSlope plus RescaleIntercept (PS3.3 C.11.1.1.2), which each slice has for itself; rounded.
    What the scanner did not see is `AIR`, however it is marked. Raises `Broken` for a file that is damaged or of
    another kind.
    """
    dataset = read_file(path, "RescaleSlope", "RescaleIntercept", "PixelData")
    with told("its pixels can't be decoded"):
        check_pixels(dataset)
        words = pixel_array(dataset, correct_unused_bits=False)
        if words.ndim != 2:
            raise Broken(f"it holds an image of shape {words.shape}, and a slice has two dimensions")
        stored = _without_unused_bits(words, int(dataset.BitsStored))
        slope, intercept = float(dataset.RescaleSlope), float(dataset.RescaleIntercept)
        if not (math.isfinite(slope) and math.isfinite(intercept)):
            raise Broken("its RescaleSlope or RescaleIntercept is no number")
        units = np.rint(stored * slope + intercept)
        units[_padding(words, dataset) | _padding(stored, dataset)] = AIR
        clipped: NDArray[np.int16] = np.clip(units, AIR, np.iinfo(np.int16).max).astype(np.int16)
    return clipped


def _without_unused_bits(words: NDArray[np.integer], bits: int) -> NDArray[np.integer]:
    """Values whose sign is that of the highest of ``bits``: what lies above them may be anything (PS3.5 8.1.1)."""
    unused = max(0, 8 * words.itemsize - bits)
    return (words << unused) >> unused


def _padding(values: NDArray[np.integer], dataset: Dataset) -> NDArray[np.bool_]:
    """Where ``values`` are PixelPaddingValue, or between it and PixelPaddingRangeLimit (PS3.3 C.7.5.1.1.2)."""
    first = dataset.get("PixelPaddingValue")
    if first in (None, ""):
        return np.zeros(values.shape, dtype=np.bool_)
    last = dataset.get("PixelPaddingRangeLimit")
    limits = sorted(_as_stored(one, values.dtype) for one in (first, first if last in (None, "") else last))
    inside: NDArray[np.bool_] = (values >= limits[0]) & (values <= limits[1])
    return inside


def _as_stored(value: int, kind: np.dtype[np.integer]) -> int:
    """``value`` as a pixel of ``kind`` has it: scanners write -2000 as 63536, its 16 bits without a sign."""
    bits = 8 * kind.itemsize
    low = int(value) % (1 << bits)
    return low - (1 << bits) if kind.kind == "i" and low >> (bits - 1) else low


def lung_window(units: NDArray[np.int16]) -> NDArray[np.uint8]:
    """Hounsfield units as grey levels, uint8: PS3.3 C.11.2.1.2.1, function LINEAR, from 0 to 255, rounded half up."""
    share = (units.astype(np.float64) - (CENTRE - 0.5)) / (WIDTH - 1) + 0.5
    grey: NDArray[np.uint8] = np.floor(np.clip(share, 0, 1) * 255 + 0.5).astype(np.uint8)
    return grey
