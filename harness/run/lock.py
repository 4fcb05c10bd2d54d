"""One harness at a time in one home: two runs side by side would spoil each other's time and energy.

The kernel lets go of the lock when its holder ends, however it ends, so a lock is never stale; whoever holds it knows
that every container with this home's label is a leftover.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.errors import MachineLacks


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the lock file ``path``. Raises `MachineLacks` at once if another process holds it."""
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise MachineLacks(
                f"another harness (process {file.read().strip() or 'unknown'}) is running in {path.parent}",
                remedy="wait for it to end, or end it with Ctrl-C; runs side by side would spoil each other's time",
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
