"""The histogram of latencies that a workload tells of (rules/PROTOCOL.md, `inferred`)."""

from __future__ import annotations

from collections.abc import Mapping

PER_OCTAVE = 16
"""Bucket ``i`` counts latencies in [2^(i/16), 2^((i+1)/16)) ns, 4.4 % wide; in bucket 0 stand those of no time, too."""


def percentile_ns(buckets: Mapping[str, int], share: float) -> float:
    """The ``share`` % quantile in nanoseconds: the geometric middle of the bucket that holds it, so within 2.2 %.
    Raises `ValueError` for a histogram that counts nothing."""
    counts = sorted((int(index), count) for index, count in buckets.items())
    due = share / 100 * sum(count for _, count in counts)
    seen = 0
    for index, count in counts:
        seen += count
        if seen >= due:
            return float(2 ** ((index + 0.5) / PER_OCTAVE))
    raise ValueError("the histogram is empty")
