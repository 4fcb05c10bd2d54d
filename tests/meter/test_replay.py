from __future__ import annotations

import pytest

from harness.meter.base import MeterLost
from harness.meter.replay import ReplayMeter
from harness.meter.window import gpu_window, mean_energy
from tests.meter.traces import steady, trace_of


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def played(trace, clock: Clock, **options) -> ReplayMeter:
    meter = ReplayMeter(trace, clock=clock, **options)
    meter.start()
    return meter


def test_what_is_played_back_says_that_it_is_simulated():
    assert ReplayMeter(steady(1, 100.0)).sources.simulated


def test_its_counter_and_its_trace_agree():
    """100 W for 2 s, then 300 W for 2 s, again and again."""
    clock = Clock()
    meter = played(trace_of([0.1 * k for k in range(41)], [100.0] * 20 + [300.0] * 21), clock)
    begin = meter.read()
    clock.now += 10.0
    end = meter.read()
    window = gpu_window("pass 1", begin, end, meter.stop(), meter.sources.gpu, hold_s=0.5)
    assert window.counter_j == pytest.approx(2 * 100 + 2 * 300 + 2 * 100 + 2 * 300 + 2 * 100, abs=300 * 0.02)
    assert window.integral_j == pytest.approx(window.counter_j, rel=0.01)
    assert window.disagreement == pytest.approx(0, abs=0.01)
    assert window.coverage == pytest.approx(1.0)
    assert window.largest_gap_s == pytest.approx(0.1)
    assert window.samples == 101
    assert window.mean_power_w == pytest.approx(180, rel=0.01)
    assert window.edge_error == pytest.approx(0.02 / 10)


def test_the_counter_moves_once_a_period():
    clock = Clock()
    meter = played(steady(5, 100.0), clock, update_period_s=1.0)
    seen = []
    for _ in range(30):
        clock.now += 0.1
        counted = meter.read().gpu_j
        assert counted is not None
        seen.append(counted)
    assert seen == sorted(seen)
    assert len(set(seen)) == 4


def test_a_loss_is_no_zero():
    clock = Clock()
    meter = played(steady(5, 100.0), clock, lost_after_s=2.0)
    clock.now += 3.0
    with pytest.raises(MeterLost):
        meter.read()
    assert meter.stop().at[-1] <= 1002.0


def test_a_window_without_counter_or_samples_has_neither():
    clock = Clock()
    meter = played(steady(5, 100.0), clock)
    begin = meter.read()
    clock.now += 1
    end = meter.read()
    none = type(end)(end.at, 0.0, None, None, None)
    window = gpu_window("idle", begin, none, meter.stop().within(0, 1), meter.sources.gpu, hold_s=0.5)
    values = (window.counter_j, window.integral_j, window.coverage, window.disagreement, window.edge_error)
    assert values == (None,) * 5


def test_the_mean_is_over_all_or_none():
    assert mean_energy([1.0, 3.0]) == 2.0
    assert mean_energy([1.0, None]) is None
    assert mean_energy([]) is None
