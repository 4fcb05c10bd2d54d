"""A run in the books: its folder and its two lines in the ledger, written in an order that no crash can confuse.

1. the folder with plan, system and image   found alone: the run had not begun, and the folder is removed
2. the ledger's line `started`              found without a record: the run was interrupted
3. the conversation, then ``record.json``   found without the next line: whole, and the next harness adds the line
4. the ledger's line `finished`
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from harness.errors import InfrastructureFailed, InvalidInput, MachineLacks
from harness.places import Home
from harness.record import digest
from harness.record.durable import remedy_for, why
from harness.record.folder import RECORD, RunFolder, write_json
from harness.record.ledger import Ledger


@dataclass(frozen=True)
class Books:
    """The run folders and the ledger of one home. The caller holds the home's run lock."""

    home: Home

    @property
    def _ledger(self) -> Ledger:
        return Ledger(self.home.ledger)

    def begin(self, run_id: str, plan_key: str, documents: Mapping[str, Mapping[str, Any]], at: datetime) -> RunFolder:
        """A new run folder with ``documents`` (by file name), known to the ledger. Raises `MachineLacks` where the home
        can't be written and `InvalidInput` where the ledger is broken; nothing is left then."""
        root = self.home.runs / run_id
        try:
            folder = RunFolder.create(self.home.runs, run_id)
            for name, document in documents.items():
                write_json(folder.root / name, document)
            self._ledger.append("started", run_id, plan=plan_key, at=at.isoformat())
        except OSError as error:
            shutil.rmtree(root, ignore_errors=True)
            raise MachineLacks(f"no run can be kept in {root}: {why(error)}", remedy=remedy_for(error)) from error
        except InvalidInput:
            shutil.rmtree(root, ignore_errors=True)
            raise
        return folder

    def finish(self, folder: RunFolder, record: Mapping[str, Any], at: datetime) -> None:
        """Close the run with its record, and tell the ledger. Raises `InfrastructureFailed` where either can't be
        written."""
        try:
            sealed = folder.close(record)
        except OSError as error:
            raise interrupted(folder, error) from error
        try:
            self._finished(folder, record, sealed, at=at.isoformat())
        except OSError as error:
            raise InfrastructureFailed(
                f"{self.home.ledger} can't be written: {why(error)}; the run itself is whole: {folder.root}",
                remedy=f"{remedy_for(error)}; then the same command adds the line that is missing",
            ) from error

    def recover(self) -> list[str]:
        """Put in order what harnesses that were killed left; one sentence for each thing that was done. Raises
        `InvalidInput` where the ledger is broken, and `MachineLacks` where the home can't be written."""
        try:
            return list(self._recover())
        except OSError as error:
            place = error.filename or self.home.root
            raise MachineLacks(f"{place} can't be put in order: {why(error)}", remedy=remedy_for(error)) from error

    def _recover(self) -> Iterator[str]:
        if self._ledger.torn is not None:
            yield "the ledger's last line was cut off while it was written; the next line keeps what is left of it"
        said: dict[str, list[str]] = {}
        for _, line in self._ledger.lines():
            said.setdefault(str(line.get("run")), []).append(str(line.get("event")))
        for root in sorted(self.home.runs.glob("*/")):
            folder = RunFolder(root)
            if root.name not in said and not folder.begun:
                shutil.rmtree(root)
                yield f"removed run {root.name}, which had not begun"
                continue
            if folder.clear_leftovers():
                yield f"removed links to data and half-written files of run {root.name}"
            if said.get(root.name) == ["started"] and (record := _whole(folder)) is not None:
                sealed = digest.of_file(root / RECORD)
                self._finished(folder, record, sealed, at=datetime.now(UTC).isoformat(), late=True)
                yield f"run {root.name} was finished, and the ledger did not know of it yet: told it so"

    def _finished(self, folder: RunFolder, record: Mapping[str, Any], sealed: str, **facts: Any) -> None:
        verdict = record["outcome"]["verdict"]
        self._ledger.append("finished", folder.root.name, verdict=verdict, record=sealed, **facts)


def interrupted(folder: RunFolder, error: OSError) -> InfrastructureFailed:
    """The error for a run whose own files can't be written or read."""
    place = error.filename or folder.root
    return InfrastructureFailed(
        f"run {folder.root.name} has no record and counts as interrupted: {place}: {why(error)}",
        remedy=f"{remedy_for(error)}; then the same command makes the run again",
    )


def _whole(folder: RunFolder) -> dict[str, Any] | None:
    """The folder's record, where there is one and it was closed over the files that are there."""
    try:
        record: dict[str, Any] = json.loads((folder.root / RECORD).read_text(encoding="utf-8"))
        fits = (record["run"], record["files"]) == (folder.root.name, folder.digests())
        return record if fits and record["outcome"]["verdict"] else None
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
