"""What one rater outlined, as filled pixels: from contours to a mask on the scan's own slices.

The rules of LIDC-IDRI (Armato et al., Med. Phys. 38, 2011, section II.C): an inclusion contour runs through the first
pixels *outside* the nodule, so the nodule is what it encloses without the contour's own pixels. An exclusion contour
marks a hole, its own pixels included. Points are stored as (x, y), so the row of a pixel is y. All arithmetic is on
integers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.data.lidc.source import Annotation, Scan

NANOMETRES = 1_000_000  # in a millimetre


@dataclass(frozen=True, eq=False)
class Mask:
    """The filled outline of one rater, cut to its bounding box, on the scan's own slices.

    ``voxels`` is bool [slices, rows, columns], with at least one True in every outermost plane. ``pixel`` is the pixel
    spacing in nanometres; ``slabs`` is int64 [slices, 2], lower and upper z of each slice in nanometres, ascending.
    """

    voxels: NDArray[np.bool_]
    pixel: int
    slabs: NDArray[np.int64]

    @property
    def volume(self) -> int:
        """Volume in cubic nanometres, exact (it outgrows 64 bits, so a Python integer)."""
        counts: list[int] = self.voxels.sum(axis=(1, 2)).tolist()
        heights: list[int] = (self.slabs[:, 1] - self.slabs[:, 0]).tolist()
        return self.pixel * self.pixel * sum(count * height for count, height in zip(counts, heights, strict=True))


def fill(annotation: Annotation, scan: Scan) -> Mask:
    """The mask of `annotation`: inclusions united, exclusions then taken away.

    It depends on this rater's contours and the scan's geometry only. A contour that encloses no pixel adds nothing.
    Raises ValueError where no contour encloses any: that happens nowhere in the database.
    """
    stacked = np.vstack([contour.points for contour in annotation.contours])
    corner = stacked.min(axis=0)
    columns, rows = (stacked.max(axis=0) - corner + 1).tolist()
    numbers = [int(np.searchsorted(scan.slice_zs, contour.z)) for contour in annotation.contours]
    first = min(numbers)
    voxels = np.zeros((max(numbers) - first + 1, rows, columns), dtype=np.bool_)
    drawn = list(zip(annotation.contours, numbers, strict=True))
    for contour, number in sorted(drawn, key=lambda pair: not pair[0].inclusion):  # exclusions cut through all others
        inside, outline = enclosed(contour.points - corner, (rows, columns))
        if contour.inclusion:
            voxels[number - first] |= inside
        else:
            voxels[number - first] &= ~(inside | outline)
    if not voxels.any():
        raise ValueError(f"the contours of annotation {annotation.id} enclose no pixel")
    kept = [np.flatnonzero(voxels.any(axis=others)) for others in ((1, 2), (0, 2), (0, 1))]
    box = tuple(slice(indices[0], indices[-1] + 1) for indices in kept)
    slabs = slice_slabs(scan.slice_zs)[first + kept[0][0] : first + kept[0][-1] + 1]
    return Mask(voxels=voxels[box], pixel=round(scan.pixel_spacing * NANOMETRES), slabs=slabs)


def enclosed(points: NDArray[np.int64], shape: tuple[int, int]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Pixels strictly inside a closed polygon of pixel centres, and the pixels on it; both bool of `shape`.

    Even-odd rule, one horizontal ray a row: an edge is crossed by the rows from its upper end, included, to its lower
    end, excluded. Where a crossing falls between two columns it is rounded up, which leaves every pixel on its side,
    so integers give the exact answer. Pixels whose centre lies on an edge belong to the outline, not to the inside.
    """
    outline = np.zeros(shape, dtype=np.bool_)
    on = _lattice_points(points)
    outline[on[:, 1], on[:, 0]] = True

    start, end = points, np.roll(points, -1, axis=0)
    downward = (start[:, 1] < end[:, 1])[:, None]
    upper, lower = np.where(downward, start, end), np.where(downward, end, start)
    run, rise = (lower - upper).T
    crossed = np.repeat(np.arange(len(points)), rise)
    below = np.arange(len(crossed)) - np.repeat(np.cumsum(rise) - rise, rise)
    column = upper[crossed, 0] - (-below * run[crossed]) // rise[crossed]  # rounded up
    crossings = np.zeros((shape[0], shape[1] + 1), dtype=np.int64)
    np.add.at(crossings, (upper[crossed, 1] + below, column), 1)
    to_the_right = crossings[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
    return (to_the_right % 2 == 1) & ~outline, outline


def _lattice_points(points: NDArray[np.int64]) -> NDArray[np.int64]:
    """Every pixel centre that lies on the closed polygon, int64 [n, 2] as (x, y); corners included."""
    step = np.roll(points, -1, axis=0) - points
    pieces = np.gcd(step[:, 0], step[:, 1])
    if pieces.max() <= 1:
        return points
    pieces = np.maximum(pieces, 1)  # a point drawn twice in a row makes an edge of length nought
    edge = np.repeat(np.arange(len(points)), pieces)
    along = np.arange(len(edge)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    lattice: NDArray[np.int64] = points[edge] + (step // pieces[:, None])[edge] * along[:, None]
    return lattice


def slice_slabs(slice_zs: tuple[float, ...]) -> NDArray[np.int64]:
    """The space each slice stands for: int64 [slices, 2], lower and upper z in nanometres.

    A slice reaches half-way to each neighbour; the first and the last reach as far outwards as inwards. Slice thickness
    plays no part: it is a property of the beam, and slices overlap or leave gaps. The four scans with irregular spacing
    have no contour beside an irregular gap.
    """
    z = np.rint(np.array(slice_zs) * NANOMETRES).astype(np.int64)
    middles = (z[:-1] + z[1:]) // 2
    lower = np.concatenate([[2 * z[0] - middles[0]], middles])
    upper = np.concatenate([middles, [2 * z[-1] - middles[-1]]])
    return np.column_stack([lower, upper])
