"""The energy of one window: counted, held against the integral of sampled power, and how uncertain it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.meter.base import Counters, Source
from harness.meter.integrate import coverage, disagreement, edge_error, largest_gap, step_hold_energy
from harness.meter.trace import Trace


@dataclass(frozen=True)
class WindowEnergy:
    """GPU energy between two readings, in joules; None where nothing was counted or sampled.

    ``counter_j`` is what the counter rose by, ``integral_j`` the step-hold integral of the sampled power between the
    same two moments, ``disagreement`` the first less the second as a share of the second. ``edge_error`` is what the
    counter's update period leaves open at the edges, as a share of the energy. ``coverage`` and ``largest_gap_s`` say
    how well the samples fill the window.
    """

    name: str
    begin: float
    end: float
    counter_j: float | None
    integral_j: float | None
    samples: int
    coverage: float | None
    largest_gap_s: float | None
    disagreement: float | None
    edge_error: float | None

    @property
    def seconds(self) -> float:
        """Length of the window."""
        return self.end - self.begin

    @property
    def mean_power_w(self) -> float | None:
        """Mean power in watts by the counter."""
        return None if self.counter_j is None else self.counter_j / self.seconds

    def to_json(self, origin: float) -> dict[str, object]:
        """As it stands in a record; moments in seconds since ``origin``."""
        return {
            "name": self.name,
            "begin": round(self.begin - origin, 6),
            "end": round(self.end - origin, 6),
            "counter_j": self.counter_j,
            "integral_j": self.integral_j,
            "samples": self.samples,
            "coverage": self.coverage,
            "largest_gap_s": self.largest_gap_s,
            "disagreement": self.disagreement,
            "edge_error": self.edge_error,
        }


def gpu_window(
    name: str, begin: Counters, end: Counters, trace: Trace, source: Source, *, hold_s: float
) -> WindowEnergy:
    """The window between two readings. ``hold_s`` is how long a sample may stand for what follows it."""
    counted = None if begin.gpu_j is None or end.gpu_j is None else end.gpu_j - begin.gpu_j
    at, power = trace.at, trace.power_w
    sampled = len(trace) > 0
    integral = step_hold_energy(at, power, begin.at, end.at, hold_s=hold_s) if sampled else None
    both = counted is not None and integral is not None and integral > 0
    error = None
    if counted is not None and source.update_period_s is not None:
        error = edge_error(source.update_period_s, end.at - begin.at)
    return WindowEnergy(
        name=name,
        begin=begin.at,
        end=end.at,
        counter_j=counted,
        integral_j=integral,
        samples=len(trace.within(begin.at, end.at)),
        coverage=coverage(at, power, begin.at, end.at, hold_s=hold_s) if sampled else None,
        largest_gap_s=largest_gap(at, power, begin.at, end.at) if sampled else None,
        disagreement=disagreement(counted, integral) if both and counted is not None and integral is not None else None,
        edge_error=error,
    )


def mean_energy(windows: Sequence[float | None]) -> float | None:
    """The mean over repetitions; None where one of them is missing."""
    known = [value for value in windows if value is not None]
    return sum(known) / len(known) if known and len(known) == len(windows) else None
