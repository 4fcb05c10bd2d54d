"""Ranks in a table: among entries that passed every gate, by one cost."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from harness.standings.fields import UnreadableError
from harness.standings.judged import read_judged
from harness.standings.ranking import ENERGY, TIME, Ranked, primary_cost, ranks_of


def entry(slug: str, *times: float, ranks: bool = True, energy: float | None = None) -> Any:
    runs = [
        SimpleNamespace(
            number=number,
            document={"quantities": {TIME: {"value": value}, ENERGY: {"value": energy and energy * value}}},
        )
        for number, value in enumerate(times, start=1)
    ]
    measured = {TIME: dict(enumerate(times, start=1))}
    return SimpleNamespace(slug=slug, ranks=ranks, valid=runs, measured=measured)


def test_energy_ranks_only_where_every_run_has_one():
    assert primary_cost([entry("a", 1.0, energy=5.0), entry("b", 2.0, energy=5.0)]) == ENERGY
    assert primary_cost([entry("a", 1.0, energy=5.0), entry("b", 2.0)]) == TIME
    assert primary_cost([]) == TIME


def test_entries_that_did_not_pass_take_no_rank():
    table = [entry("a", 9.0, 9.1, 9.3), entry("b", 1.0, 1.1, 1.0, ranks=False), entry("c", 3.0, 3.1, 3.0)]
    ranks, sentence = ranks_of(table, TIME)
    assert ranks == {"a": Ranked(2, 2, 2, ()), "c": Ranked(1, 1, 2, ("a",))}
    assert "2 degrees of freedom" in sentence


@pytest.mark.parametrize(
    ("table", "count", "said"),
    [
        ([entry("a", 1.0, ranks=False)], 0, "none has a rank"),
        ([entry("a", 1.0, 2.0)], 1, "nothing to rank it against"),
        ([entry("a", 1.0), entry("b", 2.0)], 0, "run numbers in common"),
    ],
)
def test_where_nothing_can_be_ranked_the_table_says_why(table, count, said):
    ranks, sentence = ranks_of(table, TIME)
    assert len(ranks) == count
    assert said in sentence


def test_an_entry_of_another_format_is_not_read():
    with pytest.raises(UnreadableError, match="its format is"):
        read_judged({"schema": "leanmed/entry/v9"})


def test_an_entry_without_a_valid_run_has_nothing_to_show():
    assert read_judged({"schema": "leanmed/entry/v1", "quality": None}) is None
