"""The ledger against the runs: what is gone, changed or came in beside it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.cli import verify as command
from harness.places import Home
from harness.record.folder import RECORD
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
    assert account(home).differences == (f"{name}: it has a record, and the ledger does not know that it was finished",)
    (home.runs / name / RECORD).unlink()
    found = account(home)
    assert (found.started, found.finished, found.differences) == (2, 1, ())


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
