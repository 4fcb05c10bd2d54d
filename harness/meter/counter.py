"""One cumulative energy: something that can be read again and again."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from harness.meter.base import Source


@dataclass(frozen=True)
class Counter:
    """``read_j`` gives joules that never fall; None where there is nothing to read, and ``source`` says why. ``close``
    ends whatever reading needed."""

    source: Source
    read_j: Callable[[], float] | None = None
    close: Callable[[], None] = lambda: None

    @classmethod
    def absent(cls, scope: str, reason: str) -> Counter:
        """No such counter, and why."""
        return cls(Source(None, scope, None, reason))


def update_period(read_j: Callable[[], float], *, changes: int = 8, within_s: float = 1.5) -> float | None:
    """How often the counter moves, in seconds: the median time between ``changes`` changes in a row, looked for as fast
    as it can be read, but no longer than ``within_s``. None where it moved fewer than three times.

    NVML does not document the period of its energy counter; 10 to 100 ms were seen (Yang, Adamek, Armour, arXiv
    2312.02741).
    """
    end = time.monotonic() + within_s
    last, moments = read_j(), list[float]()
    while len(moments) <= changes and (now := time.monotonic()) < end:
        value = read_j()
        if value != last:
            last = value
            moments.append(now)
    # The first change only says where the first period ends.
    gaps = [after - before for before, after in pairwise(moments)]
    return median(gaps) if len(gaps) >= 2 else None
