"""A small file system of a test's own, which can be filled up to the last page or the last file."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.engine import lacking

PAGE = 4096


@contextlib.contextmanager
def small_disk(place: Path) -> Iterator[Path]:
    """Mounted on the empty folder ``place``: 4 MiB and 200 files, folders and links."""
    if os.geteuid() != 0:
        lacking("a small file system of one's own needs root to be mounted")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m,nr_inodes=200", "leanmed-test", place], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=True)


@contextlib.contextmanager
def room_for_pages(disk: Path, pages: int) -> Iterator[None]:
    """The disk with no more room than for so many pages."""
    filler = disk / "filler"
    filler.mkdir()
    with (filler / "0").open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(disk).free - pages * PAGE)
    yield
    shutil.rmtree(filler)


@contextlib.contextmanager
def room_for_files(disk: Path, files: int) -> Iterator[None]:
    """The disk with no more room than for so many files, folders and links."""
    filler = disk / "filler"
    filler.mkdir()
    for number in range(os.statvfs(disk).f_favail - files):
        (filler / str(number)).touch()
    yield
    shutil.rmtree(filler)
