"""Does the published ledger fit what is published?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.errors import InvalidInput
from harness.publish.bundle import RAW
from harness.publish.places import AGAIN, CURVES, ENTRY, LEDGER, RERUN, RESULTS
from harness.record import digest
from harness.record.folder import PLAN, RECORD
from harness.record.ledger import Ledger

Line = dict[str, Any]


def differences(leaderboard: Path) -> Iterator[str]:
    """A sentence for every place where ledger and folders differ; none where they agree."""
    known: dict[str, Line] = {}
    try:
        for line in lines_of(leaderboard):
            if _place(line) in known:
                yield f"{line['run']}: it is published twice"
            known[_place(line)] = line
    except InvalidInput as broken:
        yield broken.message
        return
    found = [*(leaderboard / RESULTS).glob(f"*/*/{ENTRY}"), *(leaderboard / AGAIN).glob(f"*/*/*/{RERUN}")]
    there = {path.parent.relative_to(leaderboard).as_posix() for path in found}
    for place in sorted(there - known.keys()):
        yield f"{_name(place)}: the ledger does not know of it"
    for place, line in sorted(known.items()):
        if place not in there:
            yield f"{_name(place)}: the ledger knows of it, and it is gone"
        else:
            yield from _files(leaderboard / place, _name(place), line)
            yield from _another_party(line, known)


def _place(line: Mapping[str, Any]) -> str:
    """The folder that a line seals, below the leaderboard's."""
    return f"{AGAIN if line['event'] == 'again' else RESULTS}/{line['run']}"


def _name(place: str) -> str:
    return place.removeprefix(f"{RESULTS}/")


def _another_party(line: Line, known: Mapping[str, Line]) -> Iterator[str]:
    """What was run again must be of an entry from another home."""
    if line["event"] != "again":
        return
    entry = known.get(f"{RESULTS}/{line['run'].rpartition('/')[0]}")
    if entry is None:
        yield f"{AGAIN}/{line['run']}: there is no such entry"
    elif entry["home"] == line["home"]:
        yield f"{AGAIN}/{line['run']}: it is from the home that published the entry, so of no other party"


def _files(root: Path, name: str, line: Line) -> Iterator[str]:
    sealed = {RERUN if line["event"] == "again" else ENTRY: line["entry"]}
    sealed |= {CURVES: line["curves"]} if "curves" in line else {}
    sealed |= {f"{run}/{RECORD}": found for run, found in line["records"].items()}
    sealed |= {f"{run}/{PLAN}": found for run, found in line["plans"].items()}
    sealed |= {f"{run}/{RAW}": found for run, found in line["raw"].items()}
    there = {path.relative_to(root).as_posix(): path for path in root.rglob("*")}
    for path, found in sorted(sealed.items()):
        if path not in there:
            yield f"{name}: {path} is gone"
        elif not there[path].is_file() or there[path].is_symlink() or digest.of_file(there[path]) != found:
            yield f"{name}: {path} was changed"
    for path in sorted(there.keys() - sealed.keys() - line["raw"].keys()):
        yield f"{name}: {path} was put in later"
    for run in sorted(line["raw"].keys()):
        if run in there and there[run].is_symlink():
            yield f"{name}: {run} is a link"


def published_folder(root: Path) -> Iterator[str]:
    """What the published ledger says of ``root``, the folder of an entry or of what was run again of one."""
    depth = 4 if (root / RERUN).is_file() else 3
    if len(root.parts) <= depth:
        yield "it does not lie in a leaderboard's folder"
        return
    leaderboard = root.parents[depth - 1]
    place = root.relative_to(leaderboard).as_posix()
    try:
        known = {_place(line): line for line in lines_of(leaderboard)}
    except InvalidInput as broken:
        yield broken.message
        return
    if place not in known:
        yield f"the published ledger does not know of {_name(place)}"
    else:
        yield from _files(root, _name(place), known[place])
        yield from _another_party(known[place], known)


def doubt(root: Path) -> str | None:
    """Why ``root`` is not taken for published; None where the ledger holds all of it."""
    try:
        return next(published_folder(root.resolve()), None)
    except OSError as error:
        return f"it can't be read: {error.strerror}"


def lines_of(leaderboard: Path) -> list[Line]:
    """The published ledger. Raises `InvalidInput` where the chain is broken or a line is not one of ours."""
    lines = [line for _, line in Ledger(leaderboard / LEDGER).lines()]
    for number, line in enumerate(lines, start=1):
        kinds = {"event": str, "run": str, "home": str, "entry": str, "records": dict, "plans": dict, "raw": dict}
        kinds |= {"curves": str} if "curves" in line else {}
        if not all(isinstance(line.get(name), kind) for name, kind in kinds.items()):
            raise InvalidInput(f"{leaderboard / LEDGER}:{number}: this is no line of a published ledger")
    return lines


def line_of(entry: str, leaderboard: Path) -> Line | None:
    """The line that sealed the entry ``<benchmark>/<name>``. Raises `InvalidInput` as `lines_of`."""
    named = [line for line in lines_of(leaderboard) if line["event"] == "published" and line["run"] == entry]
    return named[0] if named else None
