from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from harness.standings.benchmarks import known_benchmarks
from harness.standings.build import Standings, build, to_text
from harness.standings.collect import Collection, collect
from harness.standings.run import ONCE, QUANTITIES
from tests.standings.records import BENCHMARK, a_season, changed, digest, estimate, failed, record, write
from tests.standings.season import SEASON, entry_json, runs_of

SCHEMAS = Path(__file__).parents[2] / "schemas"
SCHEMA = json.loads((SCHEMAS / "standings.schema.json").read_text())
ENTRY_SCHEMA = json.loads((SCHEMAS / "standing.schema.json").read_text())
RECORD_SCHEMA = json.loads((SCHEMAS / "record.schema.json").read_text())


def standings_of(folder: Path, *documents: dict[str, Any]) -> Standings:
    return build(collect([write(folder / "runs", *documents)]), [BENCHMARK])


def only_table(standings: Standings) -> dict[str, Any]:
    (benchmark,) = standings.document["benchmarks"]
    (table,) = benchmark["tables"]
    return dict(table)


def listed(standings: Standings) -> list[dict[str, Any]]:
    """Rows that may stand in a table, each with its entry's runs in full."""
    return [row for row in rows(standings) if row["status"] in ("ranked", "provisional", "below target")]


def rows(standings: Standings) -> list[dict[str, Any]]:
    return [{**entry["row"], "runs": entry["runs"]} for entry in standings.in_full()]


def only_entry(standings: Standings) -> dict[str, Any]:
    (entry,) = standings.in_full()
    return entry


def test_the_schema_itself_is_valid():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("document", [record(), record(number=2), failed(), record(runtime="host", target=0.7)])
def test_the_invented_records_are_like_real_ones(document):
    jsonschema.Draft202012Validator(RECORD_SCHEMA).validate(document)


@pytest.mark.parametrize("documents", [[], a_season()], ids=["empty", "season"])
def test_the_document_is_what_the_schema_says(tmp_path, documents):
    (tmp_path / "runs" / "cut").mkdir(parents=True)
    (tmp_path / "runs" / "cut" / "plan.json").write_text("{}")
    (tmp_path / "runs" / "bad").mkdir()
    (tmp_path / "runs" / "bad" / "record.json").write_text("?")
    standings = standings_of(tmp_path, *documents)
    jsonschema.Draft202012Validator(SCHEMA).validate(standings.document)
    for entry in standings.in_full():
        jsonschema.Draft202012Validator(ENTRY_SCHEMA).validate(entry)
    counts = standings.document["counts"]
    assert (counts["interrupted"], counts["unreadable"]) == (1, 1)
    assert sum(counts["statuses"].values()) == counts["entries"] == len(standings.entries)


def test_the_schema_refuses_a_figure_without_value_and_reason(tmp_path):
    standings = standings_of(tmp_path, record())
    entry = only_entry(standings)
    entry["runs"][0]["quantities"]["gpu_energy"]["reason"] = None
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(ENTRY_SCHEMA).validate(entry)


def test_the_same_records_give_the_same_bytes_in_any_order(tmp_path):
    documents = a_season()
    collection = collect([write(tmp_path / "runs", *documents)])
    first = build(collection, [BENCHMARK])
    shuffled = build(Collection(runs=random.Random(1).sample(collection.runs, len(collection.runs))), [BENCHMARK])
    assert to_text(shuffled.document) == to_text(first.document)
    assert [to_text(each) for each in shuffled.in_full()] == [to_text(each) for each in first.in_full()]


def test_listed_entries_are_sorted_by_time_and_the_note_says_that_this_is_no_rank(tmp_path):
    table = only_table(standings_of(tmp_path, record("b", time=30.0), record("a", time=40.0), record("c", time=20.0)))
    assert [entry["submission"]["name"] for entry in table["entries"]] == ["c", "b", "a"]
    assert table["note"].startswith(
        "Sorted by time to predictions, entries with a rank first. No entry here passed every gate"
    )


@pytest.mark.parametrize(
    "path", ["benchmark.digest", "data.digest", "ruleset.digest", "system.id", "runtime", "device"]
)
def test_what_may_not_be_compared_stands_in_tables_of_its_own(tmp_path, path):
    other = changed(changed(record("other"), path, digest("other")), "run", "other")
    standings = standings_of(tmp_path, record(), other)
    assert sum(len(benchmark["tables"]) for benchmark in standings.document["benchmarks"]) == 2


def test_a_title_does_not_make_a_table(tmp_path):
    other = changed(record("other"), "system.title", "Another name for it")
    assert len(only_table(standings_of(tmp_path, record(), other))["entries"]) == 2


@pytest.mark.parametrize("path", ["submission.digest", "image.identity", "initialization.weights_sha256"])
def test_another_program_is_another_entry(tmp_path, path):
    other = changed(record(number=2), path, digest("other"))
    assert len(only_table(standings_of(tmp_path, record(), other))["entries"]) == 2


