"""Student's quantiles: how wide the interval of a few runs is.

A table, and not a call of a library: pages hold it for their scripts, and are the same bytes whatever is installed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

QUANTILES = (
    12.706204736175, 4.302652729749, 3.182446305284, 2.776445105198, 2.570581835636, 2.446911851145,
    2.364624251593, 2.306004135204, 2.262157162798, 2.228138851986, 2.200985160092, 2.178812829667,
    2.160368656463, 2.144786687918, 2.131449545560, 2.119905299221, 2.109815577833, 2.100922040241,
    2.093024054408, 2.085963447266, 2.079613844728, 2.073873067904, 2.068657610419, 2.063898561628,
    2.059538552753, 2.055529438643, 2.051830516480, 2.048407141795, 2.045229642133, 2.042272456301,
)  # fmt: skip
"""The 97.5 % quantile of Student's t for 1, 2, … 30 degrees of freedom."""


def mean_interval(values: Sequence[float]) -> tuple[float, float] | None:
    """95 % interval of the geometric mean of positive ``values`` [runs], from the mean of their logarithms; None for
    fewer than 2 or more than 31 of them, or where one is not positive."""
    if not 2 <= len(values) <= len(QUANTILES) + 1 or min(values) <= 0:
        return None
    logs = [math.log(value) for value in values]
    centre, freedom = math.fsum(logs) / len(logs), len(logs) - 1
    variance = math.fsum((each - centre) ** 2 for each in logs) / freedom
    half = QUANTILES[freedom - 1] * math.sqrt(variance / len(logs))
    return math.exp(centre - half), math.exp(centre + half)
