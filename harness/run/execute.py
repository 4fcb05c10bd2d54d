"""One run from plan to record. Whatever happens, nothing is left running and no half-written record is left behind."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from harness.checks.checks import check_before
from harness.checks.evidence import Preflight
from harness.data.dataset import Dataset
from harness.errors import InfrastructureFailed
from harness.meter.base import Meter, MeterLost
from harness.meter.device import meter_for
from harness.meter.trace import TRACE, write_trace
from harness.places import Home
from harness.record.books import Books, interrupted
from harness.record.durable import remedy_for, why
from harness.record.folder import IMAGE, PLAN, SYSTEM, RunFolder
from harness.run.journal import Journal
from harness.run.link import Link
from harness.run.outcome import Ended, Outcome, Unfinished
from harness.run.plan import Plan
from harness.run.preflight import look
from harness.run.replay import replay
from harness.run.results import build_record
from harness.run.session import Session, Watcher
from harness.run.surroundings import Live
from harness.run.transcript import Transcript
from harness.runtime.base import Ending, Launch, Runtime, Workload

Clock = Callable[[], datetime]
"""Tells the time of day, with its zone. It may be set at any moment, so that no duration is taken from it."""
Meters = Callable[[Callable[[int], bool]], Meter]
"""Makes a meter, told how to find out whether a process of this machine is the workload's. Raises `MeterLost`."""


def time_of_day() -> datetime:
    """Of this machine, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Finished:
    """A complete run: its folder and its record."""

    folder: RunFolder
    record: Mapping[str, Any]


def execute(
    plan: Plan,
    dataset: Dataset,
    runtime: Runtime,
    home: Home,
    watcher: Watcher,
    say: Callable[[str], None],
    *,
    image_id: str | None,
    gpu_uuid: str | None,
    meters: Meters | None = None,
    now: Clock = time_of_day,
) -> Finished:
    """Run the plan once. A run that fails has a record too. Only an interrupt (Ctrl-C) leaves a folder without one, and
    passes on as `KeyboardInterrupt`; and so does a home that can't be written any more: `InfrastructureFailed`. Raises
    `MachineLacks` if the workload can't even be started.

    ``meters`` makes the run's meter; without it, it is the one for the GPU with ``gpu_uuid``, or for a run on none.
    """
    run_id, books = plan.new_run_id(now()), Books(home)
    documents = {
        PLAN: plan.to_json(run_id),
        SYSTEM: {**plan.system.to_json(), "runtime": runtime.describe()},
        IMAGE: dict(plan.image),
    }
    folder = books.begin(run_id, plan.key, documents, now())
    launch = Launch(
        run_id=run_id,
        data=folder.data,
        cpus=plan.cpus,
        limits=plan.ruleset.document["container"],
        gpu_uuid=gpu_uuid,
        image=image_id,
        environment={},
        command=plan.command,
        weights=None if plan.weights is None else plan.weights.path,
    )
    try:
        try:
            _converse(plan, dataset, runtime, folder, launch, watcher, say, meters or _usual_meters(launch, plan), now)
        finally:
            folder.clear_data()
        record = record_of(folder, plan, dataset, run_id)
    except OSError as error:
        raise interrupted(folder, error) from error
    books.finish(folder, record, now())
    return Finished(folder, record)


def record_of(folder: RunFolder, plan: Plan, dataset: Dataset, run_id: str) -> dict[str, Any]:
    """The record that a run's files give. Raises `harness.run.tape.Contradiction`."""
    played = replay(folder.root, plan, dataset)
    return build_record(
        plan,
        dataset,
        played.transcript,
        played.outcome,
        run_id=run_id,
        began=played.began,
        ended=played.ended,
        files=folder.digests(),
    )


def _usual_meters(launch: Launch, plan: Plan) -> Meters:
    return lambda belongs: meter_for(launch.gpu_uuid, _no_gpu(plan), belongs)


def _no_gpu(plan: Plan) -> str:
    return f"the run used no GPU ({plan.system.no_gpu_reason or 'device cpu was asked for'})"


def _look_around(plan: Plan, launch: Launch, say: Callable[[str], None]) -> Preflight:
    """Look at the machine, and say what will spoil the run while it can still be helped."""
    seen = look(launch.gpu_uuid, _no_gpu(plan))
    for check in check_before(seen, plan.ruleset.document["checks"]):
        what = "this run will not count" if check["severity"] == "invalid" else "the page will say so"
        say(f"  before the start: {check['sentence']} ({check['id']}: {what})\n    → {check['remedy']}")
    return seen


