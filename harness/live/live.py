"""What goes on in a home: one JSON document (schemas/live.schema.json) from its lock and its run folders.

A run that goes on is a folder without a record that is no older than the lock of the harness that is running; a folder
without a record that is older was interrupted, and is the leaderboard's to show.
"""

from __future__ import annotations

import heapq
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.live.follow import Follower
from harness.live.holder import Holder, holder_of
from harness.live.progress import Progress
from harness.live.stages import AROUND, STAGES
from harness.places import Home
from harness.record.folder import EVENTS, PLAN, RECORD
from harness.standings.fields import Node, UnreadableError, clean

SCHEMA = "leanmed/live/v1"
LARGEST_FILE = 16 * 1024 * 1024
"""Bytes of a plan or record that is still read."""
FINISHED = 5
"""How many of the runs that finished last are named."""


def live(home: Home, now: float) -> dict[str, Any]:
    """What goes on in ``home`` at the time of day ``now``, in seconds since 1970. Never raises for what the files hold
    or lack."""
    return Watch(home).look(now)


@dataclass
class Watch:
    """Looks again and again at one home, and reads of a growing journal only what is new."""

    home: Home
    _running: dict[str, _Running] = field(default_factory=dict)
    _finished: dict[tuple[str, int], dict[str, Any] | None] = field(default_factory=dict)

    def look(self, now: float) -> dict[str, Any]:
        """As `live`."""
        holder = holder_of(self.home.lock)
        newest = _newest_first(self.home.runs)
        going = [path for path in newest if holder is not None and _goes_on(path, holder)]
        self._running = {path.name: self._running.get(path.name) or _Running.of(path) for path in going}
        return {
            "schema": SCHEMA,
            "harness": None if holder is None else holder.text,
            "runs": [one.look(now) for one in self._running.values()],
            "finished": self._lately(newest),
            "site": None,
        }

    def _lately(self, newest: list[Path]) -> list[dict[str, Any]]:
        keys = [(path.name, stamp) for path in newest if (stamp := _stamp(path / RECORD)) is not None]
        self._finished = {
            key: self._finished[key] if key in self._finished else _verdict(self.home.runs / key[0] / RECORD)
            for key in keys[:FINISHED]
        }
        return [found for found in self._finished.values() if found is not None]


@dataclass
class _Running:
    """One run that goes on."""

    root: Path
    planned: dict[str, Any]
    began: float
    follower: Follower
    progress: Progress = field(default_factory=Progress)

    @classmethod
    def of(cls, root: Path) -> _Running:
        began = (_stamp(root / PLAN) or 0) / 1e9
        return cls(root, _planned(root / PLAN), began, Follower(root / EVENTS))

    def look(self, now: float) -> dict[str, Any]:
        events = self.root / EVENTS
        try:
            for line in self.follower.lines():
                self.progress.take(line)
            # The newest line was stamped just before it was written, which the file's own time tells.
            quiet = max(0.0, now - events.stat().st_mtime)
        except OSError:
            quiet = max(0.0, now - self.began)
        progress = self.progress
        return {
            "run": clean(self.root.name),
            **self.planned,
            "profile": progress.profile,
            "state": progress.state,
            "doing": {**STAGES, **AROUND}.get(progress.state, progress.state),
            "passes": progress.passes,
            "epochs_planned": progress.planned,
            "epochs": [dict(epoch) for epoch in progress.epochs],
            "elapsed_s": round(progress.at + quiet, 1),
            "quiet_s": round(quiet, 1),
            "power": progress.power.to_json(),
            "problem": progress.problem,
        }


def _newest_first(runs: Path) -> list[Path]:
    """The run folders that changed last. A folder changes when its record is put there."""
    try:
        with os.scandir(runs) as entries:
            stamped = [(entry.stat().st_mtime_ns, entry.name) for entry in entries if entry.is_dir()]
    except OSError:
        return []
    return [runs / name for _, name in heapq.nlargest(4 * FINISHED, stamped)]


def _goes_on(path: Path, holder: Holder) -> bool:
    planned = _stamp(path / PLAN)
    return planned is not None and planned >= holder.since_ns and _stamp(path / RECORD) is None


def _stamp(path: Path) -> int | None:
    """When the file was written, in nanoseconds; None where it is not there."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None


def _planned(path: Path) -> dict[str, Any]:
    """What the plan says of the run; None for all of it where the plan can't be read."""
    try:
        plan = _document(path)
        submission, benchmark = plan.get("submission"), plan.get("benchmark")
        return {
            "submission": submission.get("name").text(),
            "title": submission.get("title").text(),
            "benchmark": benchmark.get("id").text(),
            "number": plan.get("number").whole(),
            "runtime": plan.get("runtime").text(),
            "device": plan.get("device").text(),
        }
    except UnreadableError:
        return dict.fromkeys(("submission", "title", "benchmark", "number", "runtime", "device"))


def _verdict(path: Path) -> dict[str, Any] | None:
    """What a finished run came to; None for a record that the leaderboard will call unreadable."""
    try:
        record = _document(path)
        return {
            "run": record.get("run").text(),
            "submission": record.get("submission").get("name").text(),
            "benchmark": record.get("benchmark").get("id").text(),
            "number": record.get("number").whole(),
            "verdict": record.get("outcome").get("verdict").text(),
        }
    except UnreadableError:
        return None


def _document(path: Path) -> Node:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise UnreadableError("the file can't be read") from error
    try:
        return Node(json.loads(data) if len(data) <= LARGEST_FILE else None)
    except (ValueError, RecursionError) as error:
        raise UnreadableError("the file is not JSON") from error


def sealed(folders: tuple[Path, ...]) -> Iterator[tuple[str, int]]:
    """The records that lie in ``folders``, in run folders directly below, each with the time when it was written."""
    for folder in folders:
        for path in _newest_first(folder):
            if (stamp := _stamp(path / RECORD)) is not None:
                yield str(path), stamp
