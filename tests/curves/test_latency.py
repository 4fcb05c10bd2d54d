"""The histogram as it is drawn: nothing lost, and never more than two hundred buckets."""

from __future__ import annotations

from typing import Any

import pytest

from harness.curves.latency import MOST_BUCKETS, latency

RECORD = {"quantities": {"single_latency_p50": {"reason": "none was held"}}}


def told(buckets: dict[str, int], mode: str = "single") -> dict[str, Any]:
    count = sum(buckets.values())
    counted = {"count": count, "max_ns": 10**9, "buckets": buckets}
    return {"event": "inferred", "mode": mode, "sum_ns": 10**7 * count, "latency": counted}


def test_buckets_stand_where_they_were_with_empty_ones_between():
    found = latency([told({"160": 3}, "offline"), told({"320": 7, "323": 2})], RECORD)
    assert found["counts"] == [7, 0, 0, 2]
    assert found["begin"] == pytest.approx(2**20 * 1e-9, rel=1e-4)
    assert (found["per_octave"], found["count"], found["mean"]) == (16, 9, 0.01)


@pytest.mark.parametrize(("last", "per_octave"), [(199, 16), (200, 8), (1023, 2), (9999, 0.25)])
def test_a_wide_histogram_is_put_together(last: int, per_octave: float):
    buckets = {"0": 1, "1": 2, str(last - 1): 3, str(last): 4}
    found = latency([told(buckets)], RECORD)
    assert len(found["counts"]) <= MOST_BUCKETS
    assert sum(found["counts"]) == 10
    assert found["per_octave"] == per_octave
    highest = found["begin"] * 2 ** ((len(found["counts"]) - 0.5) / per_octave)
    assert highest == pytest.approx(2 ** ((last + 0.5) / 16) * 1e-9, rel=2 ** (1 / per_octave))


def test_without_a_window_the_run_says_why():
    found = latency([told({"1": 1}, "offline")], RECORD)
    assert (found["counts"], found["p99"], found["reason"]) == (None, None, "none was held")
