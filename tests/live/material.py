"""A run that goes on, made by the harness's own parts: lock, books and journal. Its conversation is the test's."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harness.meter.base import Source, Sources
from harness.places import Home
from harness.record.books import Books
from harness.record.folder import IMAGE, PLAN, SYSTEM, RunFolder
from harness.run.journal import Journal
from harness.run.lock import held
from harness.run.plan import Plan
from tests.run.material import plan
from tests.standings.records import record, write

NO_CPU = Source(None, "CPU packages", None, "this machine has no RAPL")
NO_DRAM = Source(None, "memory of all CPU packages", None, "this machine has no RAPL")
METERED = Sources(Source("NVML energy counter", "whole GPU", 0.02, None), NO_CPU, NO_DRAM, simulated=False)


@dataclass
class Going:
    """A run that goes on. Every method writes what the harness would write, at ``at`` seconds."""

    folder: RunFolder
    journal: Journal
    made: Plan

    @property
    def events(self) -> Path:
        return self.folder.root / "events.jsonl"

    def planned(self, at: float, epochs: int = 3) -> None:
        said = self.made.for_workload("smoke", "/data", None)
        said["profile"] = {**said["profile"], "epochs": epochs}
        self.journal.command(at, "plan", said)

    def epoch(self, n: int, at: float, auc: float | None = 0.75, *, keep: bool = True, scored: bool = True) -> None:
        fields = {"n": n, "loss": 0.5, "images": 10, "steps": 2, "predictions": "AAAA"}
        self.journal.event(at, "epoch", n, at, fields)
        if scored:
            self.journal.command(at + 0.1, "scored", {"auc": auc, "loss": 0.61, "keep": keep})

    def edge(self, name: str, at: float, gpu_j: float | None) -> None:
        """As `Journal.reading`, with the figures that matter here."""
        with self.events.open("ab") as file:
            counted = "null" if gpu_j is None else repr(gpu_j)
            line = f'{{"at":{at},"from":"meter","edge":"{name}","gpu_j":{counted},"cpu_j":null,"dram_j":null}}\n'
            file.write(line.encode())

    def finish(self, **changes: Any) -> None:
        """Put an invented record into the folder, as the end of the run would."""
        document = {**record("mlp_fp32", model="mlp"), "run": self.folder.root.name, **changes}
        staged = write(self.folder.root.parent.parent / "staged", document)
        next(staged.rglob("record.json")).rename(self.folder.root / "record.json")


@contextlib.contextmanager
def going(home: Home, **changes: Any) -> Iterator[Going]:
    """A run in ``home`` whose harness is this process."""
    home.root.mkdir(parents=True, exist_ok=True)
    with held(home.lock):
        made = plan(**changes)
        run_id = made.new_run_id(datetime(2026, 1, 2, tzinfo=UTC))
        documents = {PLAN: made.to_json(run_id), SYSTEM: {}, IMAGE: {}}
        folder = Books(home).begin(run_id, made.key, documents, datetime.now(UTC))
        with Journal(folder.root, origin=0.0, max_log_bytes=1000) as journal:
            yield Going(folder, journal, made)


def interrupted_run(home: Home) -> str:
    """A folder that a killed harness left, and its name."""
    with going(home) as one:
        one.planned(1.0)
    return one.folder.root.name
