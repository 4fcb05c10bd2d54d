"""Plays the harness: talks to the workload over pipes, in a process of its own or inside this one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import jsonschema

from harness.protocol import Event, format_command, is_event_line, parse_event
from harness.workload.channel import Channel
from harness.workload.main import serve
from tests.workload.material import write_test, write_training

TOP = Path(__file__).resolve().parents[2]
LONGEST = 120
"""Seconds until a workload that hangs is killed, so that a broken one fails its test instead of stopping the suite."""


class Harness:
    """The harness's end of a conversation.

    Every event that comes is held against the schema and must count on without a gap.
    """

    def __init__(self, commands: IO[bytes], events: IO[bytes]) -> None:
        self.events: list[Event] = []
        self.commands, self.source = commands, events
        schema = json.loads((TOP / "schemas" / "event.schema.json").read_text())
        self._schema = jsonschema.Draft202012Validator(schema)

    def send(self, name: str, **fields: Any) -> None:
        self.send_raw(format_command(name, fields))

    def send_raw(self, line: bytes) -> None:
        self.commands.write(line)
        self.commands.flush()

    def hang_up(self) -> None:
        self.commands.close()

    def next(self) -> Event:
        """The next event, progress included."""
        line = self.source.readline()
        assert is_event_line(line), f"{line!r} instead of an event; log: {self.log_text()}"
        event = parse_event(line)
        assert event.seq == len(self.events)
        whole = {"event": event.name, "seq": event.seq, "clock": event.clock, **event.fields}
        self._schema.validate(whole)
        self.events.append(event)
        return event

    def wait_for(self, name: str) -> dict[str, Any]:
        """The fields of the next event that is not progress; it must be ``name``."""
        while (event := self.next()).name == "progress":
            pass
        assert event.name == name, f"{event.fields}; log: {self.log_text()}"
        return dict(event.fields)

    def ask(self, command: str, answer: str, **fields: Any) -> dict[str, Any]:
        """Send ``command`` and wait for its ``answer``."""
        self.send(command, **fields)
        return self.wait_for(answer)

    def log_text(self) -> str:
        """What the workload logged, for the messages of failed tests."""
        return "(of this process)"

    def ended(self) -> int:
        """The exit code, once all output is read."""
        raise NotImplementedError


class Process(Harness):
    """Starts the workload as a process of its own, as a runtime does."""

    def __init__(
        self,
        log: Path,
        program: tuple[str, ...] = ("-m", "harness.workload"),
        environment: dict[str, str] | None = None,
    ) -> None:
        self.log = log
        with log.open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, *program],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=TOP,
                env={**os.environ, "PYTHONPATH": str(TOP), **(environment or {})},
            )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        super().__init__(self.process.stdin, self.process.stdout)
        self._watchdog = threading.Timer(LONGEST, self.process.kill)
        self._watchdog.start()

    def __enter__(self) -> Process:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._watchdog.cancel()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.commands.close()
        self.source.close()

    def log_text(self) -> str:
        return self.log.read_text()

    def ended(self) -> int:
        assert self.source.read() == b""
        return self.process.wait()


class Inside(Harness):
    """Runs the conversation in a thread of this process, which has torch loaded already."""

    def __init__(self) -> None:
        commands, ours = os.pipe()
        theirs, events = os.pipe()
        super().__init__(os.fdopen(ours, "wb"), os.fdopen(theirs, "rb"))
        self._result: Future[int] = Future()
        channel = Channel(commands, events)

        def converse() -> None:
            with os.fdopen(events, "wb"):
                self._result.set_result(serve(channel))

        self._thread = threading.Thread(target=converse, daemon=True)
        self._thread.start()

    def __enter__(self) -> Inside:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        # Told to finish first: the workload would end this process, at the end of its input, otherwise.
        self.send("finish")
        self.commands.close()
        self._thread.join(LONGEST)
        self.source.close()

    def ended(self) -> int:
        assert self.source.read() == b""
        return self._result.result(LONGEST)


def prepared(driver: Harness, plan: dict[str, Any]) -> dict[str, Any]:
    """From the start to `ready`."""
    driver.wait_for("hello")
    return driver.ask("plan", "ready", **plan)


def whole_run(driver: Harness, plan: dict[str, Any]) -> str:
    """A run without inference windows, every epoch kept: the test predictions as they came."""
    prepared(driver, plan)
    data = Path(plan["data"])
    write_training(data)
    driver.send("go")
    epochs = plan["profile"]["epochs"] or plan["benchmark"]["hyperparameters"]["epochs"]
    for _ in range(epochs):
        driver.wait_for("epoch")
        driver.send("scored", auc=0.5, loss=0.7, keep=True)
    driver.wait_for("trained")
    write_test(data)
    predictions = driver.ask("predict", "predicted")["predictions"]
    driver.ask("finish", "done")
    assert driver.ended() == 0
    return str(predictions)
