from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.board.index_page import index_page, lead_table
from harness.standings.build import build
from harness.standings.collect import Collection, collect
from tests.board.reading import Reading
from tests.board.tables import standings_of
from tests.standings.records import BENCHMARK, a_season, record, write
from tests.standings.season import a_published_season


@pytest.fixture(scope="module")
def standings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return a_published_season(tmp_path_factory.mktemp("season")).document


def page_of(standings: dict[str, Any]) -> Reading:
    page = index_page(standings, {})
    assert page.path == "index.html"
    return Reading(page.to_text())


def test_it_leads_to_every_table_and_counts(standings):
    page = page_of(standings)
    tables = [table for benchmark in standings["benchmarks"] for table in benchmark["tables"]]
    assert [link for link in page.links if link.startswith("tables/")] == [
        f"tables/{table['slug']}.html" for table in sorted(tables, key=lambda table: -len(table["entries"]))
    ]
    assert "55 runs · 18 entries · 5 ranked · 3 tables" in page.words
    assert "container · GPU · 10 entries · 5 ranked · 1 self-reported" in page.words
    assert "host, no container · CPU · 1 entry · 0 ranked · 1 self-reported" in page.words


def test_the_table_with_most_ranked_entries_leads_and_is_shown_in_full(standings):
    found = lead_table(standings)
    assert found is not None and found[1]["place"]["device"] == "cuda"
    page = page_of(standings)
    assert [each.get("data-table") for each in page.all("table")] == [found[1]["slug"]]
    assert {f"entries/{row['slug']}.html" for row in found[1]["entries"]} <= set(page.links)
    assert "How to read this page" in page.words


def test_without_ranks_the_table_with_most_entries_leads(tmp_path):
    found = lead_table(standings_of(tmp_path, *a_season()))
    assert found is not None and len(found[1]["entries"]) == 7


def test_of_equal_tables_the_first_slug_leads(standings):
    (benchmark,) = standings["benchmarks"]
    table = benchmark["tables"][0]
    twins = [{**table, "slug": slug} for slug in ("b", "a", "c")]
    found = lead_table({"benchmarks": [{**benchmark, "tables": twins}]})
    assert found is not None and found[1]["slug"] == "a"


def test_without_any_run_it_says_how_to_make_the_first():
    page = page_of(build(Collection(), [BENCHMARK]).document)
    assert "0 runs · 0 entries · 0 ranked · 0 tables" in page.words
    assert "No run yet" in page.words and not page.all("table")
    assert (
        "harness run submissions/densenet_8bit --benchmark lidc-nodules --runs 1 harness leaderboard build"
        in page.words
    )
    assert index_page(build(Collection(), []).document, {}).to_text()


def test_what_is_in_no_table_is_listed_with_the_reason(tmp_path: Path):
    folder = write(tmp_path / "runs", record())
    (folder / "<img src=x>").mkdir()
    (folder / "<img src=x>" / "plan.json").write_text("{}")
    (folder / "bad").mkdir()
    (folder / "bad" / "record.json").write_text('{"schema": "leanmed/record/v9"}')
    page = page_of(build(collect([folder]), [BENCHMARK]).document)
    assert not page.all("img")
    assert "runs/<img src=x>interrupted, or still running: the folder has no record.json" in page.words
    assert "runs/bad/record.jsonunreadable: its format is 'leanmed/record/v9'; this version reads" in page.words
    assert "1 interrupted · 1 unreadable" in page.words


def test_an_interrupted_run_is_named_as_its_plan_names_it(standings):
    lost = {"source": "runs/x", "submission": "cnn_fp32", "benchmark": "lidc-nodules", "number": 4}
    page = page_of({**standings, "interrupted": [lost, {**lost, "number": None}, {**lost, "submission": None}]})
    assert "(it was to be cnn_fp32 on lidc-nodules, run 4)" in page.words
    assert "(it was to be cnn_fp32 on lidc-nodules)" in page.words


def test_the_same_records_give_the_same_bytes_in_any_order(tmp_path):
    one = index_page(standings_of(tmp_path / "one", *a_season()), {}).to_text()
    assert index_page(standings_of(tmp_path / "two", *reversed(a_season())), {}).to_text() == one
