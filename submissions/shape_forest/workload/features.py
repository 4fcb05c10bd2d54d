"""Numbers that describe an outlined nodule: how large it is, how round, how ragged, and how its slices fill it.

An image has three projections of one outlined nodule (axial, coronal, sagittal); a pixel says how much of the nodule
lies along its line of sight.
"""

import numpy as np

QUANTILES = (0.25, 0.5, 0.75, 0.9, 1.0)


def describe(images):
    """float32 [images, features] for uint8 [images, 3, height, width]."""
    return np.array([[number for plane in image for number in _plane(plane)] for image in images], dtype=np.float32)


def _plane(plane):
    depth = plane.astype(np.float64) / 255
    inside = depth > 0
    area = inside.sum()
    if area == 0:
        return [0.0] * (13 + len(QUANTILES))
    rows, columns = np.nonzero(inside)
    weights = depth[inside]
    height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
    # Axes of the ellipse with the same second moments.
    spread = np.cov(np.vstack([rows, columns]), bias=True) + np.eye(2) / 12
    minor, major = np.sqrt(np.linalg.eigvalsh(spread))
    edge = _edge(inside)
    return [
        area,
        weights.sum(),
        weights.mean(),
        weights.std(),
        height,
        width,
        min(height, width) / max(height, width),
        area / (height * width),
        major,
        minor / major,
        edge,
        edge**2 / area,
        np.abs(np.diff(depth, axis=0)).sum() / area + np.abs(np.diff(depth, axis=1)).sum() / area,
        *np.quantile(weights, QUANTILES),
    ]


def _edge(inside):
    """Pixels inside with a neighbour outside."""
    padded = np.pad(inside, 1)
    core = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    return (inside & ~core).sum()
