"""Finding run folders and reading them. Whatever lies there, each one is shown: read, interrupted, or unreadable."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.standings.fields import Node, UnreadableError, clean
from harness.standings.judged import Judged, Rerun, read_judged, read_rerun
from harness.standings.run import Run, read_run
from harness.workers import on_all_processors

RECORD, PLAN, EVENTS = "record.json", "plan.json", "events.jsonl"
ENTRY, AGAIN = "entry.json", "again.json"
LARGEST_FILE = 16 * 1024 * 1024
"""Bytes of a record or plan that is still read. A full record is about 50 KB."""
MANY = 1000
"""Records that are read in processes of their own: starting those takes as long as reading some hundreds."""


@dataclass(frozen=True)
class Interrupted:
    """A run folder without a record. What its plan tells is None where the plan can't be read."""

    source: str
    submission: str | None
    benchmark: str | None
    number: int | None


@dataclass(frozen=True)
class Unreadable:
    """Something that is no readable record, and why. ``source`` is its path below the folder that was searched."""

    source: str
    reason: str


@dataclass(frozen=True)
class RecordFile:
    """A record that was found: where it lies, and the path shown for it."""

    path: Path
    source: str


@dataclass
class Collection:
    """Everything that was found, in no particular order."""

    runs: list[Run] = field(default_factory=list)
    interrupted: list[Interrupted] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)
    again: list[Rerun] = field(default_factory=list)


Doubt = Callable[[Path], str | None]
"""Why a folder is not taken for published, None where there is no reason."""


def _no_ledger(root: Path) -> str:
    return "no published ledger was asked"


def collect(folders: Iterable[Path], doubt: Doubt = _no_ledger) -> Collection:
    """Read every run folder at or below ``folders``, at any depth. What somebody calls a published entry is taken for
    one, and what was run again of it, only where ``doubt`` finds no fault with its folder; its runs are read all the
    same.

    A run that is found twice (in the home folder and published) is taken from the first of ``folders``; if the second
    copy differs, it is listed as unreadable. Paths are shown relative to the folder given, so that a page can be passed
    on without telling where it was made. A folder that is not there holds nothing.
    """
    collection = Collection()
    files = _record_files(folders, collection, doubt)
    _take_records(on_all_processors(_record_in, files, chunk=100, fewest=MANY), collection)
    return collection


def _record_files(folders: Iterable[Path], collection: Collection, doubt: Doubt) -> Iterator[RecordFile]:
    """Every record that is to be read; everything else that is found goes into ``collection`` right away."""
    for folder in folders:
        for path, has_record in _run_folders(folder.absolute(), collection, doubt):
            source = _shown(path, folder)
            if has_record:
                yield RecordFile(path / RECORD, f"{source}/{RECORD}")
            else:
                collection.interrupted.append(_interrupted(path / PLAN, source))


def _run_folders(folder: Path, collection: Collection, doubt: Doubt) -> Iterator[tuple[Path, bool]]:
    """Every run folder, with whether it holds a record. Runs of another party stand behind what they say of an entry,
    and make none of their own."""

    def unlisted(error: OSError) -> None:
        reason = f"the folder can't be listed: {error.strerror}"
        collection.unreadable.append(Unreadable(_shown(Path(error.filename), folder), reason))

    if not folder.is_dir():
        return
    for root, folders, files in os.walk(folder, onerror=unlisted):
        folders.sort()
        names = {*files, *folders}
        if AGAIN in files:
            folders.clear()
            _take_published(Path(root) / AGAIN, _shown(Path(root) / AGAIN, folder), collection, doubt)
            continue
        if ENTRY in files:
            _take_published(Path(root) / ENTRY, _shown(Path(root) / ENTRY, folder), collection, doubt)
        if names & {RECORD, PLAN, EVENTS}:
            folders.clear()
            yield Path(root), RECORD in names


def _shown(path: Path, folder: Path) -> str:
    """``path`` as it is shown: from the name of the folder that was searched."""
    folder = folder.absolute()
    return clean(folder.name + str(path).removeprefix(str(folder)))


def _record_in(file: RecordFile) -> Run | Unreadable:
    """The run that the record in ``file`` tells of, or why it can't be read. In a process of its own where there are
    many."""
    try:
        document, digest = _parse(file.path)
        return read_run(document, folder=file.path.parent, source=file.source, digest=digest)
    except UnreadableError as error:
        return Unreadable(file.source, str(error))


def _take_records(records: Iterable[Run | Unreadable], collection: Collection) -> None:
    """Each run once; a second copy that differs is unreadable."""
    seen = dict[str, Run]()
    for run in records:
        if isinstance(run, Unreadable):
            collection.unreadable.append(run)
        elif (first := seen.setdefault(run.id, run)) is run:
            collection.runs.append(run)
        elif first.document["digest"] != run.document["digest"]:
            reason = f"it differs from the record of the same run in {first.document['source']}"
            collection.unreadable.append(Unreadable(run.document["source"], reason))


def _take_published(path: Path, source: str, collection: Collection, doubt: Doubt) -> None:
    try:
        document = _parse(path)[0]
        if path.name == AGAIN:
            rerun = read_rerun(document)
        else:
            judged = read_judged(document)
        if (reason := doubt(path.parent)) is not None:
            raise UnreadableError(f"it is not taken for published: {reason}")
    except UnreadableError as error:
        collection.unreadable.append(Unreadable(source, str(error)))
        return
    if path.name == AGAIN:
        collection.again.append(rerun)
    elif judged is not None:
        collection.judged.append(judged)


def _interrupted(plan: Path, source: str) -> Interrupted:
    """What the plan tells of a run that left no record. A plan that tells nothing is no error of its own."""
    try:
        node = Node(_parse(plan)[0])
        number = node.maybe("number")
        return Interrupted(
            source=source,
            submission=node.get("submission").maybe_text("name"),
            benchmark=node.get("benchmark").maybe_text("id"),
            number=None if number is None else number.whole(),
        )
    except UnreadableError:
        return Interrupted(source, None, None, None)


def _parse(path: Path) -> tuple[Any, str]:
    """The JSON document in ``path`` and the digest of its bytes."""
    try:
        if not path.is_file():
            raise UnreadableError("it is not a file")
        with path.open("rb") as file:
            # No more than there is: a buffer of 16 MiB for each of thousands of records takes longer than reading them.
            data = file.read(min(os.fstat(file.fileno()).st_size, LARGEST_FILE) + 1)
    except OSError as error:
        raise UnreadableError(f"the file can't be read: {error.strerror}") from error
    if len(data) > LARGEST_FILE:
        raise UnreadableError(f"the file is larger than {LARGEST_FILE // 2**20} MiB")
    try:
        document = json.loads(data)
    except UnicodeDecodeError as error:
        raise UnreadableError("the file is not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableError("the file is not valid JSON") from error
    return document, "sha256:" + hashlib.sha256(data).hexdigest()
