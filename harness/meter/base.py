"""What every meter is to a run: started, read at the edges of windows, and stopped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from harness.errors import InfrastructureFailed
from harness.meter.trace import Trace


class MeterLost(InfrastructureFailed):
    """A meter that answered before does not answer any more: the GPU fell off the bus, the driver was reloaded."""


@dataclass(frozen=True)
class Source:
    """Where a cumulative energy comes from, or why there is none: exactly one of ``name`` and ``reason`` is given.

    ``scope`` says what is covered (``whole GPU``, ``CPU packages``). ``update_period_s`` is how often the counter
    moves, measured at start; None where nothing is counted.
    """

    name: str | None
    scope: str
    update_period_s: float | None
    reason: str | None


@dataclass(frozen=True)
class Sources:
    """The three cumulative energies. ``simulated`` is true where any figure is made up or played back: then nothing
    that follows from it can be published."""

    gpu: Source
    cpu: Source
    dram: Source
    simulated: bool


@dataclass(frozen=True)
class Counters:
    """Cumulative energies at one moment, in joules from an origin that does not move while the meter runs; None where
    `Sources` gives a reason. ``at`` is `time.monotonic` in seconds, in the middle of the reading, and ``spread_s`` how
    long the reading took."""

    at: float
    spread_s: float
    gpu_j: float | None
    cpu_j: float | None
    dram_j: float | None


class Meter(Protocol):
    """Used by one run, from one thread; what it samples in the background is its own affair."""

    sources: Sources

    def start(self) -> None:
        """Begin sampling. Raises `MeterLost` where a source that was found does not answer."""

    def read(self) -> Counters:
        """The counters now. Raises `MeterLost`, also for a loss that the background sampling noticed."""

    def stop(self) -> Trace:
        """End sampling and give what was sampled, also after a loss. May be called again."""
