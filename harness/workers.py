"""Work on all processors, in processes that end with this one."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

Thing = TypeVar("Thing")
Made = TypeVar("Made")


def usable() -> int:
    """Number of processors that this process may use."""
    return len(os.sched_getaffinity(0))


def on_all_processors(
    do: Callable[[Thing], Made], things: Sequence[Thing], *, chunk: int, fewest: int
) -> Iterator[Made]:
    """``do`` of each thing, in order: right here, or where there are ``fewest`` or more, ``chunk`` at a time on all
    processors, for which ``do``, things and results must pickle. Raises what ``do`` raises."""
    if len(things) < fewest or usable() < 2:
        yield from map(do, things)
        return
    with pool_of(usable()) as pool:
        yield from pool.map(do, things, chunksize=chunk)


@contextmanager
def pool_of(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Workers that end with this process, however it ends, and leave Ctrl-C to it."""
    # Spawned: a fork of a process with threads (a live bar has one) may hang.
    context = multiprocessing.get_context("spawn")
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
