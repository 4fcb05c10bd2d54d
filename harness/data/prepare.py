"""The cache of prepared data: ``<home>/data/<benchmark>/<digest>/``, built once, whole or not at all.

A data set is built in a folder beside its place and renamed into it, under a lock that the kernel drops when its
holder dies. So a kill at any moment leaves nothing half-made: at worst a ``building-`` or ``old-`` folder, which the
next holder of the lock removes.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.data.croissant import describe
from harness.data.dataset import DOCUMENT, Dataset, check, checksums, content_digest, read_dataset
from harness.data.provider import Provider, Say, provider_named
from harness.errors import MachineLacks
from harness.places import Home
from harness.spec.load import load_benchmark

__all__ = ["check", "find", "prepare"]

_BUILDING, _OLD = "building-", "old-"


def prepare(benchmark_id: str, home: Home, say: Say, *, rebuild: bool = False) -> Dataset:
    """The prepared data of a benchmark, with every checksum verified; built first where they are not there yet.

    ``rebuild`` builds them anew and replaces what is there. Raises InvalidInput for an unknown benchmark and
    MachineLacks where the source, disk space or permission is missing, or where cached data are damaged.
    """
    provider = provider_named(load_benchmark(benchmark_id).provider)
    shelf = home.data / benchmark_id
    try:
        shelf.mkdir(parents=True, exist_ok=True)
        with _lock(shelf, say):
            _sweep(shelf)
            if not rebuild and (found := find(benchmark_id, home)):
                check(found)
                return found
            return _build(benchmark_id, provider, shelf, say)
    except OSError as error:
        raise MachineLacks(
            f"the data of {benchmark_id} cannot be prepared in {shelf}: {error.strerror or error}",
            remedy="give room and permission there, or set LEANMED_HOME to another folder",
        ) from error


def find(benchmark_id: str, home: Home) -> Dataset | None:
    """The prepared data of a benchmark made by today's recipe, or None. Files are not verified (see `check`).

    Raises InvalidInput for an unknown benchmark and MachineLacks where a ``dataset.json`` is damaged.
    """
    recipe = json.loads(json.dumps(provider_named(load_benchmark(benchmark_id).provider).recipe()))
    for root in _finished(home.data / benchmark_id):
        dataset = read_dataset(benchmark_id, root)
        if dataset.document["leanmed"]["recipe"] == recipe:
            return dataset
    return None


def _finished(shelf: Path) -> list[Path]:
    if not shelf.is_dir():
        return []
    return sorted(path for path in shelf.iterdir() if path.is_dir() and not path.name.startswith((_BUILDING, _OLD)))


def _build(benchmark_id: str, provider: Provider, shelf: Path, say: Say) -> Dataset:
    free = shutil.disk_usage(shelf).free
    if free < provider.needs_bytes:
        raise MachineLacks(
            f"preparing {benchmark_id} needs {provider.needs_bytes / 1e6:.0f} MB at {shelf}, where {free / 1e6:.0f} MB "
            "are free",
            remedy="free some space, or set LEANMED_HOME to a folder on a larger disk",
        )
    say(f"preparing the data of {benchmark_id}, once")
    folder = Path(tempfile.mkdtemp(prefix=_BUILDING, dir=shelf))
    try:
        built = provider.build(folder, say)
        recorded = checksums(folder)
        document = describe(benchmark_id, provider, built, folder, recorded)
        text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        (folder / DOCUMENT).write_text(text, encoding="utf-8")
        _seal(folder)
        root = shelf / content_digest(recorded).removeprefix("sha256:")
        _put(folder, root, shelf)
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # renamed away by now, or unfinished
    dataset = read_dataset(benchmark_id, root)
    say(f"prepared {sum(dataset.counts.values()):,} cases: {root}")
    return dataset


def _seal(folder: Path) -> None:
    """Files to disk and read-only (runs hard-link them), folders open to the container's user."""
    for path in sorted(folder.rglob("*")):
        if path.is_dir():
            path.chmod(0o755)
            continue
        with path.open("rb") as file:
            os.fsync(file.fileno())
        path.chmod(0o444)
    folder.chmod(0o755)


def _put(folder: Path, root: Path, shelf: Path) -> None:
    """Rename the finished `folder` to `root`; what stood there, and what can't be read, goes."""
    old = Path(tempfile.mkdtemp(prefix=_OLD, dir=shelf))
    for number, standing in enumerate(_finished(shelf)):
        if standing == root or not _readable(standing):
            standing.rename(old / str(number))
    folder.rename(root)
    shutil.rmtree(old)


def _readable(root: Path) -> bool:
    try:
        read_dataset("", root)
    except MachineLacks:
        return False
    return True


def _sweep(shelf: Path) -> None:
    """Remove what a killed harness left. Only under the lock: nobody else is building then."""
    for path in shelf.iterdir():
        if path.name.startswith((_BUILDING, _OLD)):
            shutil.rmtree(path)


@contextmanager
def _lock(shelf: Path, say: Say) -> Iterator[None]:
    with (shelf / ".lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting: another harness is preparing the same data")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
