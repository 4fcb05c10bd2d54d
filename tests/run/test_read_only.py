"""A home, or a run's folder, that can't be written any more: before the run and in its middle."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.cli.progress import Lines
from harness.data.dataset import Dataset
from harness.places import Home
from harness.verify.ledger import account
from tests.engine import lacking
from tests.run.command import Command, assert_in_order, assert_no_half_record, running
from tests.run.material import tiny_dataset


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return tiny_dataset(tmp_path_factory.mktemp("data"))


@pytest.fixture
def command(tmp_path: Path, dataset: Dataset) -> Iterator[Command]:
    if os.geteuid() != 0:
        lacking("a folder mounted read-only needs root")
    (tmp_path / "home" / "runs").mkdir(parents=True)
    yield Command(tmp_path / "home", dataset, tmp_path / "output")
    for place in mounted_below(tmp_path):
        subprocess.run(["umount", place], check=True)


def mounted_below(folder: Path) -> list[str]:
    places = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    return [place for place in places if place.startswith(f"{folder}/")]


def make_read_only(folder: Path) -> None:
    """Root does not care about permissions, but about a read-only mount. What is open for writing stays so."""
    subprocess.run(["mount", "--bind", folder, folder], check=True)
    subprocess.run(["mount", "-o", "remount,bind,ro", folder], check=True)


def make_writable(folder: Path) -> None:
    subprocess.run(["umount", folder], check=True)


@dataclass(frozen=True)
class ReadOnlyFrom:
    """Makes the first place that a pattern names in the home read-only when a state begins."""

    state: str
    home: Path
    pattern: str

    def __call__(self) -> None:
        usual = Lines.stage

        def stage(lines: Lines, name: str, total: int | None) -> None:
            usual(lines, name, total)
            if name == self.state:
                make_read_only(next(self.home.glob(self.pattern)))

        Lines.stage = stage  # type: ignore[method-assign, assignment]


def assert_said(said: str, place: Path) -> None:
    assert "Traceback" not in said, said
    assert str(place) in said, said
    assert "Read-only file system" in said, said
    assert "  → make it writable, or set LEANMED_HOME to another folder" in said, said


@pytest.mark.parametrize("part", [".", "runs"])
def test_before_the_run(command, part):
    place = (command.home / part).resolve()
    make_read_only(place)
    assert command.run() == 3, command.said
    assert_said(command.said, place)
    assert list(command.home.glob("runs/*")) == []
    make_writable(place)
    assert command.run() == 0, command.said
    assert_in_order(command.home, interrupted=0)


@pytest.mark.parametrize("state", ["start", "train", "predict", "infer single", "finish"])
def test_in_the_middle_of_the_run(command, state):
    runs = command.home / "runs"
    assert command.with_changes(arm=ReadOnlyFrom(state, command.home, "runs/*")).run() == 4, command.said
    (folder,) = runs.iterdir()
    assert_said(command.said, folder)
    assert not running(command.home)
    assert_no_half_record(command.home)
    found = account(Home(command.home))
    assert (found.started, found.finished, found.differences) == (1, 0, ())
    # Until it is writable again, no run is made beside it: what was left there can't be put in order.
    assert command.run() == 3, command.said
    assert_said(command.said, folder)
    make_writable(folder)
    assert command.run() == 0, command.said
    assert_in_order(command.home, interrupted=1)


def test_the_ledger_in_the_middle_of_the_run(command):
    """The record is there and the ledger not told: the same command tells it, and makes nothing again."""
    command = command.with_changes(arm=ReadOnlyFrom("finish", command.home, "ledger.jsonl"))
    assert command.run() == 4, command.said
    assert_said(command.said, command.home / "ledger.jsonl")
    assert "the run itself is whole" in command.said
    (said,) = account(Home(command.home)).differences
    assert "the next `harness run` tells the ledger" in said
    make_writable(command.home / "ledger.jsonl")
    assert command.with_changes(arm=None).run() == 0, command.said
    assert "the ledger did not know of it yet: told it so" in command.said
    assert_in_order(command.home, interrupted=0)
