"""Resampling of patients, for figures whose variance has no formula (B. Efron, Ann. Statist. 7 (1979) 1–26).

Whole patients are drawn with replacement, with all their cases, because cases of one patient are not independent
(C. A. Field, A. H. Welsh, J. R. Statist. Soc. B 69 (2007) 369–390). Draws come from the raw 64-bit stream of PCG64,
which numpy promises never to change, so that an interval is the same on every machine and in every version.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from harness.score.clustered import FloatArray
from harness.score.estimate import CONFIDENCE

_CHUNK = 4_000_000
"""Weights that are held at a time."""
_MOST_LOST = 0.01
"""Share of the resamples that may lack a class."""

Statistic = Callable[[npt.NDArray[np.int32]], FloatArray]
"""Gives the figure for each row of weights, int32 [resamples, cases] → float64 [resamples]; NaN where there is none."""


def patient_weights(patients: npt.NDArray[np.integer], resamples: int, seed: int) -> Iterator[npt.NDArray[np.int32]]:
    """How often each case counts in each resample, int32 [some, cases], in pieces of ``resamples`` rows in all."""
    names, patient = np.unique(patients, return_inverse=True)
    stream = np.random.PCG64(seed)
    rows = max(1, _CHUNK // len(patient))
    for begin in range(0, resamples, rows):
        count = min(rows, resamples - begin)
        raw = stream.random_raw(count * len(names)).reshape(count, len(names))
        # The upper 53 bits as a number in [0, 1), the way to an index without a bias that could be seen.
        drawn = ((raw >> np.uint64(11)) * 2.0**-53 * len(names)).astype(np.intp)
        drawn += np.arange(count)[:, None] * len(names)
        counts = np.bincount(drawn.ravel(), minlength=count * len(names)).reshape(count, len(names))
        yield counts.astype(np.int32)[:, patient]


def percentile_interval(
    statistic: Statistic, patients: npt.NDArray[np.integer], *, resamples: int, seed: int
) -> tuple[float, float] | str:
    """The percentile interval of ``statistic`` over resamples of patients, or the reason why there is none.

    Resamples without a case of one class have no figure and are left out; there may be one in a hundred of them.
    """
    if len(np.unique(patients)) < 2:
        return "no interval: all cases are of one patient, and two are needed"
    values = np.concatenate([statistic(weights) for weights in patient_weights(patients, resamples, seed)])
    known = values[np.isfinite(values)]
    lost = 1.0 - len(known) / len(values)
    if lost > _MOST_LOST:
        return f"no interval: {lost:.0%} of the resamples of patients lack a class"
    lower, upper = np.quantile(known, [0.5 - CONFIDENCE / 2, 0.5 + CONFIDENCE / 2])
    return float(lower), float(upper)
