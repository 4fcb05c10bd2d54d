"""Verifying: what a harness wrote holds, and whatever is changed afterwards is found and named."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from harness.cli import verify as command
from harness.data.dataset import Dataset
from harness.errors import InvalidInput
from harness.meter.trace import TRACE
from harness.places import Home
from harness.protocol import decode_predictions, encode_predictions
from harness.record import digest
from harness.record.folder import EVENTS, IMAGE, LOG, PLAN, RECORD, SYSTEM, text_of
from harness.run.plan import Plan
from harness.spec.load import benchmark_of
from harness.verify import record as verifying
from harness.verify.record import Verification, verify, verify_folder
from tests.run.material import plan, run_stub, tiny_dataset
from tests.run.test_metered import replayed

Change = Callable[[dict[str, Any]], None]
FAILURES = (
    *("fail-refused", "nan", "few-predictions", "skip-seq", "exit-0", "early-trained", "not-json", "event-after-done"),
    *("fits-too-much", "noise", "lies-about-latency", "epoch-0"),
)


def tiny() -> Plan:
    """A plan whose benchmark is in every way the tiny data set's own."""
    made = plan()
    return replace(made, benchmark=benchmark_of(made.benchmark.document))


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return tiny_dataset(tmp_path / "data")


@pytest.fixture(autouse=True)
def tiny_is_the_benchmark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "load_benchmark", lambda name: tiny().benchmark)


@pytest.fixture
def root(tmp_path: Path, dataset: Dataset) -> Path:
    """A finished run in a home."""
    (tmp_path / "home").mkdir()
    done, _ = run_stub(Home(tmp_path / "home"), dataset, "good", tiny())
    return done.folder.root


def forge(root: Path, name: str, text: str) -> None:
    """Change a raw file and put its new digest into the record and the record's into the ledger, as a careful forger
    would."""
    (root / name).write_text(text)
    record = json.loads((root / RECORD).read_text())
    record["files"][name] = digest.of_file(root / name)
    seal(root, record)


def seal(root: Path, record: dict[str, Any]) -> None:
    (root / RECORD).write_text(text_of(record))
    ledger = root.parent.parent / "ledger.jsonl"
    first, last = ledger.read_text().splitlines()
    line = {**json.loads(last), "record": digest.of_file(root / RECORD)}
    ledger.write_text(f"{first}\n{json.dumps(line, separators=(',', ':'))}\n")


