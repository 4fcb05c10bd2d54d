from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from harness.protocol import DONE, FINISH, GO, format_command, parse_event
from harness.workload.channel import ABANDONED, Channel, Command
from harness.workload.failure import BadCommand


class Pipes:
    """A channel and the harness's ends of it."""

    def __init__(self) -> None:
        commands, self.to_workload = os.pipe()
        self.from_workload, events = os.pipe()
        self.channel = Channel(commands, events)

    def events(self) -> list[tuple[str, int]]:
        lines = os.read(self.from_workload, 1 << 16).splitlines()
        return [(event.name, event.seq) for event in map(parse_event, lines)]


class _Ended(Exception):
    pass


@pytest.fixture
def pipes() -> Iterator[Pipes]:
    """Told to finish before the harness's end is closed: the hang-up would end the test run otherwise."""
    made = Pipes()
    yield made
    os.write(made.to_workload, format_command(FINISH))
    os.close(made.to_workload)


def test_events_count_on(pipes: Pipes) -> None:
    pipes.channel.say(DONE)
    pipes.channel.say(DONE)
    assert pipes.events() == [(DONE, 0), (DONE, 1)]


def test_progress_is_throttled(pipes: Pipes, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    for _ in range(30):  # three seconds in tenths
        pipes.channel.progress("train", 1, 2, "images")
        now[0] += 0.1
    assert len(pipes.events()) in (5, 6)


def test_commands_come_in_pieces(pipes: Pipes) -> None:
    for piece in (b'{"comm', b'and":"go"}\n{"command"', b':"finish"}\n'):
        os.write(pipes.to_workload, piece)
    assert pipes.channel.expect(GO) == Command(GO, {})
    assert pipes.channel.expect(FINISH) == Command(FINISH, {})


def test_a_bad_line_is_told_when_a_command_is_due(pipes: Pipes) -> None:
    os.write(pipes.to_workload, b'{"command":"go","command":"go"}\n')
    with pytest.raises(BadCommand, match=r"^go was due; a key appears twice in one JSON object$"):
        pipes.channel.expect(GO)


def test_broken_pipe_ends_the_process(pipes: Pipes, monkeypatch: pytest.MonkeyPatch) -> None:
    codes = []

    def note(code: int) -> None:
        codes.append(code)
        raise _Ended

    monkeypatch.setattr("os._exit", note)
    os.close(pipes.from_workload)
    with pytest.raises(_Ended):
        pipes.channel.say(DONE)
    assert codes == [ABANDONED]
