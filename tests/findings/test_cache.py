"""Findings that were made before are taken as they were, and new ones are made only of what is new."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from harness.data.dataset import Dataset
from harness.places import Home
from tests.findings.material import BEST, MIDDLE, WORST, Asking, archives, entries_in, named, publish


def test_the_second_time_no_label_is_asked_for(three: Home, dataset: Dataset, tmp_path: Path) -> None:
    entries = entries_in(three.runs)
    first, second = (Asking(dataset, tmp_path / "cache") for _ in range(2))
    expected = Asking(dataset).all(entries)
    assert first.all(entries) == second.all(entries) == expected
    assert json.dumps(second.all(entries)) == json.dumps(expected)
    assert (len(first.asked), second.asked, second.said) == (1, [], [])
    assert first.said[0].endswith("comparing 3 pairs of entries")


def test_a_new_entry_asks_for_its_own_pairs_only(three: Home, dataset: Dataset, tmp_path: Path) -> None:
    entries = entries_in(three.runs)
    two = [named(entries, BEST), named(entries, MIDDLE)]
    Asking(dataset, tmp_path).all(two)
    later = Asking(dataset, tmp_path)
    assert later.all(entries) == Asking(dataset).all(entries)
    assert later.said[0].endswith("comparing 2 pairs of entries")


def test_damaged_findings_are_found_again(three: Home, dataset: Dataset, tmp_path: Path) -> None:
    entries = entries_in(three.runs)
    expected = Asking(dataset, tmp_path).all(entries)
    kept = {path: path.read_bytes() for path in tmp_path.iterdir()}
    for path in kept:
        path.write_bytes(b"{")
    assert Asking(dataset, tmp_path).all(entries) == expected
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == kept


def test_that_something_could_not_be_read_is_not_kept(three: Home, dataset: Dataset, tmp_path: Path) -> None:
    results = publish(three, tmp_path / "results")
    path = archives(results, WORST)[0]
    shutil.copy(path, tmp_path / "whole")
    path.write_bytes(b"")
    entries = entries_in(results)
    broken = Asking(dataset, tmp_path / "cache").one(entries)
    assert len(broken["pairs"]["left_out"]) == 1
    shutil.copy(tmp_path / "whole", path)
    assert Asking(dataset, tmp_path / "cache").one(entries) == Asking(dataset).one(entries)
