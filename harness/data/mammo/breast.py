"""The breast in a mammogram: turned to one side, cut out, and brought to one size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import find_objects, label

from harness.data.broken import Broken

DARKEST = 13
"""Grey levels from which a pixel is taken for breast, 5 % of white: the background of a shown mammogram is black."""
_GRID = 64
"""Blocks along the longer side of the grid on which the breast is looked for."""


def shrink(grey: NDArray[np.uint8], at_least: int) -> NDArray[np.uint8]:
    """``grey`` with both sides divided by the largest power of two that leaves the longer one ``at_least`` pixels:
    means over blocks.

    Powers of two, and blocks around every so-manieth pixel instead of between two, because that is how JPEG 2000's
    small images lie: a breast is cut out alike however it was packed.
    """
    factor = 1
    while max(grey.shape) // (2 * factor) >= at_least:
        factor *= 2
    if factor == 1:
        return grey
    half = factor // 2
    rows, columns = grey.shape
    moved = np.empty((rows + half, columns + half), dtype=np.uint8)
    moved[half:, half:] = grey
    moved[:half, half:] = grey[0]
    moved[:, :half] = moved[:, half : half + 1]
    means = np.asarray(Image.fromarray(moved).reduce(factor))
    return means[: -(-rows // factor), : -(-columns // factor)]


def to_left(grey: NDArray[np.uint8], laterality: str) -> NDArray[np.uint8]:
    """The chest wall on the left: where a left breast has it. Right breasts are mirrored."""
    return grey if laterality == "L" else grey[:, ::-1]


def crop(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The part of ``grey`` [rows, columns] that holds the breast: the largest connected area that is not black, which
    leaves labels at the edge out. Raises `Broken` for an image without any."""
    step = max(1, max(grey.shape) // _GRID)
    rows, columns = (-(-side // step) for side in grey.shape)
    padded = np.zeros((rows * step, columns * step), dtype=np.uint8)
    padded[: grey.shape[0], : grey.shape[1]] = grey
    means = padded.reshape(rows, step, columns, step).mean(axis=(1, 3))
    areas, count = label(means >= DARKEST)
    if count == 0:
        raise Broken("it is black: there is no breast to be seen")
    largest = int(np.bincount(areas.ravel())[1:].argmax())
    down, across = find_objects(areas)[largest]
    return grey[down.start * step : down.stop * step, across.start * step : across.stop * step]


def fit(grey: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """``grey`` in a square of ``size`` pixels, uint8, with its proportions kept: means over areas, at the left edge and
    half-way up, black around."""
    factor = size / max(grey.shape)
    rows, columns = (max(1, round(side * factor)) for side in grey.shape)
    scaled = np.asarray(Image.fromarray(np.ascontiguousarray(grey)).resize((columns, rows), Image.Resampling.BOX))
    square = np.zeros((size, size), dtype=np.uint8)
    top = (size - rows) // 2
    square[top : top + rows, :columns] = scaled
    return square
