"""From stored values to grey levels: the VOI functions of PS3.3 C.11.2.1, as a table over all stored values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.multival import MultiValue

from harness.data.broken import Broken

FUNCTIONS = ("LINEAR", "LINEAR_EXACT", "SIGMOID")


@dataclass(frozen=True)
class Voi:
    """What a header says of showing its pixels: the first of its windows, and how values are stored.

    Without a window the whole range of stored values is shown. ``inverted`` for MONOCHROME1, whose lowest value is
    white.
    """

    bits: int
    signed: bool
    slope: float
    intercept: float
    centre: float | None
    width: float | None
    function: str
    inverted: bool

    @classmethod
    def of(cls, header: Dataset) -> Voi:
        """Raises `Broken` where the header makes no sense."""
        bits, signed = int(header.BitsStored), bool(header.PixelRepresentation)
        if not 8 <= bits <= 16:
            raise Broken(f"it stores {bits} bits a pixel, and 8 to 16 are usual")
        photometric = header.PhotometricInterpretation
        if photometric not in ("MONOCHROME1", "MONOCHROME2"):
            raise Broken(f"its pixels are {photometric}, not shades of grey")
        function = str(header.get("VOILUTFunction") or "LINEAR")
        centre, width = _first(header.get("WindowCenter")), _first(header.get("WindowWidth"))
        if function not in FUNCTIONS:
            raise Broken(f"its VOI LUT function is {function}, which the standard does not know")
        if (centre is None) != (width is None):
            raise Broken("it has a window's centre or width, and not both")
        # C.11.2.1.2.1: at least 1; C.11.2.1.3: more than 0.
        if width is not None and (width < 1 if function == "LINEAR" else width <= 0):
            raise Broken(f"its window is {width:g} wide")
        slope = float(header.get("RescaleSlope") or 1)
        intercept = float(header.get("RescaleIntercept") or 0)
        return cls(bits, signed, slope, intercept, centre, width, function, photometric == "MONOCHROME1")

    @property
    def lowest(self) -> int:
        """The lowest value that can be stored."""
        return -(1 << (self.bits - 1)) if self.signed else 0

    def table(self) -> NDArray[np.uint8]:
        """Grey levels uint8 [2^bits], for stored values from `lowest` upwards; rounded half up."""
        stored = np.arange(self.lowest, self.lowest + (1 << self.bits), dtype=np.float64)
        share = np.clip(self._share(stored * self.slope + self.intercept), 0.0, 1.0)
        if self.inverted:
            share = 1.0 - share
        grey: NDArray[np.uint8] = np.floor(share * 255 + 0.5).astype(np.uint8)
        return grey

    def _share(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Brightness from 0 to 1; beyond them where a value lies outside the window."""
        if self.centre is None or self.width is None:
            return np.asarray((values - values.min()) / (values.max() - values.min()), dtype=np.float64)
        if self.function == "LINEAR":
            if self.width == 1:
                return (values > self.centre - 0.5).astype(np.float64)
            return (values - (self.centre - 0.5)) / (self.width - 1) + 0.5
        if self.function == "LINEAR_EXACT":
            return (values - self.centre) / self.width + 0.5
        # Beyond ±700 the exponential leaves the range of a double, and the result is 0 or 1 anyhow.
        exponent = np.clip(-4 * (values - self.centre) / self.width, -700, 700)
        return np.asarray(1 / (1 + np.exp(exponent)), dtype=np.float64)

    def apply(self, stored: NDArray[np.integer]) -> tuple[NDArray[np.uint8], int]:
        """Grey levels of ``stored``, and how many values lay beyond what `bits` can hold and were clipped."""
        numbers = stored - np.int32(self.lowest) if self.lowest else stored
        top = (1 << self.bits) - 1
        beyond = 0
        if numbers.size and (numbers.max() > top or numbers.min() < 0):
            beyond = int(((numbers < 0) | (numbers > top)).sum())
        return np.take(self.table(), numbers, mode="clip"), beyond


def _first(value: object) -> float | None:
    if isinstance(value, MultiValue):
        value = value[0] if value else None
    return None if value in (None, "") else float(str(value))
