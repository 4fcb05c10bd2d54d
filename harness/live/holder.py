"""Who is running in a home, seen without touching the lock.

Trying the lock would tell, too, and would for that moment refuse a harness that starts. The kernel's list of locks
(proc(5), ``/proc/locks``) can be read by everybody and disturbs nobody. It lists the locks of processes that the reader
can see: a harness in another PID namespace does not stand in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from harness.standings.fields import clean

LOCKS = Path("/proc/locks")
_LONGEST = 200


@dataclass(frozen=True)
class Holder:
    """A harness that is running. ``text`` names its process and its user; ``since_ns`` is when it took the lock, by
    the clock that stamps files, in nanoseconds."""

    text: str
    since_ns: int


def holder_of(lock: Path, locks: Path = LOCKS) -> Holder | None:
    """The harness that holds the lock file ``lock`` of a home, None where nobody does.

    A lock's line must name the file's inode and the process that the file names. The device is not asked: on some file
    systems the kernel lists another one than `stat` tells.
    """
    try:
        with lock.open("rb") as file:
            text = clean(file.read(_LONGEST).decode("utf-8", "replace"))
        found = lock.stat()
        listed = locks.read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    named = re.match(r"process (\d+) of ", text)
    if named is None:
        return None
    line = re.compile(rf"^\d+: FLOCK +\S+ +WRITE {named[1]} \w+:\w+:{found.st_ino} ", re.MULTILINE)
    return Holder(text, found.st_mtime_ns) if line.search(listed) else None
