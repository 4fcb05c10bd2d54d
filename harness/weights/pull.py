"""Fetching weights: once, whole or not at all, under a lock that the kernel drops when its holder dies."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harness.errors import MachineLacks
from harness.places import Home
from harness.weights.download import Download, Progress, download
from harness.weights.hub import FILE, Entry, entry_of
from harness.weights.shelf import DOCUMENT, Weights, check, find, folder_of

Say = Callable[[str], None]


def pull(model: str, home: Home, say: Say, progress: Progress, *, again: bool = False) -> Weights:
    """The weights of a model, verified; fetched first where they are not here, or damaged, or ``again`` says so.

    Raises `InvalidInput` for a model that has none, `MachineLacks` where network, hub, room or permission is missing.
    """
    entry = entry_of(model)
    folder = folder_of(model, home)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _lock(folder, model, say):
            if not again and (found := _intact(model, home, say)) is not None:
                say(f"{model}: already here, verified")
                return found
            _put(model, entry, folder, download(entry, folder, progress))
    except OSError as error:
        raise MachineLacks(
            f"the weights of {model} can't be kept in {folder}: {error.strerror or error}",
            remedy="give room and permission there, or set LEANMED_HOME to another folder",
        ) from error
    kept = find(model, home)
    assert kept is not None
    say(f"{model}: {kept.document['size'] / 1e6:,.0f} MB from {entry.repository}, SHA-256 {kept.sha256}")
    return kept


def _intact(model: str, home: Home, say: Say) -> Weights | None:
    try:
        found = find(model, home)
        if found is not None:
            check(found)
    except MachineLacks as damage:
        say(f"{damage.message}; fetching them again")
        return None
    return found


def _put(model: str, entry: Entry, folder: Path, came: Download) -> None:
    """Onto the shelf. ``weights.json`` vouches for the file, so the old one goes first and the new one comes last."""
    (folder / DOCUMENT).unlink(missing_ok=True)
    # Readable for the container's user, writable for nobody.
    came.path.chmod(0o444)
    came.path.replace(folder / FILE)
    document = {
        "schema": "leanmed/weights/v1",
        "model": model,
        "repository": entry.repository,
        "file": entry.file,
        "revision": entry.revision,
        "commit": came.promise.commit,
        "etag": came.promise.etag,
        "size": came.size,
        "sha256": came.sha256,
        "fetched": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    _write(folder / DOCUMENT, document)


def _write(path: Path, document: Mapping[str, Any]) -> None:
    unfinished = path.with_name(f"{path.name}.new")
    with unfinished.open("w", encoding="utf-8") as file:
        file.write(json.dumps(document, indent=2) + "\n")
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _lock(folder: Path, model: str, say: Say) -> Iterator[None]:
    with (folder / ".lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"waiting: another harness is fetching the weights of {model}")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