def later(document: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The same run made once more, on the next day."""
    return {**document, "run": f"{document['run']}-again", "started": "2026-11-24T20:00:00Z", **changes}


def test_a_failed_first_attempt_is_not_made_good_by_another_of_its_number(tmp_path):
    runs = [failed(number=1), later(record("cnn_fp32", model="cnn")), record("cnn_fp32", model="cnn", number=2)]
    (entry,) = rows(standings_of(tmp_path, *runs))
    assert entry["status"] == "failed"
    assert entry["why"] == ["Run 1 failed: the workload was ended by the kernel: out of memory at 16 GiB"]
    assert entry["summary"]["count"] == 1
    assert [(run["number"], run["counts"]) for run in entry["runs"]] == [(1, True), (1, False), (2, True)]


def test_a_run_that_was_reproduced_counts_once_and_a_failed_repetition_spoils_nothing(tmp_path):
    first = record(time=30.0)
    for again in (later(record(time=10.0)), later(record(verdict="failed"))):
        (entry,) = listed(standings_of(tmp_path / again["outcome"]["verdict"], first, again))
        assert entry["summary"]["count"] == 1
        assert entry["summary"]["quantities"]["time_to_predictions"]["value"] == 30.0
        assert [run["counts"] for run in entry["runs"]] == [True, False]


def test_a_run_that_the_machine_cut_short_does_not_count_and_the_next_of_its_number_does(tmp_path):
    cut = record(verdict="infrastructure", time=5.0)
    (entry,) = listed(standings_of(tmp_path, cut, later(record(time=30.0))))
    assert entry["summary"]["quantities"]["time_to_predictions"]["value"] == 30.0
    assert [run["counts"] for run in entry["runs"]] == [False, True]


def test_runs_of_an_entry_are_averaged_with_their_range_and_without_an_interval(tmp_path):
    runs = [record(number=n, auc=auc, time=t) for n, auc, t in ((2, 0.79, 30.0), (1, 0.77, 20.0), (3, 0.78, 40.0))]
    (entry,) = listed(standings_of(tmp_path, *runs))
    assert [run["number"] for run in entry["runs"]] == [1, 2, 3]
    summary = entry["summary"]
    assert summary["auc"]["value"] == pytest.approx(0.78)
    assert summary["auc"]["lower"] is None and summary["auc"]["reason"].startswith("mean of 3 runs")
    time = summary["quantities"]["time_to_predictions"]
    assert (time["value"], time["least"], time["most"], time["count"]) == (30.0, 20.0, 40.0, 3)
    assert summary["trivial"]["lower"] is not None, "the trivial model is the same in every run"
    assert summary["quantities"]["offline_throughput"]["count"] == 1
    assert summary["quantities"]["time_to_target"]["reason"].startswith("2 of 3 runs lack it: censored")


def test_a_simulated_run_spoils_no_entry_of_measured_ones(tmp_path):
    played = changed(record(number=2), "measurement", {"simulated": True})
    found = rows(standings_of(tmp_path, record(), played, changed(record(number=3), "measurement", None)))
    runs = {row["status"]: [run["number"] for run in row["runs"]] for row in found}
    assert runs == {"provisional": [1, 3], "not compared": [2]}


@pytest.mark.parametrize("name", sorted(ONCE))
def test_what_is_measured_once_an_entry_is_not_missing_from_the_other_runs(tmp_path, name):
    first = changed(record(), f"quantities.{name}", {"value": 3.0, "unit": QUANTITIES[name], "source": "invented"})
    others = [
        changed(record(number=n), f"quantities.{name}", {"unit": QUANTITIES[name], "reason": "held in run 1"})
        for n in (2, 3)
    ]
    (entry,) = listed(standings_of(tmp_path, first, *others))
    found = entry["summary"]["quantities"][name]
    assert (found["value"], found["count"]) == (3.0, 1)


def test_one_run_keeps_its_own_interval_and_verdict(tmp_path):
    document = record(target=0.75)
    (entry,) = listed(standings_of(tmp_path, document))
    assert entry["summary"]["auc"] == document["quality"]["auc"]
    assert entry["summary"]["gate"] == document["quality"]["gate"]


def test_the_area_within_strata_goes_along_where_there_is_one(tmp_path):
    within = {"of": "machine", "strata": 2, "cases": 500, "auc": estimate(0.61, 0.03)}
    first, second = record(number=1), record(number=2)
    first["quality"]["within"] = within
    del second["quality"]["within"]  # a record that is older than the key
    (entry,) = listed(standings_of(tmp_path, first, second))
    assert [run["quality"]["within"] for run in entry["runs"]] == [{"of": "machine", "auc": within["auc"]}, None]


def test_runs_that_were_judged_differently_are_counted(tmp_path):
    runs = [record(number=n, auc=auc, target=0.78) for n, auc in ((1, 0.77), (2, 0.79), (3, 0.8))]
    (entry,) = listed(standings_of(tmp_path, *runs))
    assert entry["summary"]["gate"] == {"verdict": "mixed", "target": 0.78, "reason": "Of 3 runs: 2 above, 1 below."}


@pytest.mark.parametrize(
    ("document", "status", "reason"),
    [
        (record(profile="smoke"), "not compared", "Profile smoke: only official runs are compared."),
        (record(profile="quick"), "not compared", "Profile quick: only official runs are compared."),
        (changed(record(), "own_seed", True), "not compared", "Run with a seed of its own instead of the ruleset's."),
        (failed(), "failed", "Run 1 failed: the workload was ended by the kernel: out of memory at 16 GiB"),
        (
            changed(record(), "measurement", {"simulated": True}),
            "not compared",
            "Its energy was played back or made up, not measured.",
        ),
        (
            changed(record(), "data.phantom", True),
            "not compared",
            "Its data are phantoms, made up to try the tool, and no patients'.",
        ),
        (
            changed(record(), "outcome", {"ended": "completed", "said": None, "verdict": "invalid", "reasons": ["W1"]}),
            "invalid",
            "Run 1 is invalid: W1",
        ),
        (
            changed(failed(), "outcome.verdict", "infrastructure"),
            "not compared",
            "Run 1 was cut short by the machine: the workload was ended by the kernel: out of memory at 16 GiB",
        ),
    ],
)
def test_what_may_not_be_compared_is_shown_with_the_reason(tmp_path, document, status, reason):
    table = only_table(standings_of(tmp_path, document))
    (row,) = table["entries"]
    assert (row["status"], row["why"]) == (status, [reason])
    assert table["note"] == "No official, valid run yet, so there is nothing to compare."


def test_a_failed_run_fails_its_entry_however_good_the_others_are(tmp_path):
    lost = changed(failed("densenet_8bit", model="densenet121", number=2), "image", record()["image"])
    (row,) = rows(standings_of(tmp_path, record(), lost))
    assert row["status"] == "failed" and row["runs"] and row["summary"]["count"] == 1


def test_a_failure_of_the_machine_does_not_fail_the_entry_but_stays_visible(tmp_path):
    lost = changed(failed("densenet_8bit", model="densenet121"), "outcome.verdict", "infrastructure")
    lost = changed(changed(lost, "image", record()["image"]), "run", "lost")
    (entry,) = listed(standings_of(tmp_path, record(), lost))
    assert sorted(run["outcome"]["verdict"] for run in entry["runs"]) == ["infrastructure", "valid"]
    assert entry["summary"]["count"] == 1


def test_a_benchmark_that_this_installation_lacks_has_no_text(tmp_path):
    other = changed(record(), "benchmark.digest", digest("another version"))
    texts = [benchmark["text"] for benchmark in standings_of(tmp_path, other).document["benchmarks"]]
    assert sorted(text is None for text in texts) == [False, True]


def test_the_installed_benchmarks_say_what_they_measure():
    (text,) = [text for text in known_benchmarks() if text.id == "lidc-nodules"]
    assert "not pathology" in text.description
    jsonschema.Draft202012Validator(SCHEMA).validate(build(Collection(), [text]).document)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (record(profile="quick", time=29.0), "Profile quick: only official runs are compared."),
        (changed(record(), "own_seed", True), "Run with a seed of its own instead of the ruleset's."),
    ],
)
def test_what_is_not_compared_has_no_ratio_to_a_run_that_is(tmp_path, document, reason):
    standings = build(collect([write(tmp_path, record("densenet_fp32"), document)]), [BENCHMARK]).document
    (table,) = standings["benchmarks"][0]["tables"]
    (row,) = [row for row in table["entries"] if row["status"] == "not compared"]
    assert row["ratios"]["float32"]["entry"] is not None
    found = row["ratios"]["float32"]["costs"]["time_to_predictions"]
    assert (found["value"], found["reason"]) == (None, f"it is not compared: {reason}")


def test_published_attempts_that_left_no_record_are_counted(tmp_path):
    made = next(each for each in SEASON if each.name == "densenet_8bit")
    documents = runs_of(made)
    results = tmp_path / "results"
    write(results / "entry", *documents)
    entry = entry_json(made, documents)
    lost = {"run": "densenet_8bit-lost", "number": 1, "verdict": "interrupted", "record": None}
    (results / "entry" / "entry.json").write_text(json.dumps({**entry, "attempts": [lost, *entry["attempts"]]}))
    standings = build(collect([results], doubt=lambda root: None), [BENCHMARK])
    assert only_entry(standings)["row"]["runs"] == {"valid": 5, "attempts": 6}
