"""What a conversation happens in: meter, clock and folder. Live here; played back from files in the replay."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from harness.meter.base import Meter, Sources
from harness.meter.machine import Machine
from harness.record.folder import RunFolder
from harness.run.journal import Journal
from harness.run.link import Stamped
from harness.run.transcript import Reading
from harness.runtime.usage import Usage


class Surroundings(Protocol):
    """Everything that a conversation takes from outside, but for the workload's events."""

    sources: Sources
    """Where energies come from."""

    def read(self, edge: str) -> Reading:
        """Read the meter at an edge. Raises `MeterLost`, or `Unfinished` in a replay."""

    def stamp(self, moment: str) -> float:
        """Now, in monotonic seconds, noted under a name."""

    def wait(self, seconds: float) -> None:
        """Let time pass."""

    def release(self, files: tuple[Path, ...]) -> None:
        """Let files of the data set appear to the workload."""


class Wire(Protocol):
    """The harness's end of the line to a workload: see `harness.run.link.Link`."""

    def send(self, name: str, fields: Mapping[str, Any] | None = None) -> float:
        """Send a command; its stamp in seconds. Raises `Unfinished`."""
        ...

    def expect(self, *names: str, within: float, doing: str) -> Stamped:
        """The next event. Raises `Unfinished`."""
        ...

    def wait_for_end(self, within: float) -> None:
        """Wait until the workload is gone. Raises `Unfinished`."""

    def keep_rest(self) -> None:
        """Keep the log that is still on its way."""


class Live:
    """The real ones: everything is written into the journal as it happens."""

    def __init__(self, meter: Meter, usage: Callable[[], Usage], journal: Journal, folder: RunFolder) -> None:
        self._meter, self._usage, self._journal, self._folder = meter, usage, journal, folder
        self.sources = meter.sources
        journal.sources(time.monotonic(), meter.sources)

    def read(self, edge: str) -> Reading:
        """See `Surroundings`."""
        reading = Reading(edge, self._meter.read(), self._usage(), Machine.read())
        self._journal.reading(reading)
        return reading

    def stamp(self, moment: str) -> float:
        """See `Surroundings`."""
        at = time.monotonic()
        self._journal.stamp(at, moment)
        return at

    def wait(self, seconds: float) -> None:
        """See `Surroundings`."""
        time.sleep(seconds)

    def release(self, files: tuple[Path, ...]) -> None:
        """See `Surroundings`. Raises `OSError`."""
        self._journal.note(time.monotonic(), "released " + ", ".join(file.name for file in files))
        self._folder.release(files)
