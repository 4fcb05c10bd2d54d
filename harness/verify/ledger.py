"""Does the home's ledger fit the runs that lie in the home?"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import InvalidInput
from harness.places import Home
from harness.record import digest
from harness.record.folder import PLAN, RECORD, RunFolder
from harness.record.ledger import Ledger


@dataclass(frozen=True)
class Account:
    """``differences`` are sentences, none where ledger and runs agree. Of the ``started`` runs, ``finished`` have a
    record; the others were interrupted."""

    started: int
    finished: int
    differences: tuple[str, ...]


def account(home: Home) -> Account:
    """Hold the ledger of ``home`` against its run folders. A broken chain is a difference, and the last that is
    looked at: what comes after the break means nothing."""
    events: dict[str, list[dict[str, Any]]] = defaultdict(list)
    differences: list[str] = []
    try:
        for _, line in Ledger(home.ledger).lines():
            events[str(line.get("run"))].append(line)
    except InvalidInput as broken:
        differences.append(broken.message)
    else:
        differences += _runs(home, events)
    finished = sum(any(line.get("event") == "finished" for line in lines) for lines in events.values())
    return Account(len(events), finished, tuple(differences))


def _runs(home: Home, events: dict[str, list[dict[str, Any]]]) -> Iterator[str]:
    folders = {path.name for path in home.runs.iterdir()} if home.runs.is_dir() else set()
    for name, lines in events.items():
        said = [line.get("event") for line in lines]
        if said not in (["started"], ["started", "finished"]):
            yield f"{name}: the ledger says {', '.join(map(str, said))}"
        elif name not in folders:
            yield f"{name}: the ledger knows of it, and its folder is gone"
        elif _key_of(home.runs / name / PLAN) not in (lines[0].get("plan"), None):
            yield f"{name}: its plan is not the one that it was started with"
        else:
            yield from _record(RunFolder(home.runs / name), lines)
    for name in sorted(folders - events.keys()):
        yield f"{name}: the ledger does not know of it"


def _key_of(path: Path) -> Any:
    """The key in a plan; None where the run was ended before its plan was written."""
    try:
        return json.loads(path.read_bytes())["key"]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return ""


def _record(folder: RunFolder, lines: list[dict[str, Any]]) -> Iterator[str]:
    ended = len(lines) == 2
    if ended and not folder.complete:
        yield f"{folder.root.name}: it was finished, and its record is gone"
    elif ended and digest.of_file(folder.root / RECORD) != lines[1].get("record"):
        yield f"{folder.root.name}: its record is not the one that was sealed"
    elif not ended and folder.complete:
        yield f"{folder.root.name}: it has a record, and the ledger does not know that it was finished"
