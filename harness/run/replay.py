"""A run played again from its files: the same conversation code, with journal and trace in place of workload and meter.

Every record is built from what this gives, also just after its run. So whatever a record says about times, scores and
energies follows from the raw files and the labels, and `harness verify` gets the same to the last digit.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from harness.checks.evidence import Card, Host, Preflight
from harness.data.dataset import Dataset
from harness.errors import InvalidInput
from harness.meter.base import Counters, Source, Sources
from harness.meter.machine import Machine
from harness.meter.trace import TRACE, Trace, read_trace
from harness.protocol import Event
from harness.record.folder import EVENTS
from harness.run.link import Stamped
from harness.run.order import Order, check_turn
from harness.run.outcome import Ended, Outcome, Unfinished
from harness.run.plan import Plan
from harness.run.session import Session
from harness.run.tape import Contradiction, Tape, agrees
from harness.run.transcript import Epoch, Reading, Transcript
from harness.runtime.usage import Usage

# Where the run happened, not what it was.
_PLACES = ("data", "weights")


@dataclass(frozen=True)
class Replayed:
    """What a run's files tell: stamps are in seconds since it began, ``began`` and ``ended`` are the time of day."""

    transcript: Transcript
    outcome: Outcome
    began: datetime
    ended: datetime


def replay(folder: Path, plan: Plan, dataset: Dataset) -> Replayed:
    """Play the run in ``folder`` again. Raises `Contradiction` where its files can't be what happened under the plan's
    rules, or are older than what is needed for it."""
    tape = Tape(folder / EVENTS)
    if tape.first("fact", "end") is None:
        raise Contradiction("events.jsonl does not tell how the run ended; it is of an older version, or was cut")
    try:
        return _play(tape, folder, plan, dataset)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        # Whoever changed the file may have left anything there.
        raise Contradiction(f"events.jsonl, near {tape.where()}: {type(error).__name__}: {error}") from error


def _play(tape: Tape, folder: Path, plan: Plan, dataset: Dataset) -> Replayed:
    preflight = _preflight(tape.next("fact", "preflight"))
    asked = tape.first("command", "plan") or dict.fromkeys(_PLACES)
    session = Session(
        plan,
        dataset,
        _Line(tape),
        _Nobody(),
        started=0.0,
        data_path=str(asked["data"]),
        weights_path=asked["weights"],
    )
    session.transcript.preflight = preflight
    unfinished: Unfinished | None = None
    try:
        if tape.next_is("fact", "sources"):
            session.conduct(_Playback(tape))
    except Unfinished as end:
        unfinished = end
    return _finish(tape, folder, session.transcript, unfinished)


def _finish(tape: Tape, folder: Path, transcript: Transcript, unfinished: Unfinished | None) -> Replayed:
    end = tape.next("fact", "end")
    if tape.peek() is not None:
        raise Contradiction(f"events.jsonl goes on after the end of the run, in {tape.where()}")
    outcome = Outcome(
        ended=Ended(end["ended"]),
        state=end["state"],
        said=end["said"],
        reasons=tuple(end["reasons"]),
        exit_code=end["exit_code"],
        oom_killed=end["oom_killed"],
        lived_s=end["lived_s"],
    )
    came_to = Ended.COMPLETED if unfinished is None else unfinished.ended
    # What fails around a conversation may do so before its first word and after its last.
    around = unfinished is None and outcome.ended in (Ended.INFRASTRUCTURE, Ended.METER_LOST)
    if not around and (came_to, transcript.state) != (outcome.ended, outcome.state):
        raise Contradiction(
            f"played again the run ends as `{came_to}` in state `{transcript.state}`, and events.jsonl says "
            f"`{outcome.ended}` in state `{outcome.state}`"
        )
    if unfinished is not None and unfinished.reason not in outcome.reasons:
        raise Contradiction(f"played again the run ends because {unfinished.reason}; events.jsonl does not say so")
    transcript.event_delay_s = end["event_delay_s"]
    transcript.trace = _trace(folder / TRACE)
    return Replayed(transcript, outcome, datetime.fromisoformat(end["began"]), datetime.fromisoformat(end["over"]))


