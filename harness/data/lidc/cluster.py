"""Which annotations of a scan show the same nodule: the partition that pylidc's ``cluster_annotations`` makes.

The rule (pylidc 0.2.3, metric ``min``, default arguments), restated: the distance of two annotations is the smallest
Euclidean distance between their contours' points in *index* coordinates (row, column, number of the slice), although
the tolerance it is compared with is the slice thickness in *millimetres*. Annotations at a distance of at most the
tolerance are joined, and what is connected is one nodule. While a nodule has more than four annotations (there were
four raters) the tolerance shrinks by 0.9; once it would fall below 0.1 the last partition stands.

The mixture of units is pylidc's, and kept: its partition is what the literature on LIDC-IDRI counts nodules with.
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from harness.data.lidc.source import Annotation, Scan

RATERS = 4
SHRINK = 0.9
SMALLEST_TOLERANCE = 0.1


def cluster(scan: Scan) -> list[tuple[Annotation, ...]]:
    """Partition the annotations of `scan` into nodules, members by ascending id, nodules by their first member's id."""
    members = scan.annotations
    if not members:
        return []
    distances = _distances(scan)
    tolerance = scan.slice_thickness
    numbers = _components(distances, tolerance)
    while np.bincount(numbers).max() > RATERS:
        tolerance *= SHRINK
        if tolerance < SMALLEST_TOLERANCE:
            break
        numbers = _components(distances, tolerance)
    nodules: dict[int, list[Annotation]] = {}
    for number, annotation in zip(numbers.tolist(), members, strict=True):
        nodules.setdefault(number, []).append(annotation)
    found = [tuple(sorted(nodule, key=lambda annotation: annotation.id)) for nodule in nodules.values()]
    return sorted(found, key=lambda nodule: nodule[0].id)


def _components(distances: NDArray[np.float64], tolerance: float) -> NDArray[np.int32]:
    numbers: NDArray[np.int32] = connected_components(distances <= tolerance, directed=False)[1]
    return numbers


def _distances(scan: Scan) -> NDArray[np.float64]:
    """Distances between annotations, float64 [n, n]; infinity where above the first tolerance, which is all it takes.

    Coordinates are integers, so the squared distance is one too; it is rounded back to that integer before the root,
    which makes every finite entry equal to the bit to the root of the exact sum of squares.
    """
    points = [_index_points(annotation, scan) for annotation in scan.annotations]
    lows = np.array([p.min(axis=0) for p in points])
    highs = np.array([p.max(axis=0) for p in points])
    trees = [cKDTree(p) for p in points]
    limit = scan.slice_thickness
    distances = np.full((len(points), len(points)), np.inf)
    np.fill_diagonal(distances, 0.0)
    for i, j in itertools.combinations(range(len(points)), 2):
        apart = np.maximum(0, np.maximum(lows[i] - highs[j], lows[j] - highs[i]))
        if (apart**2).sum() > limit**2:
            continue  # not even their bounding boxes are that near
        nearest = np.min(trees[i].query(points[j], distance_upper_bound=limit * 1.001)[0])
        if np.isfinite(nearest):
            distances[i, j] = distances[j, i] = np.sqrt(np.rint(nearest**2))
    return distances


def _index_points(annotation: Annotation, scan: Scan) -> NDArray[np.int64]:
    """All points of an annotation, int64 [n, 3], as (row, column, number of the slice)."""
    rows = []
    for contour in annotation.contours:
        number = int(np.searchsorted(scan.slice_zs, contour.z))  # every contour's z is in the list, to the bit
        rows.append(np.column_stack([contour.points[:, ::-1], np.full(len(contour.points), number)]))
    return np.vstack(rows)
