from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.meter.integrate import coverage, disagreement, edge_error, largest_gap, step_hold_energy

HOLD = 0.5
# Samples as (gap to the one before, power), and a window that begins at or after the first one.
SAMPLES = st.lists(st.tuples(st.floats(0.01, 2.0), st.floats(0.0, 1000.0)), min_size=1, max_size=40)
WINDOW = st.tuples(st.floats(0.0, 30.0), st.floats(0.05, 30.0))


def columns(samples):
    gaps, powers = zip(*samples, strict=True)
    return np.cumsum(gaps), np.array(powers)


def held_at(at, power, moment):
    """Power at a moment by definition: that of the last sample, if it is no older than the hold time."""
    before = np.flatnonzero(at <= moment)
    if len(before) == 0 or moment - at[before[-1]] >= HOLD:
        return None
    return power[before[-1]]


@given(SAMPLES, WINDOW)
def test_against_a_fine_sum(samples, window):
    """An independent way: look up the power at many moments, and add up."""
    at, power = columns(samples)
    begin, length = window
    moments = begin + (np.arange(4000) + 0.5) * length / 4000
    found = [value for moment in moments if (value := held_at(at, power, moment)) is not None]
    share = coverage(at, power, begin, begin + length, hold_s=HOLD)
    # Each sample's beginning and end may fall between two moments.
    slack = (2 * len(at) + 2) / 4000
    assert share == pytest.approx(len(found) / 4000, abs=slack)
    energy = step_hold_energy(at, power, begin, begin + length, hold_s=HOLD)
    if energy is None:
        assert len(found) <= slack * 4000
    elif len(found) > 400:
        assert energy == pytest.approx(np.mean(found) * length, abs=1000 * length * slack * 4000 / len(found))


@given(st.floats(1.0, 1000.0), st.lists(st.floats(0.01, 0.49), min_size=1, max_size=50), WINDOW)
def test_constant_power_is_power_times_time_whatever_the_sampling(watts, gaps, window):
    begin, length = window
    at = np.cumsum(gaps)
    energy = step_hold_energy(at, np.full(len(at), watts), begin, begin + length, hold_s=HOLD)
    if at[0] < begin + length and at[-1] + HOLD > begin:
        assert energy == pytest.approx(watts * length)
    else:
        assert energy is None


@given(SAMPLES, st.floats(0.05, 0.95))
def test_adjoining_windows_add_up(samples, share):
    """Where everything is held, so that nothing is filled in."""
    gaps, powers = zip(*samples, strict=True)
    at, power = np.cumsum(np.minimum(gaps, 0.4)), np.array(powers)
    begin, end = at[0], at[-1] + 0.4
    middle = begin + share * (end - begin)
    first, second = (step_hold_energy(at, power, a, b, hold_s=HOLD) for a, b in ((begin, middle), (middle, end)))
    assert first is not None
    assert second is not None
    assert first + second == pytest.approx(step_hold_energy(at, power, begin, end, hold_s=HOLD), abs=1e-6)


@given(SAMPLES, WINDOW, st.data())
def test_losing_a_sample_never_raises_coverage_nor_shortens_the_gap(samples, window, data):
    at, power = columns(samples)
    begin, end = window[0], window[0] + window[1]
    lost = data.draw(st.integers(0, len(at) - 1))
    fewer, less = np.delete(at, lost), np.delete(power, lost)
    all_of_it = coverage(at, power, begin, end, hold_s=HOLD)
    assert 0 <= coverage(fewer, less, begin, end, hold_s=HOLD) <= all_of_it + 1e-9
    assert all_of_it <= 1
    assert largest_gap(fewer, less, begin, end) >= largest_gap(at, power, begin, end) - 1e-9


def test_a_step_is_exact():
    at, power = np.arange(0, 10, 0.1), np.where(np.arange(0, 10, 0.1) < 4.95, 100.0, 300.0)
    assert step_hold_energy(at, power, 0.0, 10.0, hold_s=HOLD) == pytest.approx(100 * 5 + 300 * 5)


def test_readings_that_repeat_are_not_dropped():
    """What trapezoids over de-duplicated readings got wrong: 250 W for 3.3 s are 825 J."""
    at = np.arange(0, 3.31, 0.1)
    assert step_hold_energy(at, np.full(len(at), 250.0), 0.0, 3.3, hold_s=HOLD) == pytest.approx(825)


def test_a_gap_is_filled_with_the_mean_and_shows():
    at = np.concatenate([np.arange(0, 2, 0.1), np.arange(6, 8, 0.1)])
    power = np.full(len(at), 200.0)
    assert step_hold_energy(at, power, 0.0, 8.0, hold_s=HOLD) == pytest.approx(1600)
    assert coverage(at, power, 0.0, 8.0, hold_s=HOLD) == pytest.approx((1.9 + 0.5 + 2.0) / 8)
    assert largest_gap(at, power, 0.0, 8.0) == pytest.approx(4.1)


def test_samples_without_a_power_are_none():
    at, power = np.array([0.0, 0.1, 0.2]), np.array([100.0, np.nan, np.nan])
    assert largest_gap(at, power, 0.0, 1.0) == 1.0
    assert step_hold_energy(at, np.full(3, np.nan), 0.0, 1.0, hold_s=HOLD) is None
    assert coverage(at, np.full(3, np.nan), 0.0, 1.0, hold_s=HOLD) == 0


def test_the_edges_of_a_counter_that_moves_slowly():
    # One period's worth of power, as a share of the energy: 0.1 s × 250 W of 250 W × 60 s.
    assert edge_error(0.1, 60.0) == pytest.approx(0.1 * 250.0 / (250.0 * 60))
    assert disagreement(105.0, 100.0) == pytest.approx(0.05)


def test_a_window_ends_after_it_begins():
    with pytest.raises(ValueError, match="ends after it begins"):
        coverage(np.zeros(1), np.zeros(1), 1.0, 1.0, hold_s=HOLD)
