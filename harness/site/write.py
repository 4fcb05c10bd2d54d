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

_MARK = "<!-- leanmed: made from {key} -->\n"
_LONGEST = 120
"""Bytes at the end of a file that hold the mark."""
FOLDERS = ("entries", "tables", "compare")
"""Folders in which pages come and go."""


@dataclass(frozen=True)
class Written:
    """How many files were written, were right already, and were removed."""

    written: int
    kept: int
    removed: int


def write_site(out: Path, planned: Iterable[Planned]) -> Written:
    """Write what is not there yet. Raises `MachineLacks` where a file can't be written or removed."""
    written = kept = 0
    wanted: set[Path] = set()
    for each in planned:
        path = out / each.path
        wanted.add(path)
        others = {out / name: text for name, text in each.beside}
        if each.key is not None and _key_in(path) == each.key and all(other.is_file() for other in others):
            kept += 1
            continue
        for other, text in others.items():
            write_text(other, text())
        # The page comes last, because its mark vouches for the files beside it.
        write_text(path, each.text() + ("" if each.key is None else _MARK.format(key=each.key)))
        written += 1
    return Written(written, kept, _remove_others(out, wanted))


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
