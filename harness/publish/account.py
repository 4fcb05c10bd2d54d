"""Does the published ledger fit what is published?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.errors import InvalidInput
from harness.publish.bundle import RAW
from harness.publish.places import ENTRY, LEDGER, RESULTS
from harness.record import digest
from harness.record.folder import RECORD
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
    sealed |= {f"{run}/{RAW}": found for run, found in line["raw"].items()}
    for path, found in sorted(sealed.items()):
        if not (root / path).is_file():
            yield f"{name}: {path} is gone"
        elif digest.of_file(root / path) != found:
            yield f"{name}: {path} was changed"
    runs = {path.name for path in root.iterdir() if path.is_dir()}
    for run in sorted(runs - line["raw"].keys()):
        yield f"{name}: {run} was put in later"


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
