"""A run's folder. It is complete exactly when ``record.json`` is there, which is written last and in one step."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.record import digest
from harness.record.durable import PARTIAL, replace

RECORD = "record.json"
PLAN = "plan.json"
SYSTEM = "system.json"
IMAGE = "image.json"
EVENTS = "events.jsonl"
LOG = "workload.log"
DATA = "data"
"""The folder that is mounted as ``/data``; its files are hard links into the data cache, taken away after the run."""


def text_of(document: Mapping[str, Any]) -> str:
    """The document as it stands in a file."""
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def write_json(path: Path, document: Mapping[str, Any]) -> None:
    """Write ``document`` to ``path`` in one step: see `harness.record.durable.replace`."""
    replace(path, text_of(document).encode())


@dataclass(frozen=True)
class RunFolder:
    """``<home>/runs/<run id>/``."""

    root: Path

    @classmethod
    def create(cls, runs: Path, run_id: str) -> RunFolder:
        """A new folder with an empty data folder. Raises `FileExistsError` if the run id was used before."""
        folder = cls(runs / run_id)
        folder.root.mkdir(parents=True)
        folder.data.mkdir()
        # The workload may run as another user, who must be able to enter the folder that is mounted.
        folder.data.chmod(0o755)
        return folder

    @property
    def data(self) -> Path:
        """What is mounted read-only as ``/data``."""
        return self.root / DATA

    @property
    def complete(self) -> bool:
        """True where the run came to its end, whatever the verdict."""
        return (self.root / RECORD).is_file()

    @property
    def begun(self) -> bool:
        """False where it holds no more than what is written before the start: nothing was started, and nothing seen."""
        before = {PLAN, SYSTEM, IMAGE, DATA}
        return not self.root.is_dir() or any(
            path.name.removesuffix(PARTIAL) not in before for path in self.root.iterdir()
        )

    def release(self, files: tuple[Path, ...]) -> None:
        """Let ``files`` (of the data cache) appear in the data folder, under their own names, as hard links.

        A hard link appears at once and costs no copy, whatever the file's size. Raises `OSError` where cache and run
        folder lie on two file systems.
        """
        for file in files:
            (self.data / file.name).hardlink_to(file)

    def clear_data(self) -> None:
        """Take the links to the data away; the cache keeps the files. Raises `OSError`, which names the folder."""
        try:
            shutil.rmtree(self.data)
        except OSError as error:
            # The name in it is that of a file in the folder, without the folder.
            raise OSError(error.errno, error.strerror, str(self.data)) from error

    def clear_leftovers(self) -> bool:
        """Take away what a harness that was killed left: links to the data, half-written files. False where there was
        nothing."""
        halves = [path for path in self.root.iterdir() if path.name.endswith(PARTIAL)]
        for path in halves:
            path.unlink()
        linked = self.data.is_dir()
        if linked:
            self.clear_data()
        return linked or bool(halves)

    def digests(self) -> dict[str, str]:
        """Digest of every file but the record, by name."""
        return {
            path.name: digest.of_file(path)
            for path in sorted(self.root.iterdir())
            if path.is_file() and path.name != RECORD and not path.name.endswith(PARTIAL)
        }

    def close(self, record: Mapping[str, Any]) -> str:
        """Write ``record.json``: the run is complete. Returns its digest."""
        write_json(self.root / RECORD, record)
        return digest.of_file(self.root / RECORD)


def finished(runs: Path) -> Iterator[tuple[RunFolder, dict[str, Any]]]:
    """Every complete run below ``runs`` with its record, in the order of the run ids; unreadable records are passed
    over here, and shown as unreadable by the leaderboard."""
    if not runs.is_dir():
        return
    for root in sorted(runs.iterdir()):
        folder = RunFolder(root)
        if not folder.complete:
            continue
        try:
            record = json.loads((root / RECORD).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(record, dict):
            yield folder, record
