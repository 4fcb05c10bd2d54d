"""What an entry is called in its table, seen over a whole invented season."""

from __future__ import annotations

from typing import Any

import pytest

from harness.standings.build import Standings
from harness.standings.status import STATUSES
from tests.standings.season import SEASON, a_published_season


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory) -> Standings:
    return a_published_season(tmp_path_factory.mktemp("season"))


def rows_on(season: Standings, device: str) -> dict[str, dict[str, Any]]:
    tables = [table for each in season.document["benchmarks"] for table in each["tables"]]
    return {
        row["submission"]["name"]: row
        for table in tables
        if table["place"]["device"] == device
        for row in table["entries"]
    }


def test_everything_that_was_invented_can_be_read(season):
    assert season.document["unreadable"] == []


def test_published_entries_are_called_by_their_gates(season):
    found = {name: row["status"] for name, row in rows_on(season, "cuda").items()}
    assert found == {
        "densenet_fp32": "ranked",
        "densenet_tf32": "ranked",
        "densenet_8bit": "ranked",
        "densenet_amp": "ranked",
        "cnn_fp32": "ranked",
        "densenet_actq8": "provisional",
        "cnn_8bit": "provisional",
        "mlp_fp32": "below target",
        "densenet_8bit_half": "below target",
        "cnn_gradq8": "failed",
    }


def test_only_a_ranked_entry_needs_no_reason(season):
    for row in rows_on(season, "cuda").values():
        assert (row["status"] == "ranked") == (row["why"] == []) == (row["rank"] is not None)


def test_what_was_published_says_why_it_has_no_rank(season):
    published = {made.name: list(made.unranked) for made in SEASON}
    found = {name: row["why"] for name, row in rows_on(season, "cuda").items() if row["judged"] is not None}
    assert found == published


def test_an_unpublished_run_is_provisional_and_says_what_was_not_asked(season):
    row = rows_on(season, "cpu")["densenet_8bit"]
    assert row["status"] == "provisional"
    assert row["why"] == ["Its run is not published, so the gates that need all runs together were not asked."]


def test_entries_stand_by_status_and_then_by_what_they_cost(season):
    for each in season.document["benchmarks"]:
        for table in each["tables"]:
            order = [STATUSES.index(row["status"]) for row in table["entries"]]
            assert order == sorted(order)
            ranked = [row for row in table["entries"] if row["status"] == "ranked"]
            costs = [row["summary"]["quantities"][table["sorted_by"]]["value"] for row in ranked]
            assert costs == sorted(costs)


def test_the_ranks_say_which_entries_surely_cost_more(season):
    rows = rows_on(season, "cuda")
    slugs = {row["slug"]: name for name, row in rows.items()}
    beaten = {name: {slugs[slug] for slug in row["cheaper_than"]} for name, row in rows.items()}
    assert beaten["cnn_fp32"] == {"densenet_fp32", "densenet_tf32", "densenet_8bit", "densenet_amp"}
    assert "cnn_fp32" not in set().union(*beaten.values())
    for name, row in rows.items():
        if row["rank"] is not None:
            assert row["rank"]["worst"] == row["rank"]["of"] - len(beaten[name])
