"""Which entries make a pair, that its figures are those of `harness compare`, and who can be told apart."""

from __future__ import annotations

import json
import shutil
from typing import Any

import pytest
from click.testing import CliRunner

from harness.claims.multiplicity import holm
from harness.cli import compare as command
from harness.data.dataset import Dataset
from harness.places import Home
from harness.record.folder import RECORD
from harness.run.outcome import Ended
from harness.spec.explain import findings
from harness.spec.schema import validator
from tests.compare.test_compare import SIMULATED
from tests.findings.material import (
    BEST,
    MIDDLE,
    NUMBERS,
    WORST,
    Asking,
    edit,
    entries_in,
    leave_three,
    named,
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


def test_of_too_many_entries_no_pair_is_computed_and_each_says_why(
    three: Home, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.findings.pairs.MOST_ENTRIES", 2)
    entries, asking = entries_in(three.runs), Asking(dataset)
    document = asking.pairs(entries)
    assert findings(validator("pairs"), document) == []
    assert document["pairs"] == []
    assert [each["entry"] for each in document["left_out"]] == sorted(entry.slug for entry in entries)
    assert all("at most 2 entries" in each["reason"] for each in document["left_out"])
    assert not any("pairs" in line for line in asking.said)
