from __future__ import annotations

import pytest

from harness.live.power import Power
from harness.standings.fields import Node

NOTHING = {"name": None, "scope": "CPU packages", "reason": "this machine has no RAPL"}
GPU = {"name": "NVML energy counter", "scope": "whole GPU", "reason": None}


def metered() -> Power:
    power = Power()
    power.sources(Node({"gpu": GPU, "cpu": NOTHING, "dram": NOTHING}))
    return power


def read(power: Power, edge: str, at: float, gpu_j: float | None) -> None:
    power.read(edge, at, Node({"gpu_j": gpu_j, "cpu_j": None, "dram_j": None}))


def test_it_is_the_mean_between_the_last_readings_that_lie_a_second_apart():
    power = metered()
    for edge, at, joules in (("go 1", 10.0, 100.0), ("epoch 1.1", 12.0, 700.0), ("epoch 1.2", 12.5, 800.0)):
        read(power, edge, at, joules)
    found = power.to_json()["gpu"]
    assert found["value"] == pytest.approx((800 - 100) / 2.5)
    assert (found["unit"], found["scope"], found["reason"]) == ("W", "whole GPU", None)
    assert found["source"] == "NVML energy counter, mean from “go 1” to “epoch 1.2”"
    read(power, "trained 1", 13.2, 900.0)
    assert power.to_json()["gpu"]["value"] == pytest.approx((900 - 700) / 1.2)


@pytest.mark.parametrize(
    ("readings", "reason"),
    [
        ([], "the meter was not read twice yet, a second apart"),
        ([(1.0, 5.0)], "the meter was not read twice yet, a second apart"),
        ([(1.0, 5.0), (1.9, 6.0)], "the meter was not read twice yet, a second apart"),
        ([(1.0, 5.0), (3.0, None)], "the meter lost its counter"),
        ([(1.0, 5.0), (3.0, 4.0)], "the meter lost its counter"),
        ([(1.0, -1.7e308), (3.0, 1.7e308)], "the meter lost its counter"),
    ],
)
def test_where_there_is_none_there_is_a_reason(readings, reason):
    power = metered()
    for at, joules in readings:
        read(power, "edge", at, joules)
    assert power.to_json()["gpu"] == {
        **{"value": None, "unit": "W", "source": None, "scope": "whole GPU"},
        "reason": reason,
    }


def test_what_is_not_metered_gives_the_run_s_own_reason():
    assert metered().to_json()["cpu"]["reason"] == "this machine has no RAPL"


def test_before_the_run_has_said_what_is_metered():
    assert Power().to_json()["gpu"]["reason"] == "the run has not said yet what is metered"


def test_readings_without_end_are_not_kept():
    power = metered()
    for _ in range(5000):
        read(power, "edge", 1.0, 1.0)
    assert len(power._edges) == 1000
