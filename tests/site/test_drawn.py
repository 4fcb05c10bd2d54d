"""An entry's curves: computed once, and again where anything that they follow from is another."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.data.dataset import Dataset
from harness.places import Home
from harness.record.cache import Cache
from harness.score.metrics import Settings
from harness.site import drawn as drawing
from harness.site.drawn import Drawn
from harness.standings.collect import collect
from harness.standings.entry import Entry, group
from tests.reference.material import RULESET, leave_run
from tests.run.material import tiny_dataset


class Labels:
    """As much of the site's labels as curves take."""

    def __init__(self, dataset: Dataset | None) -> None:
        self.dataset = dataset

    def maybe(self, benchmark: str) -> Dataset | None:
        return self.dataset


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return tiny_dataset(tmp_path / "data")


@pytest.fixture
def home(tmp_path: Path, dataset: Dataset) -> Home:
    home = Home(tmp_path / "home")
    for number in (1, 2):
        leave_run(home, dataset, number, submission="mlp_fp32", skill=1.0)
    return home


def entry_in(home: Home) -> Entry:
    (found,) = group(collect([home.runs]).runs)
    return found


def drawn_by(home: Home, dataset: Dataset | None) -> Drawn:
    cache = Cache(home.cache / "curves", pytest.fail)
    return Drawn(Labels(dataset), Settings.of(RULESET.statistics), cache)  # type: ignore[arg-type]


def test_the_second_time_no_raw_file_is_read(home: Home, dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    first = drawn_by(home, dataset).curves(entry_in(home))
    assert sorted(first["runs"]) == sorted(run.id for run in entry_in(home).runs)
    monkeypatch.setattr(drawing, "document", lambda *_: pytest.fail("it was computed again"))
    assert drawn_by(home, dataset).curves(entry_in(home)) == first


def test_other_data_and_another_run_are_computed_anew(home: Home, dataset: Dataset) -> None:
    with_labels = drawn_by(home, dataset).curves(entry_in(home))
    without = drawn_by(home, None).curves(entry_in(home))
    assert with_labels["entry"] != without["entry"]
    leave_run(home, dataset, 3, submission="mlp_fp32", skill=1.0)
    assert len(drawn_by(home, dataset).curves(entry_in(home))["runs"]) == 3


def test_raw_files_that_contradict_the_record_have_a_reason_that_names_no_folder(home: Home, dataset: Dataset) -> None:
    (path, *_) = sorted(home.runs.rglob("events.jsonl"))
    path.write_bytes(b"")
    found = drawn_by(home, dataset).curves(entry_in(home))
    assert "harness verify" in found["reason"] and str(home.root) not in found["reason"]
