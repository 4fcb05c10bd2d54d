"""The statistics' benchmarks run, on little, and what they say of themselves is so."""

from __future__ import annotations

import pytest

from benchmarks.pairs_speed import milliseconds
from benchmarks.statistics_simulation import WORLDS, thresholds, understated
from benchmarks.statistics_speed import seconds


def test_every_part_of_an_entry_s_statistics_is_timed() -> None:
    assert all(taken > 0 for taken in seconds(cases=400, patients=150).values())


def test_every_part_of_a_table_s_pairs_is_timed() -> None:
    assert "all 3 pairs of 3 entries" in milliseconds(entries=3, cases=200, patients=60)


def test_patients_who_are_forgotten_make_intervals_too_narrow() -> None:
    single, paired = understated(WORLDS[0], 20)
    assert 1.1 < paired < single < 1.7


def test_what_ranks_take_is_what_was_known_beforehand() -> None:
    own, pooled = thresholds(17)
    assert own > 11
    assert pooled == pytest.approx(3.75, abs=0.02)
