"""A home on a disk that is full, whatever is being written at that moment: the command says so and what to do, leaves
nothing running and nothing half there, and works once there is room."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.data.dataset import Dataset
from harness.places import Home
from harness.record.ledger import Ledger
from harness.verify.ledger import account
from tests.engine import lacking
from tests.run.command import Command, assert_in_order, assert_no_half_record, running
from tests.run.material import STUB, tiny_dataset

_PAGE = 4096
_INODES = 200


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small file system of the test's own. Of a file's last page only a part may be in use, so that room for so many
    pages ends in the middle of a line."""
    if os.geteuid() != 0:
        lacking("a small file system of one's own needs root to be mounted")
    place = tmp_path_factory.mktemp("disk")
    options = f"size=4m,nr_inodes={_INODES}"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "leanmed-test", place], check=True)
    yield place
    subprocess.run(["umount", place], check=True)


@pytest.fixture(scope="module")
def dataset(disk: Path) -> Dataset:
    return tiny_dataset(disk / "data")


@pytest.fixture
def command(disk: Path, dataset: Dataset, tmp_path: Path) -> Iterator[Command]:
    """A run that logs something, too."""
    yield Command(disk / "home", dataset, tmp_path / "output", (sys.executable, str(STUB), "spy"))
    shutil.rmtree(disk / "home", ignore_errors=True)
    shutil.rmtree(disk / "filler", ignore_errors=True)


def begin_home(home: Home) -> None:
    """A home in whose ledger the next run's first line fills the page, and its last one needs another."""
    (home.runs / "earlier").mkdir(parents=True)
    (home.runs / "earlier" / "events.jsonl").touch()
    ledger = Ledger(home.ledger)
    ledger.append("started", "earlier", padding="")
    padding = _PAGE - 400 - home.ledger.stat().st_size
    home.ledger.unlink()
    ledger.append("started", "earlier", padding="x" * padding)


def leave_pages(disk: Path, pages: int) -> None:
    """Fill the disk up to so many free pages."""
    filler = disk / "filler"
    filler.mkdir()
    with (filler / "0").open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(disk).free - pages * _PAGE)


def leave_inodes(disk: Path, inodes: int) -> None:
    """Use up the file system's file entries but so many."""
    filler = disk / "filler"
    filler.mkdir()
    for number in range(os.statvfs(disk).f_favail - inodes):
        (filler / str(number)).touch()


@pytest.mark.parametrize(("leave", "least"), [(leave_pages, 16), (leave_inodes, 12)], ids=["bytes", "files"])
def test_room_for_a_part_of_the_run(command, disk, leave, least):
    """More room each time, until there is enough."""
    moments = set()
    for room in range(100):
        begin_home(Home(command.home))
        leave(disk, room)
        code = command.run()
        shutil.rmtree(disk / "filler")
        if code == 0:
            break
        said = command.said
        assert code in (3, 4), said
        assert "Traceback" not in said, said
        assert f"{command.home}" in said, said
        assert "No space left on device" in said, said
        assert re.search("→ .*(free some space|give room)", said), said
        assert not running(command.home)
        assert_no_half_record(command.home)
        before = account(Home(command.home))
        whole = len(list(command.home.glob("runs/*/record.json")))
        assert len(before.differences) == whole - before.finished <= 1, before
        moment = (before.started - 1, whole, before.finished)
        assert code == (3 if moment == (0, 0, 0) else 4), said
        moments.add(moment)

        assert command.run() == 0, command.said
        # A failure of the machine has a record, and is made again.
        failed = before.finished
        assert_in_order(command.home, interrupted=before.started - whole, whole=1 + failed)
        shutil.rmtree(command.home)
    assert code == 0
    assert room >= least
    # Before a run is begun, and in its middle.
    assert {(0, 0, 0), (1, 0, 0)} <= moments
    # With the record written and the ledger not told; with no room for the links to the data, and then for the record.
    assert ((1, 1, 0) if leave is leave_pages else (1, 1, 1)) in moments
