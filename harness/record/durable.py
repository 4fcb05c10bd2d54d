"""Writing that a full disk or a crash leaves whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import io
import os
from pathlib import Path

PARTIAL = ".part"
"""How the name of a file ends that is being written."""
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def append_whole(file: io.FileIO, line: bytes, *, sync: bool = False) -> None:
    """Write ``line`` at the end of a file without a buffer; ``sync`` forces it to disk. Raises `OSError`, and then
    nothing of the line is left in the file."""
    size = file.seek(0, os.SEEK_END)
    left = memoryview(line)
    try:
        while left:
            left = left[file.write(left) :]
        if sync:
            os.fsync(file.fileno())
    except OSError:
        file.truncate(size)
        raise


def replace(path: Path, content: bytes, *, sync: bool = True) -> None:
    """Write ``content`` to ``path`` in one step: a reader sees the old file, or the new one, never a part; ``sync``
    forces it to disk. Raises `OSError`, and then the old file is there as before, and nothing beside it."""
    partial = path.with_name(path.name + PARTIAL)
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            if sync:
                os.fsync(file.fileno())
        partial.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise
    if sync:
        sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Force to disk what was made, renamed or removed in a folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def why(error: OSError) -> str:
    """The error in words, for a message that has named the place."""
    return error.strerror or str(error)


def remedy_for(error: OSError) -> str:
    """What a user can do about a place that can't be written."""
    if error.errno in _NO_ROOM:
        return "free some space there, or set LEANMED_HOME to a folder on a larger disk"
    return "make it writable, or set LEANMED_HOME to another folder"
