"""Several tests at once: what their p values say together."""

from __future__ import annotations

import math
from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """The p values adjusted so that any of them at or below α errs with probability α at most, however many there are
    and however they depend on each other (S. Holm, Scandinavian Journal of Statistics 6 (1979) 65)."""
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    adjusted, largest = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = largest
    return tuple(adjusted)


def at_least(count: int, p_values: Sequence[float]) -> float:
    """The p value of *at least* ``count`` of these n hypotheses are false: (n − count + 1) · p₍count₎, 1 at most.

    Bonferroni's partial conjunction (Y. Benjamini, R. Heller, Biometrics 64 (2008) 1215): it holds however the tests
    depend on each other. ``count`` = n is the intersection-union test, the largest p value with no correction (R. L.
    Berger, Technometrics 24 (1982) 295); ``count`` = 1 is Bonferroni's n times the smallest. Raises `ValueError`
    unless 1 ≤ ``count`` ≤ n.
    """
    if not 1 <= count <= len(p_values):
        raise ValueError(f"at least {count} of {len(p_values)} can't be asked")
    return min(1.0, (len(p_values) - count + 1) * sorted(p_values)[count - 1])


def most(count: int, share: float) -> int:
    """The smallest number that is more than ``share`` of ``count``, and no more than ``count``."""
    return min(count, math.floor(share * count) + 1)
