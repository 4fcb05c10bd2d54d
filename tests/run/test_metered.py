"""Runs under a meter: a replayed one, which everything that follows from it says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.meter.base import Meter, MeterLost
from harness.meter.replay import ReplayMeter
from harness.meter.trace import TRACE, read_trace
from harness.places import Home
from harness.record import digest
from tests.meter.traces import steady
from tests.run.material import plan, run_stub, tiny_dataset, with_profile
from tests.run.test_execute import assert_fits

WATTS = 250.0


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return tiny_dataset(tmp_path_factory.mktemp("data"))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "home").mkdir()
    return Home(tmp_path / "home")


def replayed(**options: Any) -> Callable[[Callable[[int], bool]], Meter]:
    trace = steady(600, WATTS, memory_used_b=3e9, power_limit_w=700, throttle_reasons=0)
    return lambda belongs: ReplayMeter(trace, **options)


def values(record: Any) -> dict[str, Any]:
    return {name: quantity["value"] for name, quantity in record["quantities"].items()}


@pytest.fixture(scope="module")
def metered(dataset, tmp_path_factory):
    """A run whose training is over in no time, and is repeated for a third of a second."""
    home = Home(tmp_path_factory.mktemp("home"))
    made = with_profile(plan(), "smoke", training_s=0.3, idle_s=0.5, offline_s=0.5, single_s=0.5)
    return run_stub(home, dataset, "good", made, replayed(update_period_s=0.001))


def test_every_energy_is_power_times_time(metered):
    record = metered[0].record
    assert_fits(record, "record")
    assert record["outcome"]["verdict"] == "valid"
    found = values(record)
    windows = {window["name"]: window for window in record["measurement"]["windows"]}
    passes = [window for name, window in windows.items() if name.startswith("pass")]
    mean_s = sum(window["end"] - window["begin"] for window in passes) / len(passes)
    assert found["gpu_energy"] == pytest.approx(WATTS * mean_s, abs=WATTS * 0.002)
    assert 0 < found["training_gpu_energy"] < found["gpu_energy"]
    assert found["idle_gpu_power"] == pytest.approx(WATTS, rel=0.01)
    assert found["gpu_energy_above_idle"] == pytest.approx(0, abs=WATTS * 0.004)
    offline = windows["offline"]
    images = record["data"]["cases"]["test"]
    assert found["offline_gpu_energy"] == pytest.approx(
        WATTS * (offline["end"] - offline["begin"]) / min(images, 32) * 1000, rel=0.01
    )
    assert found["single_gpu_energy"] > 0
    assert found["peak_gpu_memory"] == 3e9
    assert found["cpu_energy"] is None


def test_every_check_of_the_meter_is_answered(metered):
    answers = {check["id"]: check["answer"] for check in metered[0].record["checks"]}
    # The replay names no processes, the windows are short, no card was looked at, and on the host there is no engine.
    assert (answers.pop("G1"), answers.pop("E4")) == ("not measurable", "failed")
    assert {answers.pop("G4"), answers.pop("G5"), answers.pop("G6")} == {"not measurable"}
    assert {answers.pop("H3"), answers.pop("H4")} == {"not measurable"}
    del answers["H1"], answers["H2"]  # what else runs on this machine is not the test's to say
    assert set(answers.values()) == {"passed"}


def test_a_gpu_that_was_throttled_makes_the_run_invalid(home, dataset):
    trace = steady(600, WATTS, throttle_reasons=0x40)
    made = with_profile(plan(), "smoke", idle_s=0.3)
    done, _ = run_stub(home, dataset, "good", made, lambda belongs: ReplayMeter(trace))
    assert done.record["outcome"]["verdict"] == "invalid"
    assert any("too hot (hardware)" in reason for reason in done.record["outcome"]["reasons"])


def test_memory_and_processor_time_of_the_workload(metered):
    quantities = metered[0].record["quantities"]
    assert 1e6 < quantities["peak_host_memory"]["value"] < 1e9
    assert quantities["peak_host_memory"]["scope"] == "workload's process, whole run"
    assert 0 <= quantities["cpu_time"]["value"] < 10


def test_training_is_repeated_until_the_window_is_long_enough(metered):
    record = metered[0].record
    passes = [window for window in record["measurement"]["windows"] if window["name"].startswith("pass")]
    assert len(passes) == record["measurement"]["repetitions"] + 1 > 2
    spent = [window["end"] - window["begin"] for window in passes]
    assert sum(spent) == pytest.approx(0.3, abs=max(spent) + 0.1)
    assert f"mean of {len(passes)} times" in record["quantities"]["gpu_energy"]["scope"]
    assert "mean of" not in record["quantities"]["time_to_predictions"]["scope"]
    assert len(record["epochs"]) == 1
    assert metered[1].stages.count("train") == 1
    assert metered[1].stages.count("repeat") == len(passes) - 1
    assert len(metered[1].epochs) == 1


def test_what_is_played_back_is_marked_in_the_record(metered):
    assert metered[0].record["measurement"]["simulated"] is True
    assert metered[0].record["measurement"]["sources"]["gpu"]["name"] == "replayed trace"


def test_trace_and_readings_are_kept_and_sealed(metered):
    folder, record = metered[0].folder, metered[0].record
    trace = read_trace(folder.root / TRACE)
    assert len(trace) == record["measurement"]["samples"] > 10
    assert record["files"][TRACE] == digest.of_file(folder.root / TRACE)
    lines = [json.loads(line) for line in (folder.root / "events.jsonl").read_text().splitlines()]
    readings = [line for line in lines if "edge" in line]
    assert [line["edge"] for line in readings][:6] == [
        "idle begins", "idle ends", "go 1", "epoch 1.1", "trained 1", "predicted 1",
    ]  # fmt: skip
    joules = [line["gpu_j"] for line in readings]
    assert joules == sorted(joules)


def test_without_a_meter_nothing_is_repeated_nor_idle(home, dataset):
    made = with_profile(plan(), "smoke", training_s=60, idle_s=60)
    done, watcher = run_stub(home, dataset, "good", made)
    assert {"repeat", "idle"}.isdisjoint(watcher.stages)
    assert done.record["measurement"]["repetitions"] == 0
    assert done.record["measurement"]["simulated"] is False
    assert not (done.folder.root / TRACE).exists()


def test_a_gpu_that_is_lost_has_its_own_outcome(home, dataset):
    made = with_profile(plan(), "smoke", idle_s=0.5)
    done, _ = run_stub(home, dataset, "good", made, replayed(lost_after_s=0.2))
    record = done.record
    assert_fits(record, "record")
    assert (record["outcome"]["ended"], record["outcome"]["verdict"]) == ("meter lost", "infrastructure")
    assert "stopped answering" in record["outcome"]["reasons"][0]
    assert values(record)["gpu_energy"] is None
    assert record["quantities"]["gpu_energy"]["reason"]
    assert (done.folder.root / TRACE).exists()


def test_a_gpu_that_never_answers_has_it_too(home, dataset):
    def no_meter(belongs: Callable[[int], bool]) -> Meter:
        raise MeterLost("the GPU does not answer: it fell off the bus")

    done, _ = run_stub(home, dataset, "good", plan(), no_meter)
    assert_fits(done.record, "record")
    assert done.record["outcome"]["ended"] == "meter lost"
    assert done.record["measurement"] is None
    assert "before a meter was read" in done.record["quantities"]["gpu_energy"]["reason"]


def test_a_failure_in_a_repetition_is_a_failure(home, dataset):
    made = with_profile(plan(), "smoke", training_s=5)
    done, _ = run_stub(home, dataset, "exit-in-renew", made, replayed())
    assert done.record["outcome"]["verdict"] == "failed"
    assert done.record["quality"]["auc"]["value"] is not None


def test_a_batch_larger_than_asked_for_breaks_the_protocol(home, dataset):
    done, _ = run_stub(home, dataset, "fits-too-much", plan())
    assert done.record["outcome"]["ended"] == "broke the protocol"
    assert "batch of 33" in done.record["outcome"]["reasons"][0]


def test_what_was_over_before_the_counter_moved_has_no_energy_instead_of_none_used(home, dataset):
    """A training of milliseconds under a counter that moves once a minute."""
    done, _ = run_stub(home, dataset, "good", plan(), replayed(update_period_s=60.0))
    energy = done.record["quantities"]["gpu_energy"]
    assert energy["value"] is None
    assert "did not move" in energy["reason"]
    assert "every 60 s" in energy["reason"]
