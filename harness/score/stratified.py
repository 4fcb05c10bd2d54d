"""The area under the ROC curve among cases of one stratum only: what is left when telling the strata apart is no help.

A positive and a negative case are compared where they are of one stratum (of one mammography machine, say). The area is
the share of these pairs that is in order, which is the mean of the strata's areas weighted by their numbers of pairs
(H. Janes, M. S. Pepe, "Adjusting for covariate effects on classification accuracy using the covariate-adjusted receiver
operating characteristic curve", Biometrika 96 (2009) 371–382, with pairs as weights).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit
from scipy.stats import norm

from harness.score.clustered import FloatArray, Placements, TooFewPatientsError, clustered_covariance, placements
from harness.score.estimate import CONFIDENCE, Estimate

METHOD = "pairs within a stratum, Obuchowski 1997 variance clustered by patient, logit interval, 95 %"
_Z = float(norm.ppf(0.5 + CONFIDENCE / 2))
_ROUNDING = 1e-24


@dataclass(frozen=True)
class Within:
    """The area with its interval, from ``strata`` strata with cases of both classes, which hold ``cases`` cases."""

    auc: Estimate
    strata: int
    cases: int


def auc_within(scores: npt.ArrayLike, labels: npt.ArrayLike, patients: npt.ArrayLike, strata: npt.ArrayLike) -> Within:
    """The area within strata. ``scores`` is any finite real [n], ``labels`` 0 or 1 [n], ``patients`` and ``strata``
    integers [n].

    The weights of the strata count as known. No value where no stratum has both classes; no interval where the area
    can't be told to vary. Raises `ValueError` where the arrays don't fit.
    """
    values = np.asarray(scores, dtype=np.float64)
    truth, groups, layers = (np.asarray(each) for each in (labels, patients, strata))
    if not values.shape == truth.shape == groups.shape == layers.shape or values.ndim != 1:
        raise ValueError(
            f"one label, patient and stratum for each score is needed: {values.shape} scores, {truth.shape} labels, "
            f"{groups.shape} patients, {layers.shape} strata"
        )
    if not np.isfinite(values).all() or not np.isin(truth, (0, 1)).all():
        raise ValueError("a score is not finite or a label is neither 0 nor 1")
    positive = truth == 1
    used = np.isin(layers, np.intersect1d(layers[positive], layers[~positive]))
    if not used.any():
        return Within(Estimate.absent(METHOD, "no stratum has cases of both classes"), 0, 0)
    positive, layers = positive[used], layers[used]
    area, placed = _placements(values[used], positive, layers)
    return Within(_estimate(area, placed, positive, groups[used]), len(np.unique(layers)), int(used.sum()))


def _placements(
    values: FloatArray, positive: npt.NDArray[np.bool_], layers: npt.NDArray[np.integer]
) -> tuple[float, Placements]:
    """The area, and placement values whose mean is the area and whose deviations from it are the strata's own, scaled
    so that the variance of the mean is the weighted sum of the strata's variances."""
    inside = {layer: layers == layer for layer in np.unique(layers)}
    pairs = {layer: int(positive[mask].sum()) * int((~positive[mask]).sum()) for layer, mask in inside.items()}
    each = {layer: placements(values[mask], positive[mask]) for layer, mask in inside.items()}
    whole = sum(pairs.values())
    area = sum(pairs[layer] / whole * each[layer].area for layer in inside)
    above, below = np.empty(len(values)), np.empty(len(values))
    for layer, mask in inside.items():
        weight, own = pairs[layer] / whole, each[layer]
        above[mask & positive] = weight * positive.sum() / len(own.positive) * (own.positive - own.area)
        below[mask & ~positive] = weight * (~positive).sum() / len(own.negative) * (own.negative - own.area)
    return area, Placements(area + above[positive], area + below[~positive])


def _estimate(
    area: float, placed: Placements, positive: npt.NDArray[np.bool_], patients: npt.NDArray[np.integer]
) -> Estimate:
    try:
        variance = float(clustered_covariance([placed], positive, patients)[0, 0])
    except TooFewPatientsError as error:
        return Estimate.absent(METHOD, f"no interval: {error}", value=area)
    if variance <= _ROUNDING:
        reason = "no interval: the placement values don't vary between patients, so the variance can't be estimated"
        return Estimate.absent(METHOD, reason, value=area)
    half, centre = _Z * math.sqrt(variance) / (area * (1.0 - area)), float(logit(area))
    return Estimate(area, float(expit(centre - half)), float(expit(centre + half)), METHOD)
