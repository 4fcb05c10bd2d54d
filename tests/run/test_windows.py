"""An answer to `infer` that can't be one is refused, with what does not fit."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.run.outcome import Unfinished
from harness.run.windows import check_window

ASKED = {"mode": "offline", "batch": 10, "images": 32, "seconds": 1}


def answer(durations, passes=1):
    buckets: dict[str, int] = {}
    for ns in durations:
        bucket = str(math.floor(16 * math.log2(max(ns, 1))))
        buckets[bucket] = buckets.get(bucket, 0) + 1
    latency = {"count": len(durations), "max_ns": max(durations), "buckets": buckets}
    common = {"mode": "offline", "batch": 10, "images": 32 * passes, "passes": passes}
    return {**common, "sum_ns": sum(durations), "latency": latency}


@given(st.integers(1, 5).flatmap(lambda n: st.lists(st.integers(0, 10**12), min_size=4 * n, max_size=4 * n)))
def test_whatever_was_timed_fits(durations):
    check_window(answer(durations, len(durations) // 4), ASKED)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"mode": "single"}, "gives single as its mode; offline would go"),
        ({"batch": 1}, "gives 1 as its batch; 10 would go"),
        ({"images": 33}, "gives 33 as its images; 32 would go"),
        ({"passes": 2}, "gives 32 as its images; 64 would go"),
        ({"latency": {"count": 5, "max_ns": 1, "buckets": {"300": 4}}}, "gives 5 as its latency.count; 4 would go"),
        ({"latency": {"count": 4, "max_ns": 1, "buckets": {"300": 5}}}, "gives 5 as its latency.buckets; 4 would go"),
        ({"sum_ns": 10**6}, "latencies that sum to 0.001 s"),
        ({"latency": {"count": 4, "max_ns": 1, "buckets": {"9999": 4}}}, "its histogram allows"),
    ],
)
def test_what_does_not_fit_is_refused(changes, reason):
    with pytest.raises(Unfinished, match=reason):
        check_window({**answer([10**6] * 4), **changes}, ASKED)