def _converse(
    plan: Plan,
    dataset: Dataset,
    runtime: Runtime,
    folder: RunFolder,
    launch: Launch,
    watcher: Watcher,
    say: Callable[[str], None],
    meters: Meters,
    now: Clock,
) -> None:
    """Hold the conversation; everything about it goes into the folder's files."""
    preflight = _look_around(plan, launch, say)
    began, started = now(), time.monotonic()
    limits = plan.ruleset.document["container"]
    with Journal(folder.root, origin=started, max_log_bytes=limits["log_mib"] * 2**20) as journal:
        journal.preflight(preflight)
        try:
            workload = runtime.start(launch)
        except InfrastructureFailed as failure:
            outcome = Outcome(Ended.INFRASTRUCTURE, "start", reasons=(failure.message,))
            journal.end(time.monotonic(), outcome, event_delay_s=None, began=began)
            return
        try:
            link = Link(workload, journal, on_progress=watcher.progress, on_log=watcher.log)
            session = Session(
                plan,
                dataset,
                link,
                watcher,
                started=started,
                data_path=workload.data_path,
                weights_path=workload.weights_path,
            )
            end = _conduct(session, journal, folder, meters, workload, say)
        finally:
            _put_away(workload, plan.ruleset.document["deadlines"]["grace_s"], say)
        if len(session.transcript.trace) > 0:
            write_trace(session.transcript.trace, folder.root / TRACE, origin=started)
        outcome = _outcome(session.transcript, end, workload)
        journal.end(time.monotonic(), outcome, event_delay_s=link.delay_s, began=began)


def _conduct(
    session: Session,
    journal: Journal,
    folder: RunFolder,
    meters: Meters,
    workload: Workload,
    say: Callable[[str], None],
) -> Unfinished | None:
    """Hold the conversation under a meter; returns what cut it short, or None."""
    try:
        meter = meters(workload.owns)
        try:
            meter.start()
            session.conduct(Live(meter, workload.usage, journal, folder))
        finally:
            session.transcript.trace = meter.stop()
    except Unfinished as end:
        journal.note(time.monotonic(), f"{end.ended}: {end}")
        return end
    except MeterLost as lost:
        journal.note(time.monotonic(), f"{Ended.METER_LOST}: {lost.message}")
        return Unfinished(Ended.METER_LOST, lost.message)
    except InfrastructureFailed as failure:
        journal.note(time.monotonic(), f"infrastructure: {failure.message}")
        return Unfinished(Ended.INFRASTRUCTURE, failure.message)
    except OSError as error:
        # The journal or the data folder: the harness's own disk, not the workload's, which has no path to it.
        # A record names no place of this machine.
        say(f"{folder.root} can't be written: {why(error)}\n  → {remedy_for(error)}")
        return Unfinished(Ended.INFRASTRUCTURE, f"the harness could not write its own files: {why(error)}")
    return None


def _put_away(workload: Workload, grace_s: float, say: Callable[[str], None]) -> None:
    """Stop the workload and remove what it ran in. A second Ctrl-C shortens the grace to nothing."""
    try:
        try:
            workload.stop(grace_s)
        except KeyboardInterrupt:
            workload.stop(0)
            raise
        finally:
            workload.close()
    except InfrastructureFailed as failure:
        say(f"could not clean up: {failure.message}; the next run removes what is left")


def _outcome(transcript: Transcript, end: Unfinished | None, workload: Workload) -> Outcome:
    ending = _ending(workload)
    if end is None:
        return Outcome(
            Ended.COMPLETED,
            transcript.state,
            exit_code=ending.exit_code,
            oom_killed=ending.oom_killed,
            lived_s=ending.lived_s,
        )
    reasons = [end.reason]
    if end.ended not in (Ended.INFRASTRUCTURE, Ended.METER_LOST) and ending.detail:
        reasons.append(ending.detail)
    return Outcome(end.ended, transcript.state, end.said, tuple(reasons), ending.exit_code)


def _ending(workload: Workload) -> Ending:
    """How the workload ended; nothing is known where the engine was lost."""
    try:
        return workload.ending()
    except InfrastructureFailed:
        return Ending(None, None, None, None)
