"""Thinning a trace: means, extremes, gaps, and what is said where there is nothing."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from harness.curves.power import MOST_BINS, power
from harness.meter.trace import Trace
from tests.meter.traces import trace_of

GO = {"go 1": 10.0}


def record(reason: str | None = None, *, measured: bool = True) -> dict[str, Any]:
    measurement = {"simulated": False, "sources": {"gpu": {"reason": reason}}}
    return {"outcome": {"state": "train"}, "measurement": measurement if measured else None}


def test_mean_and_extremes_of_equal_spans_of_time():
    at = np.arange(3200) / 10
    watts = np.where(np.arange(3200) % 20 < 10, 100.0, 300.0)
    found = power(trace_of(list(at), list(watts)), GO, record())
    assert len(found["mean"]) == MOST_BINS
    assert found["begin"] == -10
    assert found["width"] == pytest.approx(319.9 / MOST_BINS, rel=1e-4)
    assert (min(found["least"]), max(found["most"])) == (100, 300)
    assert all(
        low <= mean <= high for low, mean, high in zip(*(found[k] for k in ("least", "mean", "most")), strict=True)
    )
    assert np.mean(found["mean"]) == pytest.approx(200, abs=2)
    assert (found["simulated"], found["kind"], found["reason"]) == (False, "instantaneous", None)


def test_a_gap_is_a_gap():
    at = [*np.arange(100) / 10, *(60 + np.arange(100) / 10)]
    found = power(trace_of(at, [200.0] * 200), GO, record())
    holes = [index for index, mean in enumerate(found["mean"]) if mean is None]
    assert holes == list(range(holes[0], holes[-1] + 1))
    assert len(holes) * found["width"] == pytest.approx(50, abs=3)
    assert [found["least"][index] for index in holes] == [None] * len(holes)


def test_a_short_trace_has_no_gaps():
    late = np.arange(30) / 10 + np.random.default_rng(0).uniform(0, 0.09, 30)
    found = power(trace_of(list(late), [200.0] * 30), GO, record())
    assert found["mean"] == [200.0] * 15


def test_the_average_is_named_where_the_gpu_tells_no_other():
    trace = trace_of([0.0, 0.1, 0.2, 0.3], [math.nan] * 4, power_average_w=[90, 91, math.nan, 93])
    found = power(trace, GO, record())
    assert found["samples"] == 3
    assert "averaged" in found["kind"]


@pytest.mark.parametrize(
    ("moments", "why", "said"),
    [
        (GO, record("the run used no GPU"), "the run used no GPU"),
        (GO, record(measured=False), "the run ended in state `train`, before a meter was there"),
        (GO, record(), "the GPU told of no power"),
        ({}, record(), "the run ended in state `train`, before `go`, from which time is counted"),
    ],
)
def test_where_there_is_none_the_run_says_why(moments: Any, why: Any, said: str):
    found = power(Trace(), moments, why)
    assert found["reason"] == said
    assert {value for name, value in found.items() if name != "reason"} == {None}
