"""The paper's claims over published entries and those at home: the answers, and the entries behind them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.data.dataset import Dataset
from harness.findings.claims import claims_of
from harness.findings.evidence import Evidence, Labels
from harness.places import Home
from harness.record.cache import Cache
from harness.record.folder import EVENTS, RECORD
from harness.reference.evidence import scores_of
from harness.run.outcome import Ended
from harness.spec.explain import findings
from harness.spec.model import Benchmark
from harness.spec.schema import validator
from harness.standings.entry import Entry
from tests.claims.material import OPEN, asked, leave_entry
from tests.claims.test_claims import HIGH, LOW, MEMORY, TIME
from tests.findings.material import Asking, entries_in, named, publish
from tests.reference.material import RULESET

FP32, AMP = "densenet_fp32", "densenet_amp"
OTHER_IMAGE = {"kind": "host", "identity": "sha256:" + "3" * 64}


def said(entries: Sequence[Entry], dataset: Dataset, benchmark: Benchmark | None = OPEN) -> dict[str, Any]:
    def quiet(line: str) -> None:
        pass

    files = Evidence(entries[0].place, Labels(lambda name: dataset, quiet))
    found = claims_of(entries, benchmark, RULESET, files, Cache(None, quiet), quiet)
    assert findings(validator("claims", "place"), found) == []
    return found


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, dataset: Dataset) -> Home:
    """What C1 compares, whole; no test changes it."""
    home = Home(tmp_path_factory.mktemp("both"))
    for name, values in ((FP32, HIGH), (AMP, LOW)):
        leave_entry(home, dataset, name, costs={MEMORY: values, TIME: values})
    return home


def test_the_answers_are_those_of_the_command(both: Home, dataset: Dataset) -> None:
    entries = entries_in(both.runs)
    found = said(entries, dataset)
    (group,) = asked(both, dataset).to_json()["groups"]
    assert found["conditions"] == group["conditions"]
    without = [
        {**claim, "parts": [{name: part[name] for name in part if name != "entries"} for part in claim["parts"]]}
        for claim in found["claims"]
    ]
    assert without == group["claims"]
    assert found["claims"][0]["verdict"] == "supported"
    assert (found["reason"], found["left_out"]) == (None, [])


def test_the_entries_behind_each_part_are_named(both: Home, dataset: Dataset) -> None:
    entries = entries_in(both.runs)
    parts = said(entries, dataset)["claims"][0]["parts"]
    assert [part["entries"] for part in parts] == [[named(entries, AMP).slug, named(entries, FP32).slug]] * 3
    alone = said([named(entries, AMP)], dataset)["claims"][0]
    assert alone["verdict"] == "undecided"
    assert [part["entries"] for part in alone["parts"]] == [[named(entries, AMP).slug]] * 3


def test_one_published_and_the_other_at_home_answer_together(both: Home, dataset: Dataset, tmp_path: Path) -> None:
    results = publish(both, tmp_path / "results", FP32)
    assert said(entries_in(results, both.runs), dataset) == said(entries_in(both.runs), dataset)


def test_of_several_entries_of_one_name_the_one_with_most_runs_then_the_latest(
    both: Home, home: Home, dataset: Dataset, tmp_path: Path
) -> None:
    results = publish(both, tmp_path / "results")
    leave_entry(
        home, dataset, AMP, numbers=(1, 2, 3, 4), image=OTHER_IMAGE, minute=99, costs={MEMORY: HIGH, TIME: HIGH}
    )
    entries = entries_in(results, home.runs)
    published = named(entries_in(results), AMP)
    (own,) = [one for one in entries if one.first.submission["name"] == AMP and one.slug != published.slug]
    assert said(entries, dataset)["claims"][0]["parts"][0]["entries"][0] == published.slug
    leave_entry(home, dataset, AMP, numbers=(5,), image=OTHER_IMAGE, minute=99, costs={MEMORY: HIGH, TIME: HIGH})
    found = said(entries_in(results, home.runs), dataset)
    assert found["claims"][0]["parts"][0]["entries"][0] == own.slug
    assert found["claims"][0]["verdict"] != "supported"
    assert found == said(list(reversed(entries_in(results, home.runs))), dataset)


def test_a_failed_run_fails_the_entry(home: Home, dataset: Dataset) -> None:
    leave_entry(home, dataset, AMP, numbers=(1, 2), costs={MEMORY: LOW, TIME: LOW})
    leave_entry(home, dataset, AMP, numbers=(3,), ended=Ended.FAILED)
    missing = said(entries_in(home.runs), dataset)["claims"][0]["missing"]
    assert missing[0] == {"submission": AMP, "runs": [4, 5], "failed": [3]}


def test_an_entry_that_can_not_be_read_is_left_out(both: Home, dataset: Dataset, tmp_path: Path) -> None:
    results = publish(both, tmp_path / "results")
    path = next(results.glob(f"lidc-nodules/{AMP}-*/raw.tar.xz"))
    path.write_bytes(b"")
    entries = entries_in(results)
    found = said(entries, dataset)
    assert [each["entry"] for each in found["left_out"]] == [named(entries, AMP).slug]
    assert found["claims"][0]["verdict"] == "undecided"
    assert [part["entries"] for part in found["claims"][0]["parts"]] == [[named(entries, FP32).slug]] * 3
    assert str(tmp_path) not in json.dumps(found)


def test_a_model_that_the_benchmark_does_not_have_is_none_that_a_claim_means(home: Home, dataset: Dataset) -> None:
    leave_entry(home, dataset, AMP, numbers=(1, 2))
    for path in home.runs.glob(f"*/{RECORD}"):
        record = json.loads(path.read_text())
        record["submission"]["model"] = "some_other_model"
        path.write_text(json.dumps(record))
    found = said(entries_in(home.runs), dataset)
    assert [part["entries"] for part in found["claims"][0]["parts"]] == [[]] * 3


@pytest.mark.parametrize(
    ("division", "benchmark", "reason"),
    [
        ("open", OPEN, "closed division"),
        ("closed", None, "no such benchmark"),
        ("closed", replace(OPEN, digest="sha256:" + "5" * 64), "another version of the benchmark"),
    ],
)
def test_where_no_claim_can_be_asked_it_is_said_why(
    both: Home, dataset: Dataset, division: str, benchmark: Benchmark | None, reason: str
) -> None:
    entries = [replace(entry, place=replace(entry.place, division=division)) for entry in entries_in(both.runs)]
    found = said(entries, dataset, benchmark)
    assert found["claims"] == [] and reason in found["reason"]


def test_entries_that_no_claim_names_need_no_labels(home: Home, dataset: Dataset) -> None:
    leave_entry(home, dataset, "cnn_fp32", numbers=(1, 2))
    asking = Asking(dataset)
    found = asking.one(entries_in(home.runs))["claims"]
    assert findings(validator("claims", "place"), found) == []
    assert asking.asked == []
    assert found["claims"][0]["verdict"] == "undecided"
    assert found["claims"][0]["command"].startswith("harness run submissions/densenet_amp")


def test_scores_of_an_entry_are_read_once(both: Home, dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def counting(folder: Any, record: Any, data: Dataset) -> Any:
        read.append(folder.root.name)
        return scores_of(folder, record, data)

    monkeypatch.setattr("harness.findings.evidence.scores_of", counting)
    Asking(dataset).one(entries_in(both.runs))
    assert sorted(read) == sorted(path.parent.name for path in both.runs.glob(f"*/{EVENTS}"))
