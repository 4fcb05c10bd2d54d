"""The meter on a GPU that is not there: nvidia-ml-py and Zeus for real, over a fake driver library."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.meter.fake_nvml import UUID, build, environment

# Meters for a while and prints what was found, in a process of its own: the library is looked up once a process.
METER = """
import json, sys, time
from dataclasses import asdict
from harness.meter.base import MeterLost
from harness.meter.device import meter_for
from harness.meter.window import gpu_window
uuid, seconds = sys.argv[1], float(sys.argv[2])
found = {}
try:
    meter = meter_for(uuid, "", lambda pid: pid == 4711)
    found["source"] = asdict(meter.sources.gpu)
    meter.start()
    try:
        begin = meter.read()
        time.sleep(seconds)
        end = meter.read()
    finally:
        trace = meter.stop()
        found["samples"] = len(trace)
        found["last"] = {} if len(trace) == 0 else {
            name: float(getattr(trace, name)[-1]) for name in type(trace).__dataclass_fields__
        }
        found["gaps"] = [float(gap) for gap in trace.at[1:] - trace.at[:-1]]
    found["window"] = gpu_window("pass 1", begin, end, trace, meter.sources.gpu, hold_s=0.5).to_json(begin.at)
except MeterLost as lost:
    found["lost"] = lost.message
print(json.dumps(found))
"""


@pytest.fixture(scope="session")
def library(tmp_path_factory):
    return build(tmp_path_factory.mktemp("nvml"))


def metered(library: Path, seconds: float = 1.5, uuid: str = UUID, **script: object) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", METER, uuid, str(seconds)],
        env=environment(library, **script),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_counter_and_trace_tell_the_same_energy(library):
    """250 W until the third second after the driver was loaded, then 500 W."""
    found = metered(library, 3.0, power="0:250,2.5:500", period_ms=20)
    assert found["source"]["name"] == "NVML energy counter"
    assert found["source"]["scope"] == "whole GPU"
    assert found["source"]["update_period_s"] == pytest.approx(0.02, rel=0.5)
    window = found["window"]
    assert 3 * 250 < window["counter_j"] < (window["end"] + 0.1) * 500
    # One sample's hold at the step, and the counter's period at the edges.
    assert window["integral_j"] == pytest.approx(window["counter_j"], abs=250 * 0.2 + 500 * 0.04 + 0.1 * 500)
    assert window["coverage"] > 0.9
    assert found["samples"] >= 10


def test_a_ramp_is_integrated(library):
    """From 100 W up by 20 W every tenth of a second."""
    ramp = ",".join(f"{k / 10}:{100 + 20 * k}" for k in range(60))
    window = metered(library, 2.0, power=ramp)["window"]
    assert abs(window["disagreement"]) < 0.05
    assert window["counter_j"] > 2 * 100


def test_a_counter_that_moves_every_100_ms_is_within_its_stated_error(library):
    found = metered(library, 2.0, power="0:300", period_ms=100)
    assert found["source"]["update_period_s"] == pytest.approx(0.1, rel=0.2)
    window = found["window"]
    true_j = 300 * (window["end"] - window["begin"])
    assert window["edge_error"] == pytest.approx(0.05, rel=0.25)
    assert abs(window["counter_j"] - true_j) <= 1.01 * window["edge_error"] * true_j


def test_a_sensor_that_looks_at_a_quarter_of_the_time_disagrees_and_shows(library):
    """500 W for a quarter of each tenth of a second, which is all that the sensor sees, and 100 W else: 200 W."""
    load = ",".join(f"{k / 10}:500,{k / 10 + 0.025}:100" for k in range(80))
    window = metered(library, 2.0, power=load, sensor_ms=100)["window"]
    assert window["counter_j"] / (window["end"] - window["begin"]) == pytest.approx(200, rel=0.05)
    assert window["integral_j"] / (window["end"] - window["begin"]) == pytest.approx(500, rel=0.05)
    assert window["disagreement"] == pytest.approx(-0.6, abs=0.05)


def test_a_counter_that_begins_anew_is_seen(library):
    found = metered(library, 2.0, power="0:300", reset_at=1.5)
    assert found["window"]["counter_j"] < 0


def test_every_column_comes_from_the_driver(library):
    last = metered(library)["last"]
    del last["at"]
    assert last == {
        "power_instant_w": 250.0,
        "power_average_w": 251.0,
        "sm_clock_mhz": 1980.0,
        "memory_clock_mhz": 2619.0,
        "temperature_c": 41.0,
        "gpu_utilisation": 0.87,
        "memory_utilisation": 0.35,
        "memory_used_b": 3 * 2**30,
        "throttle_reasons": 4.0,
        "power_limit_w": 700.0,
        "foreign_processes": 0.0,
    }


def test_a_driver_without_power_fields_gives_the_average_alone(library):
    last = metered(library, fields="unsupported")["last"]
    assert last["power_average_w"] == 250.0
    assert last["power_instant_w"] != last["power_instant_w"]  # NaN


def test_other_people_s_processes_are_counted(library):
    assert metered(library, processes="4711,4712,4713")["last"]["foreign_processes"] == 2
    assert metered(library, processes="4711")["last"]["foreign_processes"] == 0


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ({"mig": "on"}, "MIG mode"),
        ({"arch": 4}, "older than Volta"),
        ({"energy": "unsupported"}, "no energy counter"),
        ({"energy": "zero"}, "reads 0"),
        ({"energy": "stuck"}, "did not move"),
    ],
)
def test_what_can_t_be_counted_is_a_reason_and_never_zero(library, script, reason):
    found = metered(library, 0.3, **script)
    assert reason in found["source"]["reason"]
    assert found["source"]["name"] is None
    assert found["window"]["counter_j"] is None
    # What can be sampled is sampled all the same.
    assert found["samples"] > 1


def test_a_chip_that_is_one_with_its_processor_says_what_its_meter_covers(library):
    assert metered(library, 0.3, chip_to_chip="on")["source"]["scope"].startswith("whole module")


@pytest.mark.parametrize("visible", ["", "MIG-1234"])
def test_the_harness_s_own_cuda_variables_change_nothing(library, visible, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert metered(library, 0.5)["window"]["counter_j"] > 0


def test_a_gpu_that_is_lost_in_mid_run(library):
    found = metered(library, 2.0, lost_after=1.5)
    assert "stopped answering" in found["lost"]
    assert "GPU is lost" in found["lost"]
    assert found["samples"] > 1
    assert "window" not in found


def test_a_gpu_that_is_not_there(library):
    assert "does not answer" in metered(library, uuid="GPU-other")["lost"]
    assert "does not answer" in metered(library, lost_after=0)["lost"]


def test_the_machine_is_described_over_the_same_library(library):
    code = "import json; from harness.system.system import capture; print(json.dumps(capture().to_json()))"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(library), capture_output=True, text=True, check=True
    )
    (gpu,) = json.loads(done.stdout)["gpus"]
    assert (gpu["uuid"], gpu["name"], gpu["power_limit_w"]) == (UUID, "Fake GPU", 700.0)
    assert (gpu["mig"], gpu["ecc"], gpu["pcie_generation"]) == (False, True, 5)
    assert os.environ.get("LD_LIBRARY_PATH") != str(library)
