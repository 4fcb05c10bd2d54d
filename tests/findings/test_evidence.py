"""What can't be read leaves its entry out with a reason, and nothing crashes."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from harness.data.dataset import Dataset
from harness.errors import MachineLacks
from harness.findings.findings import findings as all_findings
from harness.places import Home
from harness.record import digest
from harness.record.folder import EVENTS, RECORD
from harness.spec.digest import canonical
from harness.spec.explain import findings
from harness.spec.schema import validator
from tests.findings.material import (
    BEST,
    MIDDLE,
    WORST,
    Asking,
    archives,
    edit,
    entries_in,
    named,
    publish,
)


def only_the_others(document: dict[str, Any], broken: str, reason: str, machine: Path) -> None:
    """That ``broken`` was left out with a reason that names no folder, and that the rest stands."""
    assert findings(validator("pairs"), document) == []
    assert [each["entry"] for each in document["left_out"]] == [broken]
    assert reason in document["left_out"][0]["reason"]
    assert len(document["pairs"]) == 1 and broken not in document["pairs"][0]["entries"]
    assert str(machine) not in json.dumps(document) and "/tmp" not in json.dumps(document)


def tampered(events: Path, text: str) -> None:
    """Other events, with a record that was closed over them."""
    events.write_text(text)
    record = json.loads((events.parent / RECORD).read_text())
    record["files"][EVENTS] = digest.of_file(events)
    (events.parent / RECORD).write_text(json.dumps(record))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{}\n", "holds no test predictions"),
        ("[" * 100_000, "not JSON"),
        ('{"from":"workload","event":"predicted"}', "predictions"),
    ],
)
def test_files_that_contradict_their_record_leave_their_entry_out(
    copied: Home, dataset: Dataset, tmp_path: Path, text: str, reason: str
) -> None:
    tampered(next(copied.runs.glob(f"{WORST}-*/{EVENTS}")), text)
    entries = entries_in(copied.runs)
    only_the_others(Asking(dataset).pairs(entries), named(entries, WORST).slug, reason, tmp_path)


def test_changed_files_leave_their_entry_out(copied: Home, dataset: Dataset, tmp_path: Path) -> None:
    path = next(copied.runs.glob(f"{WORST}-*/{EVENTS}"))
    path.write_text(path.read_text() + "\n")
    entries = entries_in(copied.runs)
    only_the_others(Asking(dataset).pairs(entries), named(entries, WORST).slug, "another digest", tmp_path)


@pytest.mark.parametrize("target", ["/dev/zero", None])
def test_events_that_are_no_file_leave_their_entry_out(
    copied: Home, dataset: Dataset, tmp_path: Path, target: str | None
) -> None:
    path = next(copied.runs.glob(f"{WORST}-*/{EVENTS}"))
    path.unlink()
    if target is not None:
        path.symlink_to(target)
    entries = entries_in(copied.runs)
    only_the_others(Asking(dataset).pairs(entries), named(entries, WORST).slug, "not there, or no file", tmp_path)


def test_a_folder_of_any_name_can_be_told(copied: Home, dataset: Dataset, tmp_path: Path) -> None:
    path = next(copied.runs.glob(f"{WORST}-*/{EVENTS}"))
    path.write_text("")
    path.parent.rename(path.parent.with_name(os.fsdecode(b"run-\xff")))
    entries = entries_in(copied.runs)
    found = Asking(dataset).pairs(entries)
    only_the_others(found, named(entries, WORST).slug, "run-\ufffd", tmp_path)
    assert canonical(found)


def test_a_record_that_breaks_the_schema_leaves_its_entry_out(copied: Home, dataset: Dataset, tmp_path: Path) -> None:
    edit(copied, WORST, lambda record: record.pop("files"))
    entries = entries_in(copied.runs)
    only_the_others(Asking(dataset).pairs(entries), named(entries, WORST).slug, "breaks the schema", tmp_path)


def test_a_record_that_changes_meanwhile_leaves_its_entry_out(copied: Home, dataset: Dataset, tmp_path: Path) -> None:
    entries = entries_in(copied.runs)
    edit(copied, WORST, lambda record: record.update(number=9))
    only_the_others(Asking(dataset).pairs(entries), named(entries, WORST).slug, "was changed", tmp_path)
    for path in copied.runs.glob(f"{WORST}-*/{RECORD}"):
        path.unlink()
    only_the_others(Asking(dataset).pairs(entries), named(entries, WORST).slug, "can't be read", tmp_path)


@pytest.mark.parametrize("content", [b"", b"no archive", None])
def test_an_archive_that_can_not_be_read_leaves_its_entry_out(
    three: Home, dataset: Dataset, tmp_path: Path, content: bytes | None
) -> None:
    results = publish(three, tmp_path / "results")
    path = archives(results, WORST)[1]
    path.write_bytes(path.read_bytes()[:-100] if content is None else content)
    entries = entries_in(results)
    reason = f"{path.parent.name}: its archive can't be read"
    only_the_others(Asking(dataset).pairs(entries), named(entries, WORST).slug, reason, tmp_path)


def test_without_labels_every_entry_is_left_out_and_told_once(three: Home, tmp_path: Path) -> None:
    def prepared(benchmark: str) -> Dataset:
        raise MachineLacks(f"{tmp_path} holds no {benchmark}", remedy="prepare it")

    said: list[str] = []
    ((found,)) = all_findings(entries_in(three.runs), prepared, None, said.append).values()
    assert findings(validator("pairs"), found["pairs"]) == []
    assert (found["pairs"]["pairs"], len(found["pairs"]["left_out"])) == ([], 3)
    assert {each["reason"] for each in found["pairs"]["left_out"]} == {found["claims"]["reason"]}
    assert "`harness data prepare lidc-nodules`" in found["claims"]["reason"]
    assert str(tmp_path) not in json.dumps(found)
    assert len([line for line in said if str(tmp_path) in line]) == 1


def test_runs_on_other_data_are_left_out(copied: Home, dataset: Dataset) -> None:
    for submission in (BEST, MIDDLE, WORST):
        edit(copied, submission, lambda record: record["data"].update(digest="sha256:" + "9" * 64))
    document = Asking(dataset).pairs(entries_in(copied.runs))
    assert (document["pairs"], len(document["left_out"])) == ([], 3)
    assert "not those that it was run on" in document["left_out"][0]["reason"]
