"""A home on a disk that is full, whatever is being written at that moment: the command says so and what to do, leaves
nothing running and nothing half there, and works once there is room."""

from __future__ import annotations

import re
import resource
import shutil
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.cli.progress import Lines
from harness.data.dataset import Dataset
from harness.places import Home
from harness.record.ledger import Ledger
from harness.verify.ledger import account
from tests.disk import PAGE, room_for_files, room_for_pages, small_disk
from tests.run.command import Command, assert_in_order, assert_no_half_record, running
from tests.run.material import STUB, tiny_dataset


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with small_disk(tmp_path_factory.mktemp("disk")) as place:
        yield place


@pytest.fixture(scope="module")
def dataset(disk: Path) -> Dataset:
    return tiny_dataset(disk / "data")


@pytest.fixture
def command(disk: Path, dataset: Dataset, tmp_path: Path) -> Iterator[Command]:
    """A run that has a log, too."""
    yield Command(disk / "home", dataset, tmp_path / "output", (sys.executable, str(STUB), "spy"))
    shutil.rmtree(disk / "home", ignore_errors=True)


def begin_home(home: Home) -> None:
    """A home in whose ledger the next run's first line fills the page, and its last one needs another."""
    (home.runs / "earlier").mkdir(parents=True)
    (home.runs / "earlier" / "events.jsonl").touch()
    ledger = Ledger(home.ledger)
    ledger.append("started", "earlier", padding="")
    padding = PAGE - 400 - home.ledger.stat().st_size
    home.ledger.unlink()
    ledger.append("started", "earlier", padding="x" * padding)


@pytest.mark.parametrize(("room_for", "least"), [(room_for_pages, 16), (room_for_files, 12)], ids=["bytes", "files"])
def test_room_for_a_part_of_the_run(command, disk, room_for, least):
    """More room each time, until there is enough. With a meter there is a trace to be written."""
    command = command.with_changes(metered=room_for is room_for_pages)
    moments = set()
    for room in range(100):
        begin_home(Home(command.home))
        with room_for(disk, room):
            code = command.run()
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
    assert ((1, 1, 0) if room_for is room_for_pages else (1, 1, 1)) in moments


@dataclass(frozen=True)
class FullFor:
    """No room for the journal's next line from when a state begins, and room again once that has been said."""

    state: str
    home: Path

    def __call__(self) -> None:
        stage, say = Lines.stage, Lines.say

        def full(lines: Lines, name: str, total: int | None) -> None:
            stage(lines, name, total)
            if name == self.state:
                size = next(self.home.glob("runs/*/events.jsonl")).stat().st_size
                resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

        def room_again(lines: Lines, text: str) -> None:
            if "can't be written" in text:
                resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            say(lines, text)

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        Lines.stage, Lines.say = full, room_again  # type: ignore[method-assign, assignment]


@pytest.mark.parametrize("state", ["prepare", "train", "fit", "finish"])
def test_a_moment_without_room_for_the_journal_makes_no_record(tmp_path: Path, state: str) -> None:
    """With a line missing the journal does not tell what happened, though all later lines had their place."""
    (tmp_path / "home").mkdir()
    command = Command(tmp_path / "home", tiny_dataset(tmp_path / "data"), tmp_path / "output")
    assert command.with_changes(arm=FullFor(state, command.home)).run() == 4, command.said
    assert "Traceback" not in command.said, command.said
    assert "has no record and counts as interrupted" in command.said
    assert "File too large" in command.said
    assert not running(command.home)
    assert list(command.home.glob("runs/*/record.json*")) == []
    assert command.run() == 0, command.said
    assert_in_order(command.home, interrupted=1)
