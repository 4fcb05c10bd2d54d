"""Does an inference window's answer hold together? The harness can't see each call of the model, but their counts and
their sum bound each other."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Any

from harness.protocol import INFERRED
from harness.run.outcome import Ended, Unfinished
from harness.score.histogram import PER_OCTAVE

# The logarithm of a whole number of nanoseconds may be rounded across a bucket's edge.
_ROUNDING = 1e-6


def check_window(said: Mapping[str, Any], asked: Mapping[str, Any]) -> None:
    """Raises `Unfinished` where ``said``, the fields of `inferred`, can't be the answer to ``asked``, those of `infer`:
    another mode or batch, images or calls that are not those of whole passes, or a histogram that does not fit its sum.
    """
    calls = said["passes"] * ceil(asked["images"] / asked["batch"])
    latency = said["latency"]
    counted = sum(latency["buckets"].values())
    expected = (
        ("mode", said["mode"], asked["mode"]),
        ("batch", said["batch"], asked["batch"]),
        ("images", said["images"], said["passes"] * asked["images"]),
        ("latency.count", latency["count"], calls),
        ("latency.buckets", counted, calls),
    )
    for name, found, due in expected:
        if found != due:
            raise _breach(f"gives {found} as its {name}; {due} would go with what was asked for and its passes")
    least, most = _bounds(latency["buckets"])
    if not least * (1 - _ROUNDING) <= said["sum_ns"] <= most * (1 + _ROUNDING):
        raise _breach(
            f"gives latencies that sum to {said['sum_ns'] * 1e-9:.6g} s; its histogram allows "
            f"{least * 1e-9:.6g} s to {most * 1e-9:.6g} s"
        )


def _bounds(buckets: Mapping[str, int]) -> tuple[float, float]:
    """The least and the largest sum in nanoseconds of calls whose histogram this is."""
    least = most = 0.0
    for name, count in buckets.items():
        bucket = int(name)
        # In the lowest bucket stand, besides single nanoseconds, calls that took none.
        least += count * 2 ** (bucket / PER_OCTAVE) if bucket > 0 else 0
        most += count * 2 ** ((bucket + 1) / PER_OCTAVE)
    return least, most


def _breach(what: str) -> Unfinished:
    return Unfinished(Ended.BROKE_PROTOCOL, f"`{INFERRED}` {what}")
