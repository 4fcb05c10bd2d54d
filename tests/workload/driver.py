"""Plays the harness: starts the workload as a process and talks to it over pipes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any

import jsonschema

from harness.protocol import Event, format_command, is_event_line, parse_event
from tests.workload.material import write_test, write_training

TOP = Path(__file__).resolve().parents[2]
LONGEST = 120
"""Seconds until a workload that hangs is killed, so that a broken one fails its test instead of stopping the suite."""


class Driver:
    """One workload process. Every event that it says is held against the schema and must count on without a gap."""

    def __init__(self, log: Path, program: tuple[str, ...] = ("-m", "harness.workload")) -> None:
        self.log = log
        self.events: list[Event] = []
        schema = json.loads((TOP / "schemas" / "event.schema.json").read_text())
        self._schema = jsonschema.Draft202012Validator(schema)
        with log.open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, *program],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=TOP,
                env={**os.environ, "PYTHONPATH": str(TOP)},
            )
        self._watchdog = threading.Timer(LONGEST, self.process.kill)
        self._watchdog.start()

    def __enter__(self) -> Driver:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._watchdog.cancel()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            stream.close()

    def send(self, name: str, **fields: Any) -> None:
        self.send_raw(format_command(name, fields))

    def send_raw(self, line: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line)
        self.process.stdin.flush()

    def hang_up(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()

    def next(self) -> Event:
        """The next event, progress included."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(f"the workload fell silent; its log:\n{self.log.read_text()}")
        assert is_event_line(line), line
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
        if event.name != name:
            raise AssertionError(f"{event.name} instead of {name}: {event.fields}; log:\n{self.log.read_text()}")
        return dict(event.fields)

    def ask(self, command: str, answer: str, **fields: Any) -> dict[str, Any]:
        """Send ``command`` and wait for its ``answer``."""
        self.send(command, **fields)
        return self.wait_for(answer)

    def ended(self) -> int:
        """The exit code, once all output is read."""
        assert self.process.stdout is not None
        assert self.process.stdout.read() == b""
        return self.process.wait()


def prepared(driver: Driver, plan: dict[str, Any]) -> dict[str, Any]:
    """From the start to `ready`."""
    driver.wait_for("hello")
    return driver.ask("plan", "ready", **plan)


def whole_run(driver: Driver, plan: dict[str, Any]) -> str:
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
