"""Does the published ledger fit what is published?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.errors import InvalidInput
from harness.publish.bundle import RAW
from harness.publish.places import ENTRY, LEDGER, RESULTS
from harness.record import digest
from harness.record.folder import PLAN, RECORD
from harness.record.ledger import Ledger


def differences(leaderboard: Path) -> Iterator[str]:
    """A sentence for every place where ledger and folders differ; none where they agree."""
    known: dict[str, dict[str, Any]] = {}
    try:
        for _, line in Ledger(leaderboard / LEDGER).lines():
            if line["run"] in known:
                yield f"{line['run']}: it is published twice"
            known[line["run"]] = line
    except InvalidInput as broken:
        yield broken.message
        return
    results = leaderboard / RESULTS
    there = {path.parent.relative_to(results).as_posix() for path in results.glob(f"*/*/{ENTRY}")}
    for name in sorted(there - known.keys()):
        yield f"{name}: the ledger does not know of it"
    for name, line in sorted(known.items()):
        if name not in there:
            yield f"{name}: the ledger knows of it, and it is gone"
        else:
            yield from _files(results / name, name, line)


def _files(root: Path, name: str, line: dict[str, Any]) -> Iterator[str]:
    sealed = {ENTRY: line["entry"]}
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


def published_entry(root: Path) -> Iterator[str]:
    """What the published ledger says of the entry in ``root``, a folder ``results/<benchmark>/<entry>``."""
    leaderboard = root.parent.parent.parent
    name = f"{root.parent.name}/{root.name}"
    try:
        lines = [line for _, line in Ledger(leaderboard / LEDGER).lines() if line["run"] == name]
    except InvalidInput as broken:
        yield broken.message
        return
    if len(lines) != 1:
        yield f"the published ledger knows of {name} {len(lines)} times"
    else:
        yield from _files(root, name, lines[0])
