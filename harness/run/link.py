"""The harness's end of the line: sends commands, waits for the event that may come next, and keeps the workload to it.

Every event is checked for form (schema), order (`harness.run.order`) and turn (only what the state allows). What breaks
a rule raises `Unfinished` with the reason; nothing that a workload writes can raise anything else.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.protocol import (
    DONE,
    EVENT_PREFIX,
    FAILED,
    PROGRESS,
    Event,
    ProtocolError,
    format_command,
    is_event_line,
    parse_event,
)
from harness.run.event_form import problem_of
from harness.run.inert import inert, printable
from harness.run.journal import Journal
from harness.run.lines import Assembler, Line
from harness.run.order import Order, check_turn
from harness.run.outcome import Ended, Unfinished
from harness.runtime.base import Workload, WorkloadGone

_TAIL_LINES = 20
_POLL_S = 0.25
# Longest wait for the rest of a log that goes on coming.
_REST_S = 1.0
_SHOWN_BYTES = 2000
"""Of a log line; a line of the log may be thirty times as long."""


@dataclass(frozen=True)
class Stamped:
    """An event and the harness's monotonic stamp of its arrival, in seconds."""

    event: Event
    at: float


class Link:
    """One conversation. ``on_progress`` and ``on_log`` get what is only for show."""

    def __init__(
        self,
        workload: Workload,
        journal: Journal,
        *,
        on_progress: Callable[[Mapping[str, Any]], None],
        on_log: Callable[[str], None],
    ) -> None:
        self._workload = workload
        self._journal = journal
        self._on_progress = on_progress
        self._on_log = on_log
        self._streams = {"stdout": Assembler(), "stderr": Assembler()}
        self._waiting: deque[Line] = deque()
        self._order = Order()
        self._ended_at: float | None = None
        self._offsets: tuple[float, float] | None = None
        self.tail: deque[str] = deque(maxlen=_TAIL_LINES)

    @property
    def delay_s(self) -> float | None:
        """How much longer the slowest event took to arrive than the fastest, by the workload's clock and the harness's;
        None before the first. Where the two clocks begin does not matter."""
        return None if self._offsets is None else self._offsets[1] - self._offsets[0]

    def send(self, name: str, fields: Mapping[str, Any] | None = None) -> float:
        """Send a command; returns the monotonic stamp taken just before it left. Raises `Unfinished` if none
        listens."""
        at = time.monotonic()
        self._order.sent(name, at)
        self._journal.command(at, name, fields or {})
        try:
            self._workload.send(format_command(name, fields))
        except WorkloadGone as gone:
            self._drain()
            raise self._exited(f"it was gone when `{name}` was sent") from gone
        return at

    def expect(self, *names: str, within: float, doing: str) -> Stamped:
        """The next event, which must be one of ``names``, within so many seconds. Raises `Unfinished`."""
        deadline = time.monotonic() + within
        while True:
            line = self._next_line(deadline, within, doing)
            if not is_event_line(line.data):
                self._keep_log(line)
                continue
            stamped = self._read(line)
            if stamped.event.name == PROGRESS:
                self._on_progress(inert(stamped.event.fields))
            else:
                check_turn(stamped.event, names, doing)
                return stamped

    def wait_for_end(self, within: float) -> None:
        """Read until the workload has ended, keeping its log; an event after `done` breaks the protocol. Raises
        `Unfinished`."""
        deadline = time.monotonic() + within
        while self._ended_at is None or self._waiting:
            try:
                line = self._next_line(deadline, within, "ending")
            except Unfinished as end:
                if end.ended is Ended.EXITED:
                    return
                raise
            if is_event_line(line.data):
                raise Unfinished(Ended.BROKE_PROTOCOL, f"an event came after `{DONE}`")
            self._keep_log(line)

    def keep_rest(self) -> None:
        """Keep the log that is still on its way when a conversation breaks off: standard error and standard output are
        two pipes, and what was said on the one first may come last. Of events nothing is used any more."""
        until = time.monotonic() + _REST_S
        while True:
            while self._waiting:
                line = self._waiting.popleft()
                if not is_event_line(line.data):
                    self._keep_log(line)
            if self._ended_at is not None or time.monotonic() >= until or not self._pump(_POLL_S):
                return

    def _next_line(self, deadline: float, within: float, doing: str) -> Line:
        while not self._waiting:
            if self._ended_at is not None:
                raise self._exited(f"its output ended while {doing}")
            left = deadline - time.monotonic()
            if left <= 0:
                self._journal.note(time.monotonic(), f"deadline of {within:g} s reached while {doing}")
                raise Unfinished(
                    Ended.TIMED_OUT, f"{doing} took longer than the {within:g} s that the benchmark allows"
                )
            self._pump(min(left, _POLL_S))
        return self._waiting.popleft()

    def _pump(self, timeout: float) -> bool:
        """Take in the next piece of output; False where none came in ``timeout`` seconds."""
        chunk = self._workload.read(timeout)
        if chunk is None:
            return False
        if chunk.stream == "eof":
            self._ended_at = chunk.at
            for stream in self._streams.values():
                self._waiting.extend(stream.end(chunk.at))
            return True
        for line in self._streams[chunk.stream].feed(chunk.data, chunk.at):
            if chunk.stream == "stderr":
                self._keep_log(line)
            else:
                self._waiting.append(line)
        return True

    def _drain(self) -> None:
        """Keep what the workload still wrote before it went: it often says why."""
        until = time.monotonic() + 2
        while True:
            # Line by line: a workload that floods its output must not fill the memory here.
            while self._waiting:
                self._drain_line(self._waiting.popleft())
            if self._ended_at is not None or time.monotonic() >= until:
                return
            self._pump(_POLL_S)

    def _drain_line(self, line: Line) -> None:
        if not is_event_line(line.data):
            self._keep_log(line)
            return
        # Of the rest nothing will be used any more, so that nothing of it belongs into the journal.
        check_turn(self._read(line, only=FAILED).event, None, "ending")

    def _read(self, line: Line, *, only: str | None = None) -> Stamped:
        """The event in a line, checked, and kept in the journal if it is of the name ``only``, or with none."""
        if line.cut:
            raise Unfinished(Ended.BROKE_PROTOCOL, "an event was longer than the protocol's 4 MiB")
        try:
            event = parse_event(line.data)
        except ProtocolError as error:
            raise Unfinished(
                Ended.BROKE_PROTOCOL, f"a line that starts with `{EVENT_PREFIX.strip()}` is no event: {error}"
            ) from error
        problem = self._order.problem(event, line.at) or problem_of(event)
        if problem is not None:
            raise Unfinished(Ended.BROKE_PROTOCOL, problem)
        offset = line.at - event.clock
        least, most = self._offsets or (offset, offset)
        self._offsets = min(least, offset), max(most, offset)
        if event.name != PROGRESS and only in (None, event.name):
            self._journal.event(line.at, event.name, event.seq, event.clock, event.fields)
        return Stamped(event, line.at)

    def _keep_log(self, line: Line) -> None:
        self._journal.log(line.data, cut=line.cut)
        text = printable(line.data[:_SHOWN_BYTES].decode("utf-8", errors="replace"))
        if text:
            self.tail.append(text)
            self._on_log(text)

    def _exited(self, how: str) -> Unfinished:
        last = "\n".join(self.tail) or None
        return Unfinished(Ended.EXITED, f"the workload ended before it said `{DONE}`: {how}", said=last)
