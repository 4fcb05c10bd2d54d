"""The histogram of latencies: its quantiles against those of what was counted."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.score.histogram import PER_OCTAVE, percentile_ns


@given(st.lists(st.integers(1, 10**10), min_size=1, max_size=200), st.sampled_from([50, 90, 99]))
def test_a_quantile_is_within_half_a_bucket(durations, share):
    buckets: dict[str, int] = {}
    for ns in durations:
        name = str(math.floor(PER_OCTAVE * math.log2(ns)))
        buckets[name] = buckets.get(name, 0) + 1
    exact = np.quantile(durations, share / 100, method="inverted_cdf")
    assert percentile_ns(buckets, share) == pytest.approx(exact, rel=0.023)


def test_a_histogram_of_nothing_has_none():
    with pytest.raises(ValueError, match="empty"):
        percentile_ns({}, 50)
