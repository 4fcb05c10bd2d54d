from __future__ import annotations

import json
import os

import pytest

from harness.standings.collect import LARGEST_FILE, Interrupted, Unreadable, collect
from tests.standings.records import changed, failed, record, write


def test_records_are_found_at_any_depth(tmp_path):
    write(tmp_path / "results" / "2026", record())
    write(tmp_path / "results", record("cnn_fp32", model="cnn"))
    found = collect([tmp_path / "results"])
    assert sorted(run.submission["name"] for run in found.runs) == ["cnn_fp32", "densenet_8bit"]
    assert not found.unreadable and not found.interrupted


def test_paths_are_shown_from_the_folder_that_was_searched(tmp_path):
    found = collect([write(tmp_path / "runs", record())])
    source = found.runs[0].document["source"]
    assert source == f"runs/{record()['run']}/record.json"
    assert str(tmp_path) not in json.dumps([run.document for run in found.runs])


def test_a_folder_that_is_not_there_holds_nothing(tmp_path):
    found = collect([tmp_path / "none"])
    assert (found.runs, found.interrupted, found.unreadable) == ([], [], [])


def test_the_same_run_in_two_places_counts_once(tmp_path):
    first, second = (write(tmp_path / name, record()) for name in ("results", "runs"))
    found = collect([first, second])
    assert len(found.runs) == 1 and not found.unreadable


def test_two_records_of_one_run_that_differ_are_shown(tmp_path):
    first = write(tmp_path / "results", record())
    second = write(tmp_path / "runs", changed(record(), "quality.auc.value", 0.8))
    found = collect([first, second])
    assert len(found.runs) == 1
    assert found.unreadable == [
        Unreadable(
            f"runs/{record()['run']}/record.json",
            f"it differs from the record of the same run in results/{record()['run']}/record.json",
        )
    ]


def test_a_run_without_record_is_interrupted_and_named_by_its_plan(tmp_path):
    run = tmp_path / "runs" / "r"
    run.mkdir(parents=True)
    (run / "plan.json").write_text(
        json.dumps({"submission": {"name": "cnn_fp32"}, "benchmark": {"id": "lidc-nodules"}, "number": 4})
    )
    assert collect([tmp_path / "runs"]).interrupted == [Interrupted("runs/r", "cnn_fp32", "lidc-nodules", 4)]


@pytest.mark.parametrize("plan", ["", "[]", '{"submission": 3}', "\ud800"])
def test_a_plan_that_tells_nothing_is_no_error(tmp_path, plan):
    run = tmp_path / "runs" / "r"
    run.mkdir(parents=True)
    (run / "plan.json").write_bytes(plan.encode(errors="surrogatepass"))
    assert collect([tmp_path / "runs"]).interrupted == [Interrupted("runs/r", None, None, None)]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not valid JSON"),
        (b"{", "not valid JSON"),
        (b"\xff\xfe\xfd", "not UTF-8"),
        (b"[" * 100_000, "not valid JSON"),
        (b'{"schema": ' + b"9" * 5000 + b"}", "not valid JSON"),
        (b"[]", "the document is not an object"),
        (b"{}", "schema is missing"),
        (
            b'{"schema": "leanmed/record/v9"}',
            "its format is 'leanmed/record/v9'; this version reads 'leanmed/record/v1'",
        ),
        (b'{"schema": "leanmed/record/v1"}', "outcome is missing"),
        (b" " * (LARGEST_FILE + 1), "larger than 16 MiB"),
    ],
)
def test_an_unreadable_record_is_listed_with_the_reason(tmp_path, content, reason):
    run = tmp_path / "runs" / "r"
    run.mkdir(parents=True)
    (run / "record.json").write_bytes(content)
    found = collect([tmp_path / "runs"])
    assert [each.source for each in found.unreadable] == ["runs/r/record.json"]
    assert reason in found.unreadable[0].reason


def test_a_record_that_is_no_file_is_listed(tmp_path):
    (tmp_path / "runs" / "folder" / "record.json").mkdir(parents=True)
    (tmp_path / "runs" / "pipe").mkdir()
    os.mkfifo(tmp_path / "runs" / "pipe" / "record.json")
    assert [each.reason for each in collect([tmp_path / "runs"]).unreadable] == ["it is not a file"] * 2


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("number", "one", "number is not a whole number"),
        ("outcome.verdict", "splendid", "outcome.verdict is not one of valid, failed, invalid, infrastructure"),
        ("quality.auc.value", 1e999, "quality.auc.value is not a finite number"),
        ("quality", None, "quality is not an object"),
        ("epochs", {}, "epochs is not a list"),
        ("quantities.time_to_predictions.unit", "ms", "quantities.time_to_predictions.unit is not 's'"),
        ("submission.efficiency", [], "submission.efficiency is not an object"),
        ("observed.parameters", {"float32": -1}, "observed.parameters.float32 is not a whole number"),
    ],
)
def test_a_record_with_a_wrong_part_is_unreadable_and_the_part_is_named(tmp_path, path, value, reason):
    found = collect([write(tmp_path / "runs", changed(record(), path, value))])
    assert not found.runs
    assert [each.reason for each in found.unreadable] == [reason]


def test_what_an_older_record_lacks_is_absent_with_a_reason(tmp_path):
    document = record()
    del document["quantities"]["gpu_energy"]
    run = collect([write(tmp_path / "runs", document)]).runs[0]
    assert run.document["quantities"]["gpu_energy"]["reason"] == "this record does not hold it"


def test_a_run_that_failed_before_a_profile_was_chosen_counts_as_what_was_asked_for(tmp_path):
    document = failed()
    document["profile"] = {"requested": "auto", "used": None, "why": ""}
    assert collect([write(tmp_path / "runs", document)]).runs[0].profile == "official"
