"""The ledger against the runs: what is gone, changed or came in beside it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.cli import verify as command
from harness.places import Home
from harness.record.books import Books
from harness.record.folder import RECORD, RunFolder
from harness.verify.ledger import account
from tests.run.material import run_stub, tiny_dataset
from tests.verify.test_record import tiny


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Two finished runs, one of which failed."""
    (tmp_path / "home").mkdir()
    made, dataset = Home(tmp_path / "home"), tiny_dataset(tmp_path / "data")
    for behaviour in ("good", "exit-0"):
        run_stub(made, dataset, behaviour, tiny())
    return made


def runs(home: Home) -> list[Path]:
    return sorted(home.runs.iterdir())


def test_a_home_that_nobody_touched(home: Home, tmp_path: Path) -> None:
    assert (account(home).started, account(home).finished, account(home).differences) == (2, 2, ())
    assert account(Home(tmp_path / "new")).differences == ()


def test_a_failed_attempt_that_was_taken_away_is_missed(home: Home) -> None:
    gone = runs(home)[1]
    shutil.rmtree(gone)
    assert account(home).differences == (f"{gone.name}: the ledger knows of it, and its folder is gone",)


def test_records_that_were_changed_taken_away_or_put_in(home: Home) -> None:
    first, second = runs(home)
    (first / RECORD).write_text((first / RECORD).read_text() + "\n")
    (second / RECORD).unlink()
    shutil.copytree(first, first.with_name("another"))
    assert sorted(line.partition(": ")[2] for line in account(home).differences) == [
        "it was finished, and its record is gone",
        "its record is not the one that was sealed",
        "the ledger does not know of it",
    ]


def test_an_interrupted_run_is_no_difference(home: Home) -> None:
    lines = home.ledger.read_text().splitlines(keepends=True)
    home.ledger.write_text("".join(lines[:3]))
    name = json.loads(lines[2])["run"]
    (said,) = account(home).differences
    assert said.startswith(f"{name}: it has a record, and the ledger does not know that it was finished; ")
    assert "the next `harness run` tells the ledger" in said
    (home.runs / name / RECORD).unlink()
    found = account(home)
    assert (found.started, found.finished, found.differences) == (2, 1, ())


def test_traces_of_crashes_are_told_and_are_no_difference(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    name = json.loads(home.ledger.read_text().splitlines()[3])["run"]
    RunFolder.create(home.runs, "not-begun")
    home.ledger.write_bytes(home.ledger.read_bytes()[:-10])
    (said,) = account(home).differences
    assert said.startswith(f"{name}: it has a record")
    assert account(home).notes == (
        "not-begun: it had not begun; the next `harness run` removes it",
        "the last line was cut off while it was written; the next `harness run` keeps what is left of it",
    )
    assert len(Books(home).recover()) == 3
    found = account(home)
    assert (found.started, found.finished, found.differences) == (2, 2, ())
    assert found.notes == (
        "line 4 keeps what is left of a line before it that was cut off while it was written",
        f"{name}: a later harness told the ledger of its end, because its own was ended just before",
    )
    monkeypatch.setenv("LEANMED_HOME", str(home.root))
    done = CliRunner().invoke(command.verify, ["--ledger"])
    assert done.exit_code == 0
    assert f"  note: {found.notes[0]}" in done.stderr


def test_a_broken_chain(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = home.ledger.read_text().splitlines(keepends=True)
    home.ledger.write_text("".join([lines[0], *lines[2:]]))
    (said,) = account(home).differences
    assert "ledger.jsonl:2: this line of the ledger does not hold the digest of the line before it" in said
    monkeypatch.setenv("LEANMED_HOME", str(home.root))
    done = CliRunner().invoke(command.verify, ["--ledger"])
    assert done.exit_code == 4
    assert "it does not fit the runs" in done.stderr


def test_the_command(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEANMED_HOME", str(home.root))
    done = CliRunner().invoke(command.verify, ["--ledger"])
    assert done.exit_code == 0
    assert "ledger: 2 runs started, 2 finished; it fits the runs" in done.stderr
    nothing = CliRunner().invoke(command.verify, [])
    assert nothing.exit_code == 2
    assert "name at least one RECORD, or say --ledger" in nothing.stderr