def forge_line(root: Path, which: Callable[[dict[str, Any]], bool], change: Change) -> None:
    """Change the first line of the journal for which ``which`` holds."""
    lines = [json.loads(line) for line in (root / EVENTS).read_text().splitlines()]
    change(next(line for line in lines if which(line)))
    forge(root, EVENTS, "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))


def said(verification: Verification) -> str:
    assert not verification.holds
    return "\n".join(verification.differences)


def test_what_a_harness_wrote_holds(root: Path, dataset: Dataset) -> None:
    assert verify(root, dataset) == Verification(root.name, (), ())


@pytest.mark.parametrize("behaviour", FAILURES)
def test_so_does_what_it_wrote_of_a_run_that_failed(tmp_path: Path, dataset: Dataset, behaviour: str) -> None:
    (tmp_path / "home").mkdir()
    done, _ = run_stub(Home(tmp_path / "home"), dataset, behaviour, tiny())
    assert verify(done.folder.root, dataset).differences == ()


def test_another_machine_may_add_up_in_another_order(root: Path, dataset: Dataset) -> None:
    record = json.loads((root / RECORD).read_text())
    record["quality"]["auc"]["value"] += 1e-13
    seal(root, record)
    assert verify(root, dataset).holds
    record["quality"]["auc"]["value"] += 1e-6
    seal(root, record)
    assert "quality.auc.value" in said(verify(root, dataset))


def test_a_changed_byte_in_any_file_is_found(tmp_path: Path, dataset: Dataset) -> None:
    (tmp_path / "home").mkdir()
    done, _ = run_stub(Home(tmp_path / "home"), dataset, "good", tiny(), replayed())
    root, draw = done.folder.root, random.Random(0)
    names = {path.name for path in root.iterdir()}
    assert names == {RECORD, PLAN, EVENTS, SYSTEM, IMAGE, LOG, TRACE}
    for path in sorted(root.iterdir()):
        whole = path.read_bytes()
        path.write_bytes(whole + b"\0")
        assert path.name in said(verify_folder(root, lambda name: dataset))
        for at in {0, len(whole) - 1, *draw.sample(range(len(whole)), min(25, len(whole)))} if whole else ():
            changed = bytearray(whole)
            changed[at] ^= 1 << draw.randrange(8)
            path.write_bytes(bytes(changed))
            assert path.name in said(verify_folder(root, lambda name: dataset)), f"{path.name}, byte {at}"
        path.write_bytes(whole)
    assert verify(root, dataset).holds


@pytest.mark.parametrize("name", [RECORD, PLAN, "image.json", "system.json"])
def test_bytes_that_mean_nothing_to_json_are_found(root: Path, dataset: Dataset, name: str) -> None:
    whole = (root / name).read_bytes()
    for changed in (
        whole + b"\n",
        whole[:-1],
        whole.replace(b"  ", b" ", 1),
        whole.replace(b": ", b":", 1),
        b" " + whole,
    ):
        (root / name).write_bytes(changed)
        assert name in said(verify(root, dataset))


def test_every_figure_of_the_record_is_computed_again(root: Path, dataset: Dataset) -> None:
    whole = json.loads((root / RECORD).read_text())
    for path, change in list(leaves(whole))[::4]:
        record = json.loads((root / RECORD).read_text())
        place = record
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = change
        (root / RECORD).write_text(text_of(record))
        assert verify(root, dataset).differences, path
        (root / RECORD).write_text(text_of(whole))


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Any:
    """Every number of a document with another one for its place."""
    if isinstance(value, dict | list):
        for key, below in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(below, (*path, key))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path, value + 1


def test_better_predictions_are_found_although_their_digests_fit(root: Path, dataset: Dataset) -> None:
    def improve(line: dict[str, Any]) -> None:
        values = decode_predictions(line["predictions"], line["images"])
        labels = dataset.test_labels()
        better = [0.9 if label else value for value, label in zip(values, labels, strict=False)]
        line["predictions"] = encode_predictions(tuple(better))

    forge_line(root, lambda line: line.get("event") == "predicted", improve)
    assert "record.json says quality.auc.value is" in said(verify(root, dataset))


def test_a_faster_clock_is_found(root: Path, dataset: Dataset) -> None:
    def earlier(line: dict[str, Any]) -> None:
        line["at"] = round(line["at"] - 0.00001, 6)

    forge_line(root, lambda line: line.get("event") == "predicted", earlier)
    assert "record.json says quantities.time_to_predictions.value is" in said(verify(root, dataset))


def test_a_workload_s_clock_that_runs_backwards_is_found(root: Path, dataset: Dataset) -> None:
    def back(line: dict[str, Any]) -> None:
        line["clock"] -= 60

    forge_line(root, lambda line: line.get("event") == "trained", back)
    assert "s behind that of the event before it: time runs backwards" in said(verify(root, dataset))


def test_events_that_changed_places_are_found(root: Path, dataset: Dataset) -> None:
    def swap(line: dict[str, Any]) -> None:
        line["seq"] = 0

    forge_line(root, lambda line: line.get("event") == "epoch", swap)
    assert "`epoch` has seq 0, 2 was due" in said(verify(root, dataset))


def test_an_answer_from_before_its_command_is_found(root: Path, dataset: Dataset) -> None:
    def early(line: dict[str, Any]) -> None:
        line["at"] -= 1

    forge_line(root, lambda line: line.get("event") == "predicted", early)
    assert "`predicted` came before `predict` was sent, to which it would be the answer" in said(verify(root, dataset))


def test_a_score_that_the_labels_do_not_give_is_found(root: Path, dataset: Dataset) -> None:
    def flatter(line: dict[str, Any]) -> None:
        line["auc"] = 0.99

    forge_line(root, lambda line: line.get("command") in ("scored", "stop") and "auc" in line, flatter)
    assert "`scored` is not as these rules and labels have it (auc)" in said(verify(root, dataset))


def test_lines_that_are_gone_or_of_another_version_are_found(root: Path, dataset: Dataset) -> None:
    lines = (root / EVENTS).read_text().splitlines(keepends=True)
    forge(root, EVENTS, "".join(line for line in lines if '"go 1"' not in line))
    assert "events.jsonl" in said(verify(root, dataset))
    forge(root, EVENTS, "".join(line for line in lines if '"fact":"end"' not in line))
    assert "it is of an older version, or was cut" in said(verify(root, dataset))
    forge(root, EVENTS, "[]\n")
    assert "line 1 is no line of a journal" in said(verify(root, dataset))


def test_easier_rules_and_another_seed_are_found(root: Path, dataset: Dataset) -> None:
    document = json.loads((root / PLAN).read_text())
    document["ruleset"]["checks"] = []
    document["own_seed"] = False
    forge(root, PLAN, text_of(document))
    words = said(verify(root, dataset))
    assert "made under other rules than today's v1" in words
    assert "its seed, 7, is not the one that the rules give run 1" in words
    assert "the key is not that of the rest of the plan" in words


def test_the_ledger_must_know_the_run(root: Path, dataset: Dataset) -> None:
    ledger = root.parent.parent / "ledger.jsonl"
    first, last = ledger.read_text().splitlines(keepends=True)
    ledger.write_text(first)
    assert "the ledger knows of this run: started; due are started, finished" in said(verify(root, dataset))
    ledger.write_text(first.replace("started", "startex") + last)
    assert "does not hold the digest of the line before it" in said(verify(root, dataset))
    ledger.unlink()
    assert verify(root, dataset).notes == ("the run does not lie in a home folder, so that no ledger could be asked",)


def test_a_folder_that_is_no_finished_run(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="can't be read: there is no such file"):
        verify_folder(tmp_path, lambda name: pytest.fail("there is nothing to verify"))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{}", "record.json is no record: KeyError"),
        ("[1]", "record.json is no record: TypeError"),
        ("{", "record.json is no record: JSONDecodeError"),
        ("[" * 100_000, "record.json is no record: RecursionError"),
        ('{"benchmark": {"id": "lidc-nodulez"}}', 'record.json is of "lidc-nodulez", which is no benchmark'),
    ],
)
def test_a_damaged_record_is_not_verified(root: Path, text: str, why: str) -> None:
    (root / RECORD).write_text(text)
    found = verify_folder(root, lambda name: pytest.fail("nobody knows which data"))
    assert why in said(found)


