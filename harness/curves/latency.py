"""How long single images took: the histogram of the single-stream window."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from harness.curves.part import Part, missing, rounded
from harness.protocol import INFERRED
from harness.score.histogram import PER_OCTAVE, percentile_ns

MOST_BUCKETS = 200
_COLUMNS = ("begin", "per_octave", "counts", "count", "mean", "longest", "p50", "p90", "p99")
_SECONDS = 1e-9


def latency(journal: Iterable[Mapping[str, Any]], record: Mapping[str, Any]) -> Part:
    """The histogram: bucket k counts calls that took from ``begin`` · 2^(k / ``per_octave``) s to
    ``begin`` · 2^((k + 1) / ``per_octave``) s. ``count`` calls in all, their ``mean``, the ``longest``, and the
    quantiles ``p50``, ``p90``, ``p99`` as the record has them, in seconds."""
    said = next(
        (line for line in journal if line.get("event") == INFERRED and line.get("mode") == "single"),
        None,
    )
    if said is None:
        return missing(_COLUMNS, str(record["quantities"]["single_latency_p50"]["reason"]))
    told = said["latency"]
    first, per_octave, counts = _merged({int(name): int(count) for name, count in told["buckets"].items()})
    return {
        "begin": rounded(2 ** (first / per_octave) * _SECONDS),
        "per_octave": per_octave,
        "counts": counts,
        "count": int(told["count"]),
        "mean": rounded(said["sum_ns"] / told["count"] * _SECONDS),
        "longest": rounded(told["max_ns"] * _SECONDS),
        **{f"p{share}": rounded(percentile_ns(told["buckets"], share) * _SECONDS) for share in (50, 90, 99)},
        "reason": None,
    }


def _merged(buckets: Mapping[int, int]) -> tuple[int | float, int | float, list[int]]:
    """Index of the first bucket, buckets per octave, and the counts from the first to the last; neighbours are put
    together until there are at most `MOST_BUCKETS`."""
    per_octave: int | float = PER_OCTAVE
    found = dict(buckets)
    while max(found) - min(found) >= MOST_BUCKETS:
        halves: dict[int, int] = {}
        for index, count in found.items():
            halves[index // 2] = halves.get(index // 2, 0) + count
        found, per_octave = halves, per_octave // 2 if per_octave > 1 else per_octave / 2
    first = min(found)
    return first, per_octave, [found.get(index, 0) for index in range(first, max(found) + 1)]
