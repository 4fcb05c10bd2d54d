"""ROC curve and reliability diagram, of one run and of an entry's runs together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from harness.curves.part import Part, column, evenly, missing
from harness.data.dataset import Dataset
from harness.protocol import PREDICTED
from harness.record.folder import RunFolder
from harness.reference.evidence import scores_of
from harness.score.band import Band
from harness.score.clustered import FloatArray
from harness.score.metrics import Settings
from harness.score.reliability import reliability
from harness.score.roc import RATES, mean_roc, roc_points

MOST_POINTS = 120
_ROC = ("rate", "sensitivity")
_RELIABILITY = ("predicted", "observed", "count")
_BAND = ("lower", "upper", "method")


def scores_or_reason(
    folder: RunFolder, record: Mapping[str, Any], journal: Sequence[Mapping[str, Any]], dataset: Dataset | None
) -> FloatArray | str:
    """The run's scores for all test cases, float64 [cases], or why there are none. Raises `InvalidInput` where the
    run's files contradict its record."""
    if record["quality"]["auc"]["value"] is None:
        return str(record["quality"]["auc"]["reason"])
    if dataset is None:
        return "the benchmark's data are not prepared here, so that its labels are not at hand"
    if record["data"]["digest"] != dataset.digest:
        return "other data are prepared here than those that the run was made on"
    images = dataset.counts["test"]
    text = next((str(line.get("predictions")) for line in journal if line.get("event") == PREDICTED), "")
    # In base64, four bytes a prediction.
    told = (len(text) * 3 // 4 - text.count("=")) // 4
    if told < images:
        return f"{told} of {images} test images were predicted, and a curve takes all of them"
    return scores_of(folder, record, dataset).test


def run_quality(scores: FloatArray | str, dataset: Dataset | None) -> dict[str, Part]:
    """One run's ``roc``, at most `MOST_POINTS` corners of it, and its ``reliability``."""
    if isinstance(scores, str) or dataset is None:
        reason = str(scores)
        return {"roc": missing(_ROC, reason), "reliability": missing(_RELIABILITY, reason)}
    labels = dataset.test_labels()
    points = roc_points(scores, labels == 1)
    points = points[evenly(points.sum(axis=1), MOST_POINTS)]
    found = reliability([scores], labels, dataset.test_patients(), None)
    return {
        "roc": {"rate": column(points[:, 0]), "sensitivity": column(points[:, 1]), "reason": None},
        "reliability": {
            "predicted": column(found.predicted),
            "observed": column(found.observed.value),
            "count": found.count.tolist(),
            "reason": None,
        },
    }


def entry_quality(each: Sequence[FloatArray | str], dataset: Dataset | None, settings: Settings) -> dict[str, Part]:
    """The runs' mean ``roc`` with its band, and the ``reliability`` of all runs together; ``each`` holds one run's
    scores, or why it has none."""
    lacking = [scores for scores in each if isinstance(scores, str)]
    found = [scores for scores in each if not isinstance(scores, str)]
    if lacking or not found or dataset is None:
        reason = lacking[0] if lacking else "there is no valid run"
        return {
            "roc": missing((*_ROC, *_BAND), reason),
            "reliability": missing((*_RELIABILITY, *_BAND), reason),
        }
    labels, patients = dataset.test_labels(), dataset.test_patients()
    mean = mean_roc(found, labels, patients, settings)
    diagram = reliability(found, labels, patients, settings)
    return {
        "roc": {"rate": column(RATES), "sensitivity": column(mean.value), **_band(mean)},
        "reliability": {
            "predicted": column(diagram.predicted),
            "observed": column(diagram.observed.value),
            "count": np.asarray(diagram.count).tolist(),
            **_band(diagram.observed),
        },
    }


def _band(band: Band) -> Part:
    return {
        "lower": None if band.lower is None else column(band.lower),
        "upper": None if band.upper is None else column(band.upper),
        "method": band.method,
        "reason": band.reason,
    }
