"""A square of a CT slice around a nodule, at one physical size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

SIDE_MM = 89.6
"""128 pixels of 0.7 mm, the collection's usual spacing: a nodule of up to 30 mm with what surrounds it."""


def patch(grey: NDArray[np.uint8], row: float, column: float, *, spacing: float, pixels: int) -> NDArray[np.uint8]:
    """`SIDE_MM` around (row, column) as ``pixels`` × ``pixels``, uint8; bilinear, black beyond the slice's edge.

    ``grey`` is uint8 [rows, columns] with ``spacing`` mm between pixels; centres of pixels lie at whole numbers.
    """
    step = SIDE_MM / pixels / spacing
    offsets = (np.arange(pixels) - (pixels - 1) / 2) * step
    rows, columns = np.meshgrid(row + offsets, column + offsets, indexing="ij")
    taken = map_coordinates(grey.astype(np.float64), (rows, columns), order=1, mode="constant", cval=0.0)
    rounded: NDArray[np.uint8] = np.floor(taken + 0.5).astype(np.uint8)
    return rounded
