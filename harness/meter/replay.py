"""A recorded trace, played back: for tests and for looking at the page without a GPU. It is marked `simulated`."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from harness.meter.base import Counters, MeterLost, Source, Sources
from harness.meter.integrate import step_hold_energy
from harness.meter.trace import COLUMNS, Trace

_ABSENT = Source(None, "CPU packages", None, "a replay plays a GPU only")
_HOLD_S = 3600.0


class ReplayMeter:
    """Plays ``trace``, whose first sample is now when the meter starts, and over again when it ends.

    Its energy counter is the trace's integral, moving once an ``update_period_s``. ``lost_after_s`` ends it as a GPU
    that falls off the bus would. ``clock`` gives monotonic seconds.
    """

    def __init__(
        self,
        trace: Trace,
        *,
        update_period_s: float = 0.02,
        lost_after_s: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if len(trace) < 2:
            raise ValueError("a trace to be played has at least two samples")
        self._trace, self._period, self._lost_after, self._clock = trace, update_period_s, lost_after_s, clock
        self._length = float(trace.at[-1] - trace.at[0])
        self._whole_j = self._energy(self._length)
        self._began: float | None = None
        source = Source("replayed trace", "whole GPU", update_period_s, None)
        self.sources = Sources(source, _ABSENT, _ABSENT, simulated=True)

    def start(self) -> None:
        """See `Meter.start`."""
        self._began = self._clock()

    def read(self) -> Counters:
        """See `Meter.read`."""
        now = self._clock()
        spent = self._spent(now)
        if self._lost_after is not None and spent >= self._lost_after:
            raise MeterLost("the replayed GPU stopped answering, as it was told to")
        counted = np.floor(spent / self._period) * self._period
        rounds, rest = divmod(float(counted), self._length)
        return Counters(now, 0.0, rounds * self._whole_j + self._energy(rest), None, None)

    def stop(self) -> Trace:
        """See `Meter.stop`."""
        assert self._began is not None
        spent = self._spent(self._clock())
        if self._lost_after is not None:
            spent = min(spent, self._lost_after)
        rounds = int(spent // self._length) + 1
        offsets = self._trace.at[:-1] - self._trace.at[0]
        at = np.concatenate([offsets + k * self._length for k in range(rounds)])
        kept = at <= spent
        columns = {name: np.tile(getattr(self._trace, name)[:-1], rounds)[kept] for name in COLUMNS[1:]}
        return Trace(at=at[kept] + self._began, **columns)

    def _spent(self, now: float) -> float:
        if self._began is None:
            raise ValueError("the meter was not started")
        return now - self._began

    def _energy(self, until: float) -> float:
        """Joules from the trace's beginning to ``until`` seconds later."""
        if until <= 0:
            return 0.0
        begin = float(self._trace.at[0])
        return step_hold_energy(self._trace.at, self._trace.power_w, begin, begin + until, hold_s=_HOLD_S) or 0.0
