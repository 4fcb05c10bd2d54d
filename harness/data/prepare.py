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
from dataclasses import dataclass, replace
from pathlib import Path

from harness.data.croissant import describe
from harness.data.dataset import DOCUMENT, Dataset, check, checksums, content_digest, read_dataset
from harness.data.provider import Provider, Say, provider_named
from harness.data.source import Progress, Source
from harness.errors import InvalidInput, MachineLacks
from harness.places import Home
from harness.spec.digest import digest_of
from harness.spec.load import load_benchmark

__all__ = ["COLLECTIONS", "Given", "check", "find", "prepare", "prepare_collection"]

# The largest first: what the others need of its images is there then.
COLLECTIONS = {"rsna-mammo": ("rsna-cancer", "rsna-paper", "rsna-recall")}
"""Collections of which several benchmarks are made."""

_BUILDING, _OLD, _WORK = "building-", "old-", "work-"


@dataclass(frozen=True)
class Given:
    """What the user said about a source of their own: see `harness.data.source.Source`."""

    root: Path
    allow_skips: int = 0
    show_paths: bool = False


def prepare(
    benchmark_id: str,
    home: Home,
    say: Say,
    *,
    rebuild: bool = False,
    given: Given | None = None,
    progress: Progress = lambda what, done, total: None,
    work: Path | None = None,
) -> Dataset:
    """The prepared data of a benchmark, with every checksum verified; built first where they are not there yet.

    ``rebuild`` builds them anew and replaces what is there. ``given`` is the user's source, for data that don't come
    with LeanMed, and ``work`` a folder that is kept with what was made of it. Raises InvalidInput for an unknown
    benchmark or a source that is something else, MachineLacks where the source, disk space or permission is missing, or
    where cached data are damaged, and RunFailed where more of the source is broken than may be left out.
    """
    provider = provider_named(load_benchmark(benchmark_id).provider)
    if given is not None:
        _accept(benchmark_id, provider, given)
    shelf = home.data / benchmark_id
    try:
        shelf.mkdir(parents=True, exist_ok=True)
        with _lock(shelf, say):
            _sweep(shelf)
            if not rebuild and (found := find(benchmark_id, home)):
                check(found)
                if given is not None:
                    say(f"the data of {benchmark_id} are prepared already; --rebuild makes them anew from {given.root}")
                return found
            source = _source(benchmark_id, provider, shelf, say, given, progress)
            if source is None or work is None:
                return _build(benchmark_id, provider, shelf, say, source)
            return _build(benchmark_id, provider, shelf, say, replace(source, work=work), keep=True)
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


def named_digest(benchmark_id: str) -> str | None:
    """The digest of the prepared data that the benchmark file names, None where it names none. Data of another digest
    are not made here, which is known before anything is prepared. Raises InvalidInput for an unknown benchmark."""
    found = load_benchmark(benchmark_id).document["data"].get("digest")
    return None if found is None else str(found)


def prepare_collection(
    collection: str, home: Home, say: Say, *, rebuild: bool, given: Given, progress: Progress
) -> list[Dataset]:
    """The prepared data of every benchmark that is made of one collection; each file of it is read once."""
    shelf = home.data / collection
    try:
        shelf.mkdir(parents=True, exist_ok=True)
        with _lock(shelf, say):
            work = shelf / "work"
            found = [
                prepare(one, home, say, rebuild=rebuild, given=given, progress=progress, work=work)
                for one in COLLECTIONS[collection]
            ]
            shutil.rmtree(work, ignore_errors=True)
            return found
    except OSError as error:
        raise MachineLacks(
            f"{shelf} can't be written: {error.strerror or error}",
            remedy="give room and permission there, or set LEANMED_HOME to another folder",
        ) from error


def _accept(benchmark_id: str, provider: Provider, given: Given) -> None:
    if provider.asks_for is None:
        raise InvalidInput(
            f"the data of {benchmark_id} come with LeanMed",
            remedy=f"`harness data prepare {benchmark_id}`, no --source",
        )
    if not given.root.is_dir():
        what = "is no folder" if given.root.exists() else "is not there"
        raise InvalidInput(f"{given.root} {what}", remedy=f"--source names {provider.asks_for}")


def _source(
    benchmark_id: str, provider: Provider, shelf: Path, say: Say, given: Given | None, progress: Progress
) -> Source | None:
    if provider.asks_for is None:
        return None
    if given is None:
        raise MachineLacks(
            f"the data of {benchmark_id} are not prepared here, and can't come with LeanMed",
            remedy=f"`harness data prepare {benchmark_id} --source DIR`, where DIR is {provider.asks_for}",
        )
    return Source(
        root=given.root.resolve(),
        # Named by the recipe: another one makes other images.
        work=shelf / f"{_WORK}{digest_of(provider.recipe()).removeprefix('sha256:')[:16]}",
        report=shelf / "report.csv",
        allow_skips=given.allow_skips,
        show_paths=given.show_paths,
        say=say,
        progress=progress,
    )


def _finished(shelf: Path) -> list[Path]:
    if not shelf.is_dir():
        return []
    return sorted(
        path for path in shelf.iterdir() if path.is_dir() and not path.name.startswith((_BUILDING, _OLD, _WORK))
    )


def _build(
    benchmark_id: str, provider: Provider, shelf: Path, say: Say, source: Source | None, *, keep: bool = False
) -> Dataset:
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
        built = provider.build(folder, say, source)
        recorded = checksums(folder)
        document = describe(benchmark_id, provider, built, folder, recorded)
        text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        (folder / DOCUMENT).write_text(text, encoding="utf-8")
        _seal(folder)
        root = shelf / content_digest(recorded).removeprefix("sha256:")
        _put(folder, root, shelf, json.loads(text)["leanmed"]["recipe"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # renamed away by now, or unfinished
    if source is not None and not keep:
        shutil.rmtree(source.work, ignore_errors=True)
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


def _put(folder: Path, root: Path, shelf: Path, recipe: object) -> None:
    """Rename the finished `folder` to `root`; what stood there, what can't be read, and what the same recipe made of
    another source goes."""
    old = Path(tempfile.mkdtemp(prefix=_OLD, dir=shelf))
    for number, standing in enumerate(_finished(shelf)):
        if standing == root or _recipe(standing) in (None, recipe):
            standing.rename(old / str(number))
    folder.rename(root)
    shutil.rmtree(old)


def _recipe(root: Path) -> object:
    """The recipe of a finished data set; None where it can't be read."""
    try:
        return read_dataset("", root).document["leanmed"]["recipe"]
    except (MachineLacks, KeyError):
        return None


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
