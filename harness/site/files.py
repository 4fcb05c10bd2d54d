"""Which raw files of an entry can be downloaded from the site: those that lie in its folder."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from harness.standings.entry import Entry

_NAMES = {
    "record.json": "record",
    "raw.tar.xz": "raw files: plan, system, image, events, trace, log",
}
Files = dict[str, list[tuple[str, str]]]
"""By run: (what it is, link from the entry's page)."""


def files_of(entry: Entry, out: Path) -> Files:
    """Links to the files of each run; none for a run that lies somewhere else than in the site."""
    site = out.absolute()
    return {run.id: _links(run.folder.absolute(), site) for run in entry.runs}


def _links(folder: Path, site: Path) -> list[tuple[str, str]]:
    if not folder.is_relative_to(site):
        return []
    way = quote((".." / folder.relative_to(site)).as_posix())
    return [(said, f"{way}/{name}") for name, said in _NAMES.items() if (folder / name).is_file()]
