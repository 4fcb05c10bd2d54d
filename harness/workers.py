"""Work on all processors, in processes that end with this one."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import chain, islice
from typing import Any, Literal, TypeVar

Thing = TypeVar("Thing")
Made = TypeVar("Made")
_SHARES = 16
"""How many portions each processor gets of what is done in forks: the last one must not be waited for long."""
_inherited: list[Callable[[int], Any]] = []
"""What a fork is to do: it has the function, which then need not be sent."""


def usable() -> int:
    """Number of processors that this process may use."""
    return len(os.sched_getaffinity(0))


def on_all_processors(
    do: Callable[[Thing], Made], things: Iterable[Thing], *, chunk: int, fewest: int
) -> Iterator[Made]:
    """``do`` of each thing, in order: right here, or where there are ``fewest`` or more, ``chunk`` at a time on all
    processors while the rest of ``things`` is still being found. Then ``do``, things and results must pickle. Raises
    what ``do`` raises."""
    rest = iter(things)
    first = list(islice(rest, fewest))
    if len(first) < fewest or usable() < 2:
        yield from map(do, chain(first, rest))
        return
    with pool_of(usable(), "fork" if threading.active_count() == 1 else "spawn") as pool:
        yield from pool.map(do, chain(first, rest), chunksize=chunk)


def in_forks(do: Callable[[int], Made], count: int) -> list[Made]:
    """``do`` of each number below ``count``, in order, on all processors: in forks of this process, which hold all that
    it holds, so that only results must pickle. Right here where the process has other threads, whose locks a fork would
    keep for ever. Raises what ``do`` raises."""
    if usable() < 2 or threading.active_count() > 1:
        return [do(number) for number in range(count)]
    portion = max(1, count // (_SHARES * usable()))
    _inherited.append(do)
    try:
        with pool_of(usable(), "fork") as pool:
            return list(pool.map(_call_inherited, range(count), chunksize=portion))
    finally:
        _inherited.pop()


def _call_inherited(number: int) -> Any:
    return _inherited[-1](number)


@contextmanager
def pool_of(workers: int, method: Literal["spawn", "fork"] = "spawn") -> Iterator[ProcessPoolExecutor]:
    """Workers that end with this process, however it ends, and leave Ctrl-C to it. They are spawned, for a fork of a
    process with threads (a live bar has one) may hang."""
    context = multiprocessing.get_context(method)
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin, initargs=(os.getpid(),))
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _begin(parent: int) -> None:
    """In each worker: Ctrl-C is the parent's affair, and a parent that was killed takes its workers along."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow, args=(parent,), daemon=True).start()


def _follow(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)
