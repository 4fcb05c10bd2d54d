from __future__ import annotations

import threading
from pathlib import Path

import pytest

from harness.meter import rapl
from harness.meter.base import MeterLost
from harness.meter.counter import update_period
from harness.meter.device import meter_for


class Steps:
    """A counter that moves once a period of a clock which each reading moves by a millisecond."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, period: float, *, stops_at: float = 1e9) -> None:
        self.now, self.period, self.stops_at = 0.0, period, stops_at
        monkeypatch.setattr("time.monotonic", lambda: self.now)

    def __call__(self) -> float:
        self.now += 0.001
        return float(min(self.now, self.stops_at) // self.period)


@pytest.mark.parametrize("period", [0.01, 0.02, 0.1])
def test_the_update_period_is_measured(monkeypatch: pytest.MonkeyPatch, period: float):
    assert update_period(Steps(monkeypatch, period)) == pytest.approx(period, abs=0.0021)


@pytest.mark.parametrize(("period", "stops"), [(1e9, 1e9), (0.9, 1e9), (0.1, 0.25)])
def test_a_counter_that_hardly_moves_has_none(monkeypatch: pytest.MonkeyPatch, period: float, stops: float):
    steps = Steps(monkeypatch, period, stops_at=stops)
    assert update_period(steps) is None
    assert steps.now < 1.6


def zone(root: Path, name: str, inside: str, energy: int, range_uj: int = 262_143_328_850) -> Path:
    folder = root / name
    folder.mkdir(parents=True)
    (folder / "name").write_text(inside + "\n")
    (folder / "energy_uj").write_text(f"{energy}\n")
    (folder / "max_energy_range_uj").write_text(f"{range_uj}\n")
    return folder


@pytest.fixture
def moving(monkeypatch: pytest.MonkeyPatch):
    """Files don't move by themselves."""
    monkeypatch.setattr(rapl, "update_period", lambda read: 0.001)


def test_packages_are_added_and_the_platform_is_not(tmp_path: Path, moving):
    zone(tmp_path, "intel-rapl:0", "package-0", 1_000_000)
    zone(tmp_path, "intel-rapl:1", "package-1", 2_000_000)
    zone(tmp_path, "intel-rapl:2", "psys", 50_000_000)
    zone(tmp_path, "intel-rapl:0:0", "core", 700_000)
    zone(tmp_path, "intel-rapl:0:1", "dram", 300_000)
    cpu, dram = rapl.rapl_counters(tmp_path)
    assert cpu.read_j is not None
    assert dram.read_j is not None
    assert cpu.read_j() == pytest.approx(3.0)
    assert dram.read_j() == pytest.approx(0.3)
    assert cpu.source.name == "RAPL"
    cpu.close()
    dram.close()


def test_a_counter_that_wraps_around_goes_on(tmp_path: Path, moving):
    folder = zone(tmp_path, "intel-rapl:0", "package-0", 9_000_000, range_uj=10_000_000)
    cpu, dram = rapl.rapl_counters(tmp_path)
    assert cpu.read_j is not None
    seen = []
    for energy in (9_500_000, 500_000, 2_000_000, 100_000):
        (folder / "energy_uj").write_text(str(energy))
        seen.append(cpu.read_j())
    assert seen == [pytest.approx(value) for value in (9.5, 10.5, 12.0, 20.1)]
    assert dram.source.reason == "RAPL has no such zone on this machine"
    (folder / "energy_uj").unlink()
    with pytest.raises(MeterLost):
        cpu.read_j()
    cpu.close()


def test_a_counter_that_stands_still_is_no_meter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    zone(tmp_path, "intel-rapl:0", "package-0", 9_000_000)
    monkeypatch.setattr(rapl, "update_period", lambda read: None)
    cpu, _ = rapl.rapl_counters(tmp_path)
    assert cpu.read_j is None
    assert "did not move" in str(cpu.source.reason)


def test_what_only_root_may_read_is_absent_with_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = zone(tmp_path, "intel-rapl:0", "package-0", 9_000_000)
    usual = open

    def refuse(path, *more, **named):
        if str(path) == str(folder / "energy_uj"):
            raise PermissionError(13, "Permission denied", str(path))
        return usual(path, *more, **named)

    monkeypatch.setattr("builtins.open", refuse)  # as root, who runs CI, everything could be read
    cpu, _ = rapl.rapl_counters(tmp_path)
    assert "root only" in str(cpu.source.reason)


def test_without_rapl_there_is_a_reason(tmp_path: Path):
    for counter in rapl.rapl_counters(tmp_path):
        assert counter.read_j is None
        assert "no RAPL" in str(counter.source.reason)


def test_a_run_without_a_gpu_reads_nothing_of_it():
    meter = meter_for(None, "the run used no GPU", lambda pid: True)
    meter.start()
    counters = meter.read()
    assert counters.gpu_j is None
    assert meter.sources.gpu.reason == "the run used no GPU"
    assert not meter.sources.simulated
    assert len(meter.stop()) == 0


def test_where_one_zone_is_lost_the_others_are_not_watched_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    zone(tmp_path, "intel-rapl:0", "package-0", 1_000_000)
    memory = zone(tmp_path, "intel-rapl:0:1", "dram", 300_000)

    def period(read):
        (memory / "energy_uj").unlink(missing_ok=True)
        return 0.001

    monkeypatch.setattr(rapl, "update_period", period)
    with pytest.raises(MeterLost, match="stopped answering"):
        rapl.rapl_counters(tmp_path)
    watching = [thread for thread in threading.enumerate() if thread.name == "leanmed-rapl"]
    for thread in watching:
        thread.join(2)
    assert not any(thread.is_alive() for thread in watching)
