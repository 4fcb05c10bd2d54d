"""Turning many files into small images: on all cores, in bounded memory, and so that a kill loses next to nothing.

Each file's image is written by the worker that made it, under a name that holds the file's place, size and time of
change. Whoever comes again finds what is there and makes the rest. A decoder that crashes on a malformed file takes its
worker with it, not the others' work: the files that were in hand are tried again one at a time, and the culprit is
listed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.data.broken import Broken, Problem
from harness.data.split import digest_hex
from harness.workers import pool_of, usable

# In hand for each worker: one to work on and one to go on with.
_AHEAD = 2
_SALT = "leanmed/work/1/"


@dataclass(frozen=True)
class Item:
    """One file to turn into an image: ``where`` is its path relative to the source; ``given`` is passed on (JSON)."""

    where: str
    path: Path
    given: Any = None


@dataclass(frozen=True, eq=False)
class Made:
    """What came of a file: an array of any shape, notes for the report, and facts (JSON) that go with it."""

    image: NDArray[Any]
    notes: tuple[str, ...] = ()
    facts: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Done:
    """A file that was turned into an image, which lies in ``file`` (npy)."""

    item: Item
    file: Path
    notes: tuple[str, ...]
    facts: Mapping[str, Any]

    def image(self) -> NDArray[Any]:
        """Read it."""
        loaded: NDArray[Any] = np.load(self.file, allow_pickle=False)
        return loaded


Make = Callable[[Path, Any], Made]
"""Makes an image of the file at a path, in a process of its own: a function of a module. Raises `Broken`."""
Progress = Callable[[int, int], None]
"""Told how many files of how many are done."""


@dataclass(frozen=True)
class Worked:
    """What came of all files, in the order in which they were given, without the broken ones."""

    done: tuple[Done, ...]
    problems: tuple[Problem, ...]


def work(items: Sequence[Item], make: Make, folder: Path, progress: Progress, *, workers: int | None = None) -> Worked:
    """Make the images of all ``items`` in ``folder``, which keeps them; what is there already is not made again.

    ``workers`` None means one for each processor that this process may use. Raises `OSError` where ``folder`` can't be
    written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    outcomes: dict[str, Done | Problem] = {}
    due: list[Item] = []
    for item in items:
        found = _found(item, folder)
        if found is None:
            due.append(item)
        else:
            outcomes[item.where] = found
    progress(len(outcomes), len(items))
    for where, outcome in _make_all(due, make, folder, workers or usable()):
        outcomes[where] = outcome
        progress(len(outcomes), len(items))
    found_all = [outcomes[item.where] for item in items]
    done = tuple(one for one in found_all if isinstance(one, Done))
    problems = [one for one in found_all if isinstance(one, Problem)]
    problems += [Problem(one.item.where, note, skipped=False) for one in done for note in one.notes]
    return Worked(done, tuple(problems))


def _place(item: Item, folder: Path) -> Path | Problem:
    """Where its image lies: the name says nothing about the file, but changes with it."""
    try:
        now = item.path.stat()
    except OSError as error:
        return Problem(item.where, f"it can't be read: {error.strerror}", skipped=True)
    about = json.dumps([item.where, now.st_size, now.st_mtime_ns, item.given])
    name = digest_hex(_SALT, about)
    return folder / name[:2] / name[2:]


def _found(item: Item, folder: Path) -> Done | Problem | None:
    """What was made of it before."""
    place = _place(item, folder)
    if isinstance(place, Problem):
        return place
    try:
        told = json.loads(place.with_suffix(".json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return _outcome(item, place, told)


def _outcome(item: Item, place: Path, told: Mapping[str, Any]) -> Done | Problem:
    if told["broken"] is not None:
        return Problem(item.where, told["broken"], skipped=True)
    return Done(item, place.with_suffix(".npy"), tuple(told["notes"]), told["facts"])


def _make_all(items: Sequence[Item], make: Make, folder: Path, workers: int) -> Iterator[tuple[str, Done | Problem]]:
    left = list(items)
    while left:
        finished: set[str] = set()
        try:
            for item, outcome in _in_pool(left, make, folder, min(workers, len(left))):
                finished.add(item.where)
                yield item.where, outcome
            return
        except _Crashed as crash:
            for item in crash.in_hand:
                finished.add(item.where)
                yield item.where, _alone(item, make, folder)
        left = [item for item in left if item.where not in finished]


class _Crashed(Exception):
    """A worker died; one of ``in_hand`` did it."""

    def __init__(self, in_hand: list[Item]) -> None:
        super().__init__()
        self.in_hand = in_hand


def _in_pool(items: Iterable[Item], make: Make, folder: Path, workers: int) -> Iterator[tuple[Item, Done | Problem]]:
    with pool_of(workers) as pool:
        coming = iter(items)
        in_hand: dict[Future[dict[str, Any]], tuple[Item, Path]] = {}
        crashed: list[Item] = []

        def refill() -> Iterator[tuple[Item, Problem]]:
            while len(in_hand) < workers * _AHEAD and (item := next(coming, None)) is not None:
                place = _place(item, folder)
                if isinstance(place, Problem):
                    yield item, place
                else:
                    in_hand[pool.submit(_one, item.path, item.given, make, place)] = item, place

        try:
            yield from refill()
            while in_hand:
                for future in wait(in_hand, return_when=FIRST_COMPLETED).done:
                    item, place = in_hand.pop(future)
                    try:
                        told = future.result()
                    except BrokenProcessPool:
                        crashed.append(item)
                        continue
                    yield item, _outcome(item, place, told)
                if crashed:
                    raise BrokenProcessPool
                yield from refill()
        except BrokenProcessPool:
            # Also raised by `submit`, for a worker that died between two files.
            raise _Crashed(crashed + [item for item, _ in in_hand.values()]) from None


def _alone(item: Item, make: Make, folder: Path) -> Done | Problem:
    """One file in a process of its own, which may crash."""
    try:
        for _, outcome in _in_pool([item], make, folder, 1):
            return outcome
    except _Crashed:
        pass
    place = _place(item, folder)
    reason = "reading it crashes the decoder"
    if isinstance(place, Path):
        _write(place, {"broken": reason, "notes": [], "facts": {}})
    return Problem(item.where, reason, skipped=True)


def _one(path: Path, given: Any, make: Make, place: Path) -> dict[str, Any]:
    """In a worker: make one image and keep it. The note is written last, so that it vouches for the image."""
    try:
        made = make(path, given)
    except Broken as broken:
        told: dict[str, Any] = {"broken": str(broken), "notes": [], "facts": {}}
    else:
        told = {"broken": None, "notes": list(made.notes), "facts": dict(made.facts or {})}
        place.parent.mkdir(parents=True, exist_ok=True)
        unfinished = place.with_name(f"{place.name}.{os.getpid()}.part")
        with unfinished.open("wb") as file:
            np.save(file, made.image)
        unfinished.replace(place.with_suffix(".npy"))
    _write(place, told)
    return told


def _write(place: Path, told: Mapping[str, Any]) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    unfinished = place.with_name(f"{place.name}.{os.getpid()}.part")
    unfinished.write_text(json.dumps(told), encoding="utf-8")
    unfinished.replace(place.with_suffix(".json"))
