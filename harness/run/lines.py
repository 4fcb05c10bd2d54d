"""From chunks of bytes to lines, with bounds that hold against a workload that writes without end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from harness.protocol import EVENT_PREFIX, MAX_EVENT_BYTES

MAX_LOG_LINE = 64 * 1024
"""A longer log line is cut here, and says so."""


@dataclass(frozen=True)
class Line:
    """One line without its newline. ``at`` is the harness's monotonic stamp of the chunk that ended the line, in
    seconds. ``cut`` is true where the line was longer than its bound and ``data`` holds only its beginning."""

    data: bytes
    at: float
    cut: bool = False


@dataclass
class Assembler:
    """Joins the chunks of one stream into lines. A line that starts like an event may be as long as an event may be;
    any other line is cut at `MAX_LOG_LINE`. Never holds more than one such line."""

    _pending: bytearray = field(default_factory=bytearray)
    _cut: bool = False

    def feed(self, data: bytes, at: float) -> Iterator[Line]:
        """The lines that ``data`` completes."""
        *whole, rest = data.split(b"\n")
        for piece in whole:
            self._take(piece)
            yield self._line(at)
        self._take(rest)

    def end(self, at: float) -> Iterator[Line]:
        """What was left without a newline when the stream ended."""
        if self._pending:
            yield self._line(at)

    def _take(self, piece: bytes) -> None:
        self._pending += piece
        bound = MAX_EVENT_BYTES if self._pending.startswith(EVENT_PREFIX.encode()) else MAX_LOG_LINE
        if len(self._pending) > bound:
            self._cut = True
            del self._pending[bound:]

    def _line(self, at: float) -> Line:
        line = Line(bytes(self._pending), at, self._cut)
        self._pending.clear()
        self._cut = False
        return line