def test_links_folders_and_left_parts_are_named(root: Path, dataset: Dataset) -> None:
    (root / "workload.log").rename(root.parent / "elsewhere")
    (root / "workload.log").symlink_to(root.parent / "elsewhere")
    (root / "data").mkdir()
    (root / "record.json.part").touch()
    assert verify(root, dataset).differences == (
        "data is nothing that a finished run leaves",
        "record.json.part is nothing that a finished run leaves",
        "workload.log is a link: what it leads to may be another file tomorrow",
    )


def test_missing_files_are_named(root: Path, dataset: Dataset) -> None:
    for path in sorted(root.iterdir()):
        content = path.read_bytes()
        path.unlink()
        if path.name == RECORD:
            with pytest.raises(InvalidInput):
                verify_folder(root, lambda name: dataset)
        else:
            assert f"{path.name} is missing" in said(verify(root, dataset))
        path.write_bytes(content)


def test_whatever_stands_in_the_journal_is_a_difference_and_no_crash(root: Path, dataset: Dataset) -> None:
    """A careful forger's digests fit; each value of the journal is replaced by something of another kind."""
    draw = random.Random(1)
    lines = [json.loads(line) for line in (root / EVENTS).read_text().splitlines()]
    odd: tuple[Any, ...] = (None, [], {}, "", -1, 1e308, True, "9" * 400)
    for number, line in enumerate(lines):
        key = draw.choice(sorted(line))
        changed = [*lines[:number], {**line, key: draw.choice(odd)}, *lines[number + 1 :]]
        (root / EVENTS).write_text("".join(json.dumps(each) + "\n" for each in changed))
        assert f"{EVENTS} was changed" in said(verify(root, dataset)), (number, key)


def test_labels_that_were_changed_are_found(root: Path, dataset: Dataset) -> None:
    path = dataset.root / "host" / "test_labels.npy"
    content = bytearray(path.read_bytes())
    content[-len(dataset.test_labels())] ^= 1
    path.write_bytes(bytes(content))
    assert "quality.auc.value" in said(verify(root, dataset))


def test_the_command(root: Path, dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEANMED_HOME", str(root.parent.parent))
    monkeypatch.setattr("harness.data.prepare.prepare", lambda name, home, say: dataset)
    good = CliRunner().invoke(command.verify, [root.name, str(root), "--json"])
    assert good.exit_code == 0, good.output
    assert [row["verified"] for row in json.loads(good.stdout)] == [True, True]
    (root / "workload.log").write_text("something else")
    bad = CliRunner().invoke(command.verify, [str(root)])
    assert bad.exit_code == 4
    assert "not verified, 1 difference" in bad.stderr
    assert "workload.log was changed" in bad.stderr
    (root / RECORD).write_text("{")
    assert CliRunner().invoke(command.verify, [str(root)]).exit_code == 4