def _trace(path: Path) -> Trace:
    try:
        return read_trace(path) if path.exists() else Trace()
    except InvalidInput as error:
        raise Contradiction(error.message) from error


def _preflight(fact: Mapping[str, Any]) -> Preflight:
    card = fact["card"]
    return Preflight(Host(**fact["host"]), None if card is None else Card(**card), fact["reason"])


class _Line:
    """In place of `harness.run.link.Link`: what was sent must be what would be sent now, and what came comes again."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._order = Order(gaps=True)

    def send(self, name: str, fields: Mapping[str, Any] | None = None) -> float:
        """The stamp of the command in the journal. Raises `Contradiction` where it was another one."""
        where = self._tape.where()
        line = self._tape.next("command", name)
        sent = {key: value for key, value in line.items() if key not in ("at", "from", "command", *_PLACES)}
        due = {key: value for key, value in json.loads(json.dumps(fields or {})).items() if key not in _PLACES}
        if not agrees(sent, due):
            wrong = ", ".join(
                sorted(key for key in sent.keys() | due.keys() if not agrees(sent.get(key), due.get(key)))
            )
            raise Contradiction(f"events.jsonl, {where}: `{name}` is not as these rules and labels have it ({wrong})")
        self._order.sent(name, float(line["at"]))
        return float(line["at"])

    def expect(self, *names: str, within: float, doing: str) -> Stamped:
        """The next event of the journal. Raises `Unfinished` where the run ended instead."""
        _end_here(self._tape)
        where = self._tape.where()
        line = self._tape.next("event")
        fields = {key: value for key, value in line.items() if key not in ("at", "from", "event", "seq", "clock")}
        event = Event(line["event"], line["seq"], line["clock"], fields)
        problem = self._order.problem(event, float(line["at"]))
        if problem is not None:
            raise Contradiction(f"events.jsonl, {where}: {problem}")
        check_turn(event, names, doing)
        return Stamped(event, float(line["at"]))

    def wait_for_end(self, within: float) -> None:
        """Raises `Unfinished` where something came after `done`."""
        _end_here(self._tape)

    def keep_rest(self) -> None:
        """The log is not played again."""


class _Playback:
    """In place of `harness.run.surroundings.Live`."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        fact = tape.next("fact", "sources")
        self.sources = Sources(
            Source(**fact["gpu"]), Source(**fact["cpu"]), Source(**fact["dram"]), simulated=fact["simulated"]
        )
        self._usage: Mapping[str, Any] = {}

    def read(self, edge: str) -> Reading:
        """What the journal holds for the edge."""
        _end_here(self._tape)
        line = self._tape.next("edge", edge)
        self._usage = line.get("usage", self._usage)
        at = float(line["at"])
        return Reading(
            edge,
            Counters(at=at, spread_s=0.0, gpu_j=line["gpu_j"], cpu_j=line["cpu_j"], dram_j=line["dram_j"]),
            Usage(at=at, cpu_s=line["cpu_s"], memory_peak_b=line["memory_peak_b"], **self._usage),
            Machine(line["machine_busy_s"], line["machine_stolen_s"], line["swapped_pages"]),
        )

    def stamp(self, moment: str) -> float:
        """When it was."""
        _end_here(self._tape)
        return float(self._tape.next("moment", moment)["at"])

    def wait(self, seconds: float) -> None:
        """Nothing has to pass."""

    def release(self, files: tuple[Path, ...]) -> None:
        """The data were there."""
        _end_here(self._tape)


class _Nobody:
    """Looks on."""

    def decided(self, profile: str, why: str) -> None:
        """Not shown."""

    def stage(self, name: str, total: int | None) -> None:
        """Not shown."""

    def progress(self, fields: Mapping[str, Any]) -> None:
        """Not shown."""

    def epoch(self, epoch: Epoch, planned: int) -> None:
        """Not shown."""

    def log(self, text: str) -> None:
        """Not shown."""


def _end_here(tape: Tape) -> None:
    """Raises what ended the run, if that is what comes next."""
    line = tape.peek()
    if line is not None and line.get("fact") == "end" and line["ended"] != Ended.COMPLETED:
        raise Unfinished(Ended(line["ended"]), line["reasons"][0], said=line["said"])
