"""Energy from power samples, and how far a window is covered by them. Pure functions over numpy columns.

A sample holds until the next one (step-hold). Trapezoids over samples from which repeated values were dropped, which
is what some tools use, lose energy wherever power stays the same for a while: 250 W held for 3.3 s came out as 0 J.
"""

from __future__ import annotations

import numpy as np

from harness.meter.trace import Column


def step_hold_energy(at: Column, power_w: Column, begin: float, end: float, *, hold_s: float) -> float | None:
    """Joules from ``begin`` to ``end`` (seconds on the clock of ``at``).

    ``at`` and ``power_w`` are float64 [n], ``at`` strictly rising; samples without a power (NaN) are left out. Each
    sample holds until the next one, but no longer than ``hold_s``; what is held by none is filled in with the mean
    power of what is, so that a gap neither adds nor hides energy (`coverage` tells how much that was). None where no
    part of the window is held.
    """
    lengths, powers = _held(at, power_w, begin, end, hold_s)
    held = float(lengths.sum())
    if held <= 0:
        return None
    return float((lengths * powers).sum()) * (end - begin) / held


def coverage(at: Column, power_w: Column, begin: float, end: float, *, hold_s: float) -> float:
    """The share of the window, from 0 to 1, that lies within ``hold_s`` after a sample with a power."""
    lengths, _ = _held(at, power_w, begin, end, hold_s)
    return min(float(lengths.sum()) / (end - begin), 1.0)


def largest_gap(at: Column, power_w: Column, begin: float, end: float) -> float:
    """The longest time in seconds within the window without a sample that has a power; its edges count as samples."""
    seen = at[~np.isnan(power_w)]
    inside = seen[(seen > begin) & (seen < end)]
    return float(np.diff(np.concatenate(([begin], inside, [end]))).max())


def disagreement(counter_j: float, integral_j: float) -> float:
    """How far the counter is from the integral, as a signed share of the integral."""
    return (counter_j - integral_j) / integral_j


def edge_error(update_period_s: float, seconds: float) -> float:
    """What a counter that moves once an ``update_period_s`` may be off by at the two edges of a window of so many
    seconds, as a share of its energy: at each edge up to one period's worth is counted too early or too late, and the
    two errors have opposite signs, so together they stay within one period × power. Divided by the energy, which is
    power × length, that is period ÷ length, whatever the power; above 1 the counter may not have moved at all."""
    return update_period_s / seconds


def _held(at: Column, power_w: Column, begin: float, end: float, hold_s: float) -> tuple[Column, Column]:
    """How long each sample holds within the window, and its power."""
    if not end > begin:
        raise ValueError("a window ends after it begins")
    there = ~np.isnan(power_w)
    moments, powers = at[there], power_w[there]
    until = np.minimum(np.append(moments[1:], np.inf), moments + hold_s)
    lengths = np.clip(np.minimum(until, end) - np.maximum(moments, begin), 0.0, None)
    return lengths, powers
