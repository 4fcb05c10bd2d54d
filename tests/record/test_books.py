"""What a crash leaves in a home is put in order by what is known, and nothing else is touched."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from harness.errors import InfrastructureFailed, InvalidInput, MachineLacks
from harness.places import Home
from harness.record import digest
from harness.record.books import Books
from harness.record.folder import RECORD, RunFolder
from harness.record.ledger import Ledger

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def begin(home: Home, run: str) -> RunFolder:
    return Books(home).begin(run, "key", {"plan.json": {"run": run}, "image.json": {}}, NOW)


def record_of(folder: RunFolder, verdict: str = "valid") -> dict[str, object]:
    return {"run": folder.root.name, "outcome": {"verdict": verdict}, "files": folder.digests()}


def told(home: Home) -> list[tuple[str, str]]:
    return [(line["event"], line["run"]) for _, line in Ledger(home.ledger).lines()]


def test_a_run_that_is_begun_and_finished(home: Home) -> None:
    folder = begin(home, "one")
    assert sorted(path.name for path in folder.root.iterdir()) == ["data", "image.json", "plan.json"]
    folder.clear_data()
    Books(home).finish(folder, record_of(folder), NOW)
    assert told(home) == [("started", "one"), ("finished", "one")]
    assert Books(home).recover() == []


def test_a_broken_ledger_begins_nothing(home: Home) -> None:
    home.ledger.write_text("nonsense\n")
    with pytest.raises(InvalidInput, match="not JSON"):
        begin(home, "one")
    assert list(home.runs.iterdir()) == []
    with pytest.raises(InvalidInput, match="not JSON"):
        Books(home).recover()


def test_a_home_that_can_not_be_written_begins_nothing(home: Home) -> None:
    home.runs.write_text("")
    with pytest.raises(
        MachineLacks, match=r"no run can be kept in .*runs/one: (File exists|Not a directory)"
    ) as caught:
        begin(home, "one")
    assert caught.value.remedy == "make it writable, or set LEANMED_HOME to another folder"
    assert not home.ledger.exists()


def test_a_run_that_had_not_begun_is_removed(home: Home) -> None:
    folder = begin(home, "one")
    home.ledger.unlink()
    assert Books(home).recover() == ["removed run one, which had not begun"]
    assert not folder.root.exists()


@pytest.mark.parametrize("name", ["events.jsonl", "record.json", "notes.txt"])
def test_what_the_ledger_does_not_know_and_holds_more_stays(home: Home, name: str) -> None:
    folder = begin(home, "one")
    home.ledger.unlink()
    folder.clear_data()
    (folder.root / name).touch()
    (home.runs / "a file").touch()
    assert Books(home).recover() == []
    assert (folder.root / name).exists()


def test_leftovers_of_an_interrupted_run_go_and_the_run_stays(home: Home, tmp_path: Path) -> None:
    folder = begin(home, "one")
    source = tmp_path / "images.npy"
    source.write_bytes(b"images")
    folder.release((source,))
    (folder.root / "events.jsonl").write_text("{}\n")
    (folder.root / "record.json.part").write_text("{")
    assert Books(home).recover() == ["removed links to data and half-written files of run one"]
    assert sorted(path.name for path in folder.root.iterdir()) == ["events.jsonl", "image.json", "plan.json"]
    assert source.read_bytes() == b"images"
    assert told(home) == [("started", "one")]


def test_a_finish_that_the_ledger_was_not_told_is_told_late(home: Home) -> None:
    folder = begin(home, "one")
    folder.clear_data()
    (folder.root / "events.jsonl").write_text("{}\n")
    sealed = folder.close(record_of(folder, "failed"))
    assert Books(home).recover() == ["run one was finished, and the ledger did not know of it yet: told it so"]
    *_, (_, line) = Ledger(home.ledger).lines()
    assert (line["event"], line["verdict"], line["record"], line["late"]) == ("finished", "failed", sealed, True)
    assert sealed == digest.of_file(folder.root / RECORD)
    assert Books(home).recover() == []


@pytest.mark.parametrize("change", ["events.jsonl", "record.json", "another run's"])
def test_a_record_that_is_not_its_folder_s_is_told_to_nobody(home: Home, change: str) -> None:
    folder = begin(home, "one")
    folder.clear_data()
    (folder.root / "events.jsonl").write_text("{}\n")
    folder.close({**record_of(folder), "run": "two" if change.startswith("another") else "one"})
    if not change.startswith("another"):
        (folder.root / change).write_text('{"at": 1}\n')
    assert Books(home).recover() == []
    assert told(home) == [("started", "one")]


def test_a_record_that_can_not_be_written_is_an_interrupted_run(home: Home) -> None:
    folder = begin(home, "one")
    # A folder can't be replaced by a file.
    (folder.root / RECORD).mkdir()
    with pytest.raises(InfrastructureFailed, match=r"run one has no record and counts as interrupted: .*one") as caught:
        Books(home).finish(folder, record_of(folder), NOW)
    assert str(caught.value.remedy).endswith("; then the same command makes the run again")
    assert told(home) == [("started", "one")]
    assert not list(home.root.rglob("*.part"))


def test_a_ledger_that_can_not_be_written_is_told_of_the_finish_later(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = begin(home, "one")
    folder.clear_data()

    def append(ledger: Ledger, event: str, run: str, **facts: object) -> None:
        raise OSError(28, os.strerror(28))

    with monkeypatch.context() as patched:
        patched.setattr(Ledger, "append", append)
        with pytest.raises(InfrastructureFailed, match="the run itself is whole") as caught:
            Books(home).finish(folder, record_of(folder), NOW)
    assert "then the same command adds the line that is missing" in str(caught.value.remedy)
    assert json.loads((folder.root / RECORD).read_text())["run"] == "one"
    assert len(Books(home).recover()) == 1
    assert told(home) == [("started", "one"), ("finished", "one")]
