"""The raw files of a conversation: ``events.jsonl`` (both directions, stamped) and ``workload.log``.

Everything a record says about time and score is computed from the first, the trace and the labels: see
`harness.run.replay`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

from harness.checks.evidence import Preflight
from harness.meter.base import Sources
from harness.record.durable import append_whole
from harness.record.folder import EVENTS, LOG
from harness.run.outcome import Outcome
from harness.run.transcript import Reading


class Journal:
    """Writes both files. Stamps are the harness's monotonic seconds since ``origin``, rounded to a microsecond."""

    def __init__(self, folder: Path, *, origin: float, max_log_bytes: int) -> None:
        self._origin = origin
        # Without a buffer: a line that no longer fits on the disk must not be tried again later, and what was written
        # outlives the harness.
        self._events = (folder / EVENTS).open("xb", buffering=0)
        self._log = (folder / LOG).open("xb", buffering=0)
        self._gap: OSError | None = None
        self._room = max_log_bytes
        self._usage: Mapping[str, Any] | None = None

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._events.close()
        self._log.close()

    def since(self, at: float) -> float:
        """``at`` (monotonic seconds) as seconds since the run began."""
        return round(at - self._origin, 6)

    def event(self, at: float, name: str, seq: int, clock: float, fields: Mapping[str, Any]) -> None:
        """An event that came from the workload."""
        self._write({"at": self.since(at), "from": "workload", "event": name, "seq": seq, "clock": clock, **fields})

    def command(self, at: float, name: str, fields: Mapping[str, Any]) -> None:
        """A command that was sent."""
        self._write({"at": self.since(at), "from": "harness", "command": name, **fields})

    def reading(self, reading: Reading) -> None:
        """The meter's counters at an edge, in joules, and the workload's processor seconds and peak memory in bytes,
        and what the whole machine did; null where nothing is counted. Who counted the workload's use is said once, and
        again where it changes."""
        counters, usage = reading.counters, reading.usage
        counted_by = {"source": usage.source, "scope": usage.scope, "reason": usage.reason}
        said = {} if counted_by == self._usage else {"usage": counted_by}
        self._usage = counted_by
        figures = {
            "gpu_j": counters.gpu_j,
            "cpu_j": counters.cpu_j,
            "dram_j": counters.dram_j,
            "cpu_s": usage.cpu_s,
            "memory_peak_b": usage.memory_peak_b,
            "machine_busy_s": round(reading.machine.busy_s, 2),
            "machine_stolen_s": round(reading.machine.stolen_s, 2),
            "swapped_pages": reading.machine.swapped_pages,
        }
        self._write({"at": self.since(counters.at), "from": "meter", "edge": reading.edge, **figures, **said})

    def preflight(self, seen: Preflight) -> None:
        """What the machine looked like before the start."""
        self._write({"at": 0.0, "from": "harness", "fact": "preflight", **asdict(seen)})

    def sources(self, at: float, sources: Sources) -> None:
        """Where energies come from, or why there are none."""
        self._write({"at": self.since(at), "from": "meter", "fact": "sources", **asdict(sources)})

    def stamp(self, at: float, moment: str) -> None:
        """A moment that a result is counted from or to."""
        self._write({"at": self.since(at), "from": "harness", "moment": moment})

    def end(self, at: float, outcome: Outcome, *, event_delay_s: float | None, began: datetime) -> None:
        """How the run ended: the last line. ``began`` is the time of day at ``origin``; that of the end is counted from
        it, because the machine's clock may have been set meanwhile."""
        over = began + timedelta(seconds=self.since(at))
        times = {"event_delay_s": event_delay_s, "began": began.isoformat(), "over": over.isoformat()}
        self._write({"at": self.since(at), "from": "harness", "fact": "end", **asdict(outcome), **times})

    def note(self, at: float, text: str) -> None:
        """Something that happened on the harness's side: data released, a deadline, a signal."""
        self._write({"at": self.since(at), "from": "harness", "note": text})

    def log(self, line: bytes, *, cut: bool) -> None:
        """A line of the workload's own output, until the room for it is used up."""
        if self._room <= 0:
            return
        kept = line[: self._room] + (b" [cut]\n" if cut else b"\n")
        self._room -= len(kept)
        append_whole(self._log, kept)
        if self._room <= 0:
            append_whole(self._log, b"[the log is longer than the ruleset keeps; the rest was dropped]\n")

    def _write(self, document: Mapping[str, Any]) -> None:
        """Raises `OSError` where the line does not fit on the disk, and from then on always: a journal with a line
        missing must not go on as if it were whole."""
        if self._gap is not None:
            raise self._gap
        try:
            append_whole(self._events, json.dumps(document, separators=(",", ":"), allow_nan=False).encode() + b"\n")
        except OSError as error:
            self._gap = error
            raise
