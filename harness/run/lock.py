"""One harness at a time in one home, and on one GPU: two runs side by side would spoil each other's time and energy.

The kernel lets go of a lock when its holder ends, however it ends, so a lock is never stale; whoever holds a home's
knows that every container with this home's label is a leftover.

Processors have no such lock. Whoever tries a submission out beside another one's run may do so on another home, and
what that takes away from a measured run shows in it (check H1). A GPU shows less: power and memory are the card's, not
a process's, and a second run that waits for its turn looks like a slower card.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import stat
from collections.abc import Iterator
from pathlib import Path

from harness.errors import MachineLacks
from harness.record.durable import remedy_for, why

MACHINE_PLACES = (Path("/run/lock"), Path("/tmp"))
"""Where a lock lies that every user of the machine must find, so that neither TMPDIR nor a user's rights decide."""
_SIDE_BY_SIDE = "wait for it to end, or end it with Ctrl-C; runs side by side would spoil each other's time"


@contextlib.contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the lock file ``path`` of a home. Raises `MachineLacks` at once if another process holds it, or where it
    can't be written."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise _unusable(path, error, remedy_for(error)) from error
    with _locked(handle, path, f"is running in {path.parent}"):
        yield


@contextlib.contextmanager
def gpu_held(uuid: str | None) -> Iterator[None]:
    """Hold the machine's one lock of the GPU with that UUID, whatever the home and the user; with None nothing. Raises
    `MachineLacks` at once if another process holds it.

    Harnesses in two containers that share no ``/run/lock`` don't see each other: check G1 does.
    """
    if uuid is None:
        yield
        return
    path = _machine_place() / f"leanmed-{uuid}.lock"
    try:
        handle = _open_shared(path)
    except OSError as error:
        raise _unusable(path, error, "see what it is and whose, and remove it") from error
    with _locked(handle, path, f"is using the GPU {uuid}"):
        yield


@contextlib.contextmanager
def _locked(handle: int, path: Path, what: str) -> Iterator[None]:
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(handle, 200, 0).decode("utf-8", "replace").strip()
            raise MachineLacks(
                f"another harness ({holder or 'unknown process'}) {what}", remedy=_SIDE_BY_SIDE
            ) from error
        try:
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"process {os.getpid()} of {_user()}".encode(), 0)
        except OSError as error:
            raise _unusable(path, error, remedy_for(error)) from error
        yield
    finally:
        os.close(handle)


def _machine_place() -> Path:
    """The first of `MACHINE_PLACES` where every user may make files."""
    for place in MACHINE_PLACES:
        with contextlib.suppress(FileNotFoundError):
            if place.stat().st_mode & (stat.S_IWOTH | stat.S_ISVTX) == stat.S_IWOTH | stat.S_ISVTX:
                return place
    return MACHINE_PLACES[-1]


def _open_shared(path: Path) -> int:
    """Open a lock file in a folder where everybody may write: never through a link that somebody laid there, and so
    that the next user can open it. It is opened before it is made, because where `fs.protected_regular` is set the
    kernel refuses to "make" another user's file."""
    flags = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        handle = os.open(path, flags)
    except FileNotFoundError:
        try:
            handle = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o666)
            os.fchmod(handle, 0o666)
        except FileExistsError:
            handle = os.open(path, flags)
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
        os.close(handle)
        raise OSError("it is not a file of its own")
    return handle


def _user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"user {os.getuid()}"


def _unusable(path: Path, error: OSError, remedy: str) -> MachineLacks:
    return MachineLacks(f"the lock {path} can't be used: {why(error)}", remedy=remedy)
