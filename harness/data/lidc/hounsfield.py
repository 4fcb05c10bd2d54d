"""CT slices in Hounsfield units, and as a radiologist's lung window shows them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from harness.data.broken import Broken
from harness.data.dicom_file import DAMAGED, read_file

AIR = -1024
"""Below air there is nothing: scanners mark what lies outside their circle with lower values."""
CENTRE, WIDTH = -600, 1500
"""The usual lung window, in Hounsfield units."""


def read_slice(path: Path) -> NDArray[np.int16]:
    """The slice in Hounsfield units, int16 [rows, columns], not below `AIR`.

    Stored values times RescaleSlope plus RescaleIntercept (PS3.3 C.11.1.1.2), which each slice has for itself; rounded.
    Raises `Broken` for a file that is damaged or of another kind.
    """
    dataset = read_file(path, "RescaleSlope", "RescaleIntercept", "PixelData")
    try:
        stored = dataset.pixel_array
        slope, intercept = float(dataset.RescaleSlope), float(dataset.RescaleIntercept)
    except (*DAMAGED, RuntimeError) as error:
        # The decoders' errors are RuntimeErrors; the text of either may quote the file.
        raise Broken(f"its pixels can't be decoded ({type(error).__name__})") from None
    if stored.ndim != 2:
        raise Broken(f"it holds an image of shape {stored.shape}, and a slice has two dimensions")
    units = np.rint(stored * slope + intercept)
    clipped: NDArray[np.int16] = np.clip(units, AIR, np.iinfo(np.int16).max).astype(np.int16)
    return clipped


def lung_window(units: NDArray[np.int16]) -> NDArray[np.uint8]:
    """Hounsfield units as grey levels, uint8: PS3.3 C.11.2.1.2.1, function LINEAR, from 0 to 255, rounded half up."""
    share = (units.astype(np.float64) - (CENTRE - 0.5)) / (WIDTH - 1) + 0.5
    grey: NDArray[np.uint8] = np.floor(np.clip(share, 0, 1) * 255 + 0.5).astype(np.uint8)
    return grey
