"""One finding for each place, whatever order and wherever its entries come from."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from harness.data.dataset import Dataset
from harness.places import Home
from harness.spec.digest import canonical
from tests.findings.material import (
    BEST,
    NUMBERS,
    WORST,
    Asking,
    entries_in,
    publish,
)
from tests.reference.material import leave_run


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


def test_other_conditions_are_another_place(copied: Home, dataset: Dataset) -> None:
    for number in NUMBERS:
        leave_run(copied, dataset, number, submission=WORST, runtime="docker")
    found = Asking(dataset).all(entries_in(copied.runs))
    assert sorted(len(each["pairs"]["pairs"]) for each in found.values()) == [0, 3]
    assert all(name == each["pairs"]["place"] == each["claims"]["place"] for name, each in found.items())
