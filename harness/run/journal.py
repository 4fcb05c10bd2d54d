"""The raw files of a conversation: ``events.jsonl`` (both directions, stamped) and ``workload.log``.

Everything a record says about time and score can be computed again from these two and the labels.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from harness.record.folder import EVENTS, LOG
from harness.run.transcript import Reading


class Journal:
    """Writes both files. Stamps are the harness's monotonic seconds since ``origin``, rounded to a microsecond."""

    def __init__(self, folder: Path, *, origin: float, max_log_bytes: int) -> None:
        self._origin = origin
        self._events: BinaryIO = (folder / EVENTS).open("xb")
        self._log: BinaryIO = (folder / LOG).open("xb")
        self._room = max_log_bytes

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
        and what the whole machine did; null where nothing is counted."""
        counters, usage = reading.counters, reading.usage
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
        self._write({"at": self.since(counters.at), "from": "meter", "edge": reading.edge, **figures})

    def note(self, at: float, text: str) -> None:
        """Something that happened on the harness's side: data released, a deadline, a signal."""
        self._write({"at": self.since(at), "from": "harness", "note": text})

    def log(self, line: bytes, *, cut: bool) -> None:
        """A line of the workload's own output, until the room for it is used up."""
        if self._room <= 0:
            return
        kept = line[: self._room] + (b" [cut]\n" if cut else b"\n")
        self._room -= len(kept)
        self._log.write(kept)
        if self._room <= 0:
            self._log.write(b"[the log is longer than the ruleset keeps; the rest was dropped]\n")

    def _write(self, document: Mapping[str, Any]) -> None:
        self._events.write(json.dumps(document, separators=(",", ":"), allow_nan=False).encode() + b"\n")
        self._events.flush()
