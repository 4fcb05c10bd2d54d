"""Whole runs beside a GPU that is not there: from the look at the machine to the record, over a fake driver library.

Each is made in a process of its own, because the library is looked up once a process.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.meter.fake_nvml import UUID, build, environment
from tests.run.test_execute import assert_fits

ROOT = Path(__file__).parent.parent.parent
RUN = """
import json, sys
from pathlib import Path
from harness.places import Home
from tests.run.material import plan, run_stub, tiny_dataset, with_profile
root = Path(sys.argv[1])
home = Home(root / "home")
home.root.mkdir()
made = with_profile(plan(device="cuda"), "smoke", training_s=1.0, idle_s=0.5, offline_s=0.5, single_s=0.5)
done, watcher = run_stub(home, tiny_dataset(root / "data"), "good", made, gpu=sys.argv[2])
print(json.dumps({"record": done.record, "said": watcher.said, "folder": str(done.folder.root)}))
"""
# Looking round, measuring the counter's period and starting take about a second.
IN_MID_RUN = 2.2


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    return build(tmp_path_factory.mktemp("nvml"))


@pytest.fixture
def beside(library, tmp_path):
    def run(uuid: str = UUID, **script: object) -> dict[str, Any]:
        done = subprocess.run(
            [sys.executable, "-c", RUN, str(tmp_path), uuid],
            env={**environment(library, **script), "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        found = dict(json.loads(done.stdout))
        assert_fits(found["record"], "record")
        return found

    return run


def answers(record: Any) -> dict[str, str]:
    return {check["id"]: check["answer"] for check in record["checks"]}


def test_joules_are_what_the_script_says_within_the_stated_edge_error(beside):
    found = beside(power="0:250", period_ms=20)
    record = found["record"]
    assert record["outcome"]["verdict"] == "valid"
    for window in record["measurement"]["windows"]:
        true_j = 250 * (window["end"] - window["begin"])
        # Milliwatts and millijoules are rounded.
        assert abs(window["counter_j"] - true_j) <= window["edge_error"] * true_j * 1.05 + 0.01
    quantities = record["quantities"]
    assert quantities["idle_gpu_power"]["value"] == pytest.approx(250, rel=0.05)
    assert quantities["gpu_energy"]["source"] == "NVML energy counter"
    assert quantities["peak_gpu_memory"]["value"] == 3 * 2**30
    told = answers(record)
    assert {told[check] for check in ("E1", "E3", *(f"G{number}" for number in range(1, 8)))} == {"passed"}
    assert record["preflight"]["gpu"]["temperature_c"] == 41
    assert not any("(G" in text for text in found["said"])


def test_a_peak_of_memory_is_that_of_the_samples(beside):
    record = beside(memory_gb=f"0:3,{IN_MID_RUN}:11,{IN_MID_RUN + 0.5}:5")["record"]
    assert record["quantities"]["peak_gpu_memory"]["value"] == 11 * 2**30


@pytest.mark.parametrize(
    ("script", "check", "says"),
    [
        ({"reasons": f"0:4,{IN_MID_RUN}:64"}, "G2", "too hot (hardware)"),
        ({"reasons": f"0:4,{IN_MID_RUN}:128,{IN_MID_RUN + 0.3}:4"}, "G2", "power brake"),
        ({"limit": f"0:700,{IN_MID_RUN}:500"}, "G3", "between 500 W and 700 W"),
        ({"processes": "1", "joined_at": IN_MID_RUN}, "G1", "another process was on the GPU"),
        ({"reset_at": IN_MID_RUN}, "E1", "less than the one before"),
    ],
)
def test_what_happens_in_mid_run_makes_it_invalid_and_is_told(beside, script, check, says):
    found = beside(**script)
    record = found["record"]
    assert answers(record)[check] == "failed"
    assert record["outcome"]["verdict"] == "invalid"
    assert any(reason.startswith(check) and says in reason for reason in record["outcome"]["reasons"])
    assert not any(f"({check}:" in text for text in found["said"]), "nothing was wrong before the start"


@pytest.mark.parametrize(
    ("script", "check", "says", "verdict"),
    [
        ({"processes": "1"}, "G1", "1 process(es) used the GPU before", "invalid"),
        ({"mig": "on"}, "G4", "split into slices", "invalid"),
        ({"persistence": "off"}, "G5", "persistence mode is off", "valid"),
        ({"celsius": "0:80"}, "G6", "began at 80 °C", "valid"),
        ({"reasons": "0:2"}, "G7", "application clocks", "valid"),
    ],
)
def test_what_is_wrong_before_the_start_is_said_before_the_start(beside, script, check, says, verdict):
    found = beside(**script)
    record = found["record"]
    assert answers(record)[check] == "failed"
    assert record["outcome"]["verdict"] == verdict
    first = found["said"][0]
    assert says in first
    assert "→" in first
    assert ("will not count" if verdict == "invalid" else "the page will say so") in first


@pytest.mark.parametrize(
    ("script", "reason"),
    [({"mig": "on"}, "MIG mode"), ({"energy": "unsupported"}, "no energy counter"), ({"energy": "zero"}, "reads 0")],
)
def test_without_a_counter_every_energy_is_absent_with_the_reason(beside, script, reason):
    record = beside(**script)["record"]
    assert record["outcome"]["ended"] == "completed"
    energies = [name for name in record["quantities"] if "gpu" in name and name != "peak_gpu_memory"]
    assert len(energies) == 7
    for name in energies:
        assert record["quantities"][name]["value"] is None
        assert reason in record["quantities"][name]["reason"]
    assert record["measurement"]["repetitions"] == 0


def test_a_gpu_that_is_lost_in_mid_run_is_nobody_s_fault(beside):
    record = beside(lost_after=IN_MID_RUN)["record"]
    assert (record["outcome"]["ended"], record["outcome"]["verdict"]) == ("meter lost", "infrastructure")
    # What was over before has its energy; what was not, has none.
    assert record["quantities"]["single_gpu_energy"]["value"] is None
    assert record["quantities"]["single_gpu_energy"]["reason"]


def test_a_gpu_that_is_gone_before_the_start_is_too(beside):
    record = beside(uuid="GPU-other")["record"]
    assert (record["outcome"]["ended"], record["outcome"]["verdict"]) == ("meter lost", "infrastructure")
    assert "does not answer" in record["preflight"]["reason"]


def test_an_old_driver_without_power_fields_is_metered_all_the_same(beside):
    record = beside(fields="unsupported")["record"]
    assert record["outcome"]["verdict"] == "valid"
    assert record["quantities"]["gpu_energy"]["value"] > 0
    assert answers(record)["E3"] == "passed"
