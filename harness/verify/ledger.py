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

_NEXT = "the next `harness run`"


@dataclass(frozen=True)
class Account:
    """``differences`` are sentences, none where ledger and runs agree; ``notes`` tell of crashes. Of the ``started``
    runs, ``finished`` have a record; the others were interrupted."""

    started: int
    finished: int
    differences: tuple[str, ...]
    notes: tuple[str, ...] = ()


def account(home: Home) -> Account:
    """Hold the ledger of ``home`` against its run folders. A broken chain is a difference, and the last that is
    looked at: what comes after the break means nothing."""
    events: dict[str, list[dict[str, Any]]] = defaultdict(list)
    differences: list[str] = []
    notes: list[str] = []
    ledger = Ledger(home.ledger)
    try:
        for number, line in ledger.lines():
            events[str(line.get("run"))].append(line)
            notes += _crashes(number, line)
    except InvalidInput as broken:
        differences.append(broken.message)
    else:
        unknown = _folders(home) - events.keys()
        differences += _runs(home, events)
        differences += [f"{name}: the ledger does not know of it" for name in sorted(unknown) if _begun(home, name)]
        notes += [f"{name}: it had not begun; {_NEXT} removes it" for name in sorted(unknown) if not _begun(home, name)]
    if ledger.torn is not None:
        notes.append(f"the last line was cut off while it was written; {_NEXT} keeps what is left of it")
    finished = sum(any(line.get("event") == "finished" for line in lines) for lines in events.values())
    return Account(len(events), finished, tuple(differences), tuple(notes))


def _crashes(number: int, line: dict[str, Any]) -> Iterator[str]:
    """What a line tells of a harness that was ended while it wrote."""
    if "torn" in line:
        yield f"line {number} keeps what is left of a line before it that was cut off while it was written"
    if line.get("late"):
        yield f"{line.get('run')}: a later harness told the ledger of its end, because its own was ended just before"


def _folders(home: Home) -> set[str]:
    return {path.name for path in home.runs.iterdir()} if home.runs.is_dir() else set()


def _begun(home: Home, name: str) -> bool:
    return RunFolder(home.runs / name).begun


def _runs(home: Home, events: dict[str, list[dict[str, Any]]]) -> Iterator[str]:
    folders = _folders(home)
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
        yield (
            f"{folder.root.name}: it has a record, and the ledger does not know that it was finished; if its harness "
            f"was ended just then, {_NEXT} tells the ledger"
        )
