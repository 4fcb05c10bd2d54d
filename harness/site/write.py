"""Writing the planned files into a folder: what is right already stays, and what nothing is planned for goes.

An entry's page takes a while to make and rarely changes. So each page says in a comment on its last line what it was
made from, and one that says what is planned is not made again. Only files with such a line are ever removed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from harness.errors import MachineLacks
from harness.site.planned import Planned
from harness.standings.write import write_text
from harness.workers import in_forks

_MARK = "<!-- leanmed: made from {key} -->\n"
_LONGEST = 120
"""Bytes at the end of a file that hold the mark."""
MANY = 20
"""Files that are written on all processors."""
FOLDERS = ("entries", "tables", "compare")
"""Folders in which pages come and go."""


@dataclass(frozen=True)
class Written:
    """How many files were written, were right already, and were removed."""

    written: int
    kept: int
    removed: int


def write_site(out: Path, planned: Iterable[Planned]) -> Written:
    """Write what is not there yet, on all processors where that is much. Raises `MachineLacks` where a file can't be
    written or removed."""
    plan = list(planned)
    if len(plan) < MANY:
        fresh = [_written(out, each) for each in plan]
    else:
        fresh = in_forks(lambda number: _written(out, plan[number]), len(plan))
    return Written(sum(fresh), len(plan) - sum(fresh), _remove_others(out, {out / each.path for each in plan}))


def _written(out: Path, planned: Planned) -> bool:
    """Write one page with the files beside it; False where all of them are right already."""
    path = out / planned.path
    others = {out / name: text for name, text in planned.beside}
    key = None if planned.key is None else planned.key()
    if key is not None and _key_in(path) == key and all(other.is_file() for other in others):
        return False
    for other, text in others.items():
        write_text(other, text())
    # The page comes last, because its mark vouches for the files beside it.
    write_text(path, planned.text() + ("" if key is None else _MARK.format(key=key)))
    return True


def _key_in(path: Path) -> str | None:
    """What the file at ``path`` says it was made from; None where there is no such file or it says nothing."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - _LONGEST))
            line = file.read().rpartition(b"<!--")[2]
    except OSError:
        return None
    before, between, after = _MARK.partition("{key}")
    text = f"<!--{line.decode('utf-8', 'replace')}"
    return text[len(before) : -len(after)] if text.startswith(before) and text.endswith(after) and between else None


def _remove_others(out: Path, wanted: set[Path]) -> int:
    """Remove pages of ours that nothing is planned for, each with its data file."""
    removed = 0
    for folder in FOLDERS:
        for path in sorted((out / folder).glob("*.html")):
            if path not in wanted and _key_in(path) is not None:
                try:
                    path.unlink()
                    path.with_suffix(".json").unlink(missing_ok=True)
                except OSError as error:
                    raise MachineLacks(
                        f"{path} can't be removed: {error.strerror}", remedy="Name another folder with --out."
                    ) from error
                removed += 1
    return removed
