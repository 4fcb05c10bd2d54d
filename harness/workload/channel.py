"""The two ends of the line protocol on the workload's side: events go out, commands come in.

A thread of its own reads the commands, so that the end of standard input is noticed at any time, in the middle of a
training step too: it means that the harness is gone, and then nothing may be left running.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from harness.protocol import FINISH, PROGRESS, ProtocolError, format_event, parse_command
from harness.workload.failure import BadCommand

ABANDONED = 3
"""Exit code when the harness has gone away: nobody is there to read it but a person looking at a dead container."""

PROGRESS_SECONDS = 0.5
"""Shortest time between two progress events (the protocol allows two a second)."""

_LONGEST_COMMAND = 4 * 1024 * 1024


@dataclass(frozen=True)
class Command:
    """One command: its name and its other fields."""

    name: str
    fields: dict[str, Any]


class Channel:
    """Says events on one file descriptor and reads commands from another.

    Events are said from the main thread only. ``commands`` and ``events`` are open file descriptors that nothing else
    uses.
    """

    def __init__(self, commands: int, events: int) -> None:
        self._commands = commands
        self._events = events
        self._said = 0
        self._next_progress = 0.0
        self._finishing = False
        self._queue: queue.SimpleQueue[Command | ProtocolError] = queue.SimpleQueue()
        threading.Thread(target=self._read, name="commands", daemon=True).start()

    def say(self, name: str, **fields: Any) -> None:
        """Write one event. Ends the process if nobody reads any more. Raises `ProtocolError` for an impossible one."""
        line = memoryview(format_event(name, self._said, time.monotonic(), fields))
        self._said += 1
        try:
            while line:
                line = line[os.write(self._events, line) :]
        except BrokenPipeError:
            os._exit(ABANDONED)

    def progress(self, phase: str, done: float, total: float | None, unit: str) -> None:
        """Say how far ``phase`` has come, unless something was said about progress less than half a second ago."""
        now = time.monotonic()
        if now >= self._next_progress:
            self._next_progress = now + PROGRESS_SECONDS
            self.say(PROGRESS, phase=phase, done=done, total=total, unit=unit)

    def expect(self, *names: str) -> Command:
        """Wait for the next command, which must be one of ``names``. Raises `BadCommand` otherwise."""
        due = " or ".join(names)
        command = self._queue.get()
        if isinstance(command, ProtocolError):
            raise BadCommand(f"{due} was due; {command}") from command
        if command.name not in names:
            raise BadCommand(f"{due} was due; {command.name} came")
        return command

    def _read(self) -> None:
        for line in _lines(self._commands):
            try:
                name, fields = parse_command(line)
            except ProtocolError as error:
                self._queue.put(error)
                continue
            # Once told to finish, the harness may hang up before `done` is written.
            self._finishing = self._finishing or name == FINISH
            self._queue.put(Command(name, fields))
        if not self._finishing:
            os._exit(ABANDONED)


def _lines(descriptor: int) -> Iterator[bytes]:
    """The lines that come from ``descriptor`` until its end. One that is far too long counts as the end.

    Reads the descriptor itself: Python's buffered reader holds a lock that a daemon thread would keep at shutdown.
    """
    held = b""
    while len(held) <= _LONGEST_COMMAND:
        try:
            chunk = os.read(descriptor, 65536)
        except OSError:  # the other end was torn away, which is an end like any other
            return
        if not chunk:
            return
        *whole, held = (held + chunk).split(b"\n")
        yield from whole
