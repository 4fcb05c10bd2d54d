"""The trivial models of lidc-nodules: what size, scan and number of raters tell about the label without any image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.data.lidc.case import Cases, Drawings
from harness.data.lidc.source import Scan
from harness.data.split import SPLITS
from harness.data.trivial import fit, logarithm
from harness.score.auc import roc_auc


def trivial_models(cases: Cases, drawings: Drawings) -> tuple[dict[str, Any], dict[str, NDArray[np.float64]]]:
    """Every trivial model with its AUCs, and the size model's scores by split. All from the one annotation shown."""
    labels = {split: np.array([case.label for case in cases[split]], dtype=np.uint8) for split in SPLITS}
    sizes = {split: np.array([[logarithm(d[0].mm3)] for d in drawings[split]]) for split in SPLITS}
    extents = {
        split: np.hstack([sizes[split], [[logarithm(d[0].extent_mm)] for d in drawings[split]]]) for split in SPLITS
    }
    scans = {split: np.array([_scan_parameters(case.scan) for case in cases[split]]) for split in SPLITS}
    size, scores = trivial_model(("ln(volume / mm3)",), sizes, labels)
    return {
        "size": size,
        "size_and_extent": trivial_model(("ln(volume / mm3)", "ln(longest side of the box / mm)"), extents, labels)[0],
        "scan_parameters": trivial_model(
            ("slice thickness / mm", "pixel spacing / mm", "median slice distance / mm", "contrast"), scans, labels
        )[0],
        "rater_count": _rater_count(cases, labels, sizes),
    }, scores


def _scan_parameters(scan: Scan) -> tuple[float, ...]:
    gap = float(np.median(np.diff(scan.slice_zs)))
    return scan.slice_thickness, scan.pixel_spacing, gap, float(scan.contrast_used)


def trivial_model(
    names: tuple[str, ...], features: Mapping[str, NDArray[np.float64]], labels: Mapping[str, NDArray[np.uint8]]
) -> tuple[dict[str, Any], dict[str, NDArray[np.float64]]]:
    """One model with its AUCs, and its scores by split. Raises ValueError where the training cases allow no fit."""
    model = fit(names, features["train"], labels["train"])
    scores = {split: model.score(features[split]) for split in SPLITS}
    return {
        "features": list(model.features),
        "weights": list(model.weights),
        "intercept": model.intercept,
        "auc": {split: _rounded(roc_auc(scores[split], labels[split])) for split in SPLITS},
    }, scores


def _rater_count(
    cases: Cases, labels: Mapping[str, NDArray[np.uint8]], sizes: Mapping[str, NDArray[np.float64]]
) -> dict[str, Any]:
    """Sanity: the number of raters must tell the label exactly, or labels and cases have come apart.

    Beside it, how well size tells the number *within* a label: what an image may honestly know of it (larger nodules
    are outlined by more raters). That images know nothing else of it is by construction; the tests redraw a case
    without its other annotations and compare the bytes.
    """
    raters = {split: np.array([len(case.annotations) for case in cases[split]]) for split in SPLITS}
    within = {}
    for fewer, more in ((1, 2), (3, 4)):
        count, size = (np.concatenate([one[split] for split in SPLITS]) for one in (raters, sizes))
        chosen = (count == fewer) | (count == more)
        within[f"{more} from {fewer}"] = _rounded(roc_auc(size[chosen, 0], (count[chosen] == more).astype(np.uint8)))
    return {
        "auc": {split: _rounded(roc_auc(raters[split], labels[split])) for split in SPLITS},
        "size_tells": within,
        "meaning": "1 by definition of the label; anything else means that labels and cases have come apart",
    }


def _rounded(value: float) -> float:
    return round(value, 6)
