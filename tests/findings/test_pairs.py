"""Which entries make a pair, that its figures are those of `harness compare`, and who can be told apart."""

from __future__ import annotations

import json
import os
import random
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from harness.claims.multiplicity import holm
from harness.cli import compare as command
from harness.data.dataset import Dataset
from harness.errors import MachineLacks
from harness.findings.findings import findings as all_findings
from harness.places import Home
from harness.record import digest
from harness.record.folder import EVENTS, RECORD
from harness.run.outcome import Ended
from harness.spec.digest import canonical
from harness.spec.explain import findings
from harness.spec.schema import validator
from tests.compare.test_compare import SIMULATED
from tests.findings.material import (
    BEST,
    MIDDLE,
    NUMBERS,
    WORST,
    Asking,
    archives,
    edit,
    entries_in,
    leave_three,
    named,
    publish,
)
from tests.reference.material import leave_run


def of(document: dict[str, Any], entries: list[Any], one: str, other: str) -> dict[str, Any]:
    slugs = {named(entries, one).slug, named(entries, other).slug}
    (found,) = [pair for pair in document["pairs"] if set(pair["entries"]) == slugs]
    return dict(found)


def test_a_pair_says_what_compare_says(three: Home, dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = entries_in(three.runs)
    document = Asking(dataset).pairs(entries)
    assert findings(validator("pairs"), document) == []
    monkeypatch.setenv("LEANMED_HOME", str(three.root))
    monkeypatch.setattr("harness.data.prepare.prepare", lambda name, home, say: dataset)
    for one, other in ((BEST, MIDDLE), (BEST, WORST), (MIDDLE, WORST)):
        ours, theirs = sorted((one, other), key=lambda name: named(entries, name).slug)
        done = CliRunner().invoke(command.compare, [ours, theirs, "--json"])
        assert done.exit_code == 0, done.output
        said = json.loads(done.stdout)
        pair = of(document, entries, one, other)
        assert (pair["runs"], pair["difference"]) == (said["runs"], said["difference"]["estimate"])
        assert pair["entries"] == [named(entries, ours).slug, named(entries, theirs).slug]


def test_who_can_be_told_apart(three: Home, dataset: Dataset) -> None:
    entries = entries_in(three.runs)
    document = Asking(dataset).pairs(entries)
    assert len(document["pairs"]) == 3
    assert [of(document, entries, BEST, other)["apart"] for other in (MIDDLE, WORST)] == [True, True]
    assert of(document, entries, MIDDLE, WORST)["apart"] is False
    adjusted = holm([pair["p"] for pair in document["pairs"]])
    assert [pair["p_holm"] for pair in document["pairs"]] == list(adjusted)


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_entries_and_runs_does_not_matter_to_the_byte(three: Home, dataset: Dataset, seed: int) -> None:
    entries = entries_in(three.runs)
    expected = canonical(Asking(dataset).all(entries))
    random.Random(seed).shuffle(entries)
    assert canonical(Asking(dataset).all(entries)) == expected


def test_published_ones_and_those_at_home_are_the_same(three: Home, dataset: Dataset, tmp_path: Path) -> None:
    expected = Asking(dataset).all(entries_in(three.runs))
    results = publish(three, tmp_path / "results")
    assert Asking(dataset).all(entries_in(results)) == expected
    assert Asking(dataset).all(entries_in(results, three.runs)) == expected
    some = publish(three, tmp_path / "some", BEST)
    assert Asking(dataset).all(entries_in(some, three.runs)) == expected


def test_runs_are_matched_by_number(home: Home, dataset: Dataset) -> None:
    for number in (1, 2, 3, 4):
        leave_run(home, dataset, number, submission=BEST, skill=3.0)
    for number in (2, 4, 5):
        leave_run(home, dataset, number, submission=WORST)
    leave_run(home, dataset, 7, submission=MIDDLE)
    found = entries_in(home.runs)
    (pair,) = Asking(dataset).pairs(found)["pairs"]
    assert pair["runs"] == [2, 4]
    for folder in home.runs.iterdir():
        if json.loads((folder / RECORD).read_text())["number"] not in (2, 4):
            shutil.rmtree(folder)
    (alone,) = Asking(dataset).pairs(entries_in(home.runs))["pairs"]
    assert pair == alone


def test_one_run_in_common_says_nothing_of_apart(home: Home, dataset: Dataset) -> None:
    leave_three(home, dataset, numbers=(1,))
    entries = entries_in(home.runs)
    document = Asking(dataset).pairs(entries)
    assert findings(validator("pairs"), document) == []
    for other in (MIDDLE, WORST):
        pair = of(document, entries, BEST, other)
        assert pair["difference"]["value"] is not None
        assert (pair["p"], pair["p_holm"], pair["apart"], pair["difference"]["lower"]) == (None, None, None, None)
        assert "can't be told from one" in pair["difference"]["reason"]


def test_who_predicts_the_same_is_not_apart(home: Home, dataset: Dataset) -> None:
    for number in NUMBERS:
        for submission in (BEST, WORST):
            leave_run(home, dataset, number, submission=submission)
    (pair,) = Asking(dataset).pairs(entries_in(home.runs))["pairs"]
    assert (pair["difference"]["value"], pair["p"], pair["apart"]) == (0.0, None, False)
    assert "exactly alike" in pair["difference"]["reason"]


@pytest.mark.parametrize(
    ("submission", "change"),
    [
        (WORST, lambda record: record.update(own_seed=True)),
        (WORST, lambda record: record["profile"].update(used="quick")),
        (WORST, lambda record: record.update(measurement=SIMULATED)),
        (WORST, lambda record: record["data"].update(phantom=True)),
        (WORST, lambda record: record["outcome"].update(verdict="invalid")),
    ],
)
def test_what_does_not_count_is_in_no_pair(copied: Home, dataset: Dataset, submission: str, change: Any) -> None:
    edit(copied, submission, change)
    entries = entries_in(copied.runs)
    document = Asking(dataset).pairs(entries)
    assert [set(pair["entries"]) for pair in document["pairs"]] == [
        {named(entries, BEST).slug, named(entries, MIDDLE).slug}
    ]
    assert document["left_out"] == []


def test_a_failed_run_is_not_paired_and_the_others_are(copied: Home, dataset: Dataset) -> None:
    leave_run(copied, dataset, 4, submission=WORST, ended=Ended.FAILED)
    leave_run(copied, dataset, 4, submission=BEST)
    found = Asking(dataset).pairs(entries_in(copied.runs))
    assert [pair["runs"] for pair in found["pairs"]] == [[1, 2, 3]] * 3


def test_other_conditions_are_another_place(copied: Home, dataset: Dataset) -> None:
    for number in NUMBERS:
        leave_run(copied, dataset, number, submission=WORST, runtime="docker")
    found = Asking(dataset).all(entries_in(copied.runs))
    assert sorted(len(each["pairs"]["pairs"]) for each in found.values()) == [0, 3]
    assert all(name == each["pairs"]["place"] == each["claims"]["place"] for name, each in found.items())


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
