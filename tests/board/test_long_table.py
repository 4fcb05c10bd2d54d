from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from harness.board.compare_plain import against_references
from harness.board.long_table import FIRST, MOST, in_two, others
from harness.board.markup import tag
from harness.board.overview import overview
from tests.board.reading import Reading
from tests.board.tables import HOSTILE, gpu_table, only_table, standings_of
from tests.standings.records import changed, record
from tests.standings.season import a_published_season


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return gpu_table(a_published_season(tmp_path_factory.mktemp("season")).document)[0]


def slugs(text: str) -> list[str]:
    return re.findall(r'<tr[^>]* data-slug="([^"]*)"', text)


def test_a_table_stands_in_one_piece_up_to_a_length_and_then_only_its_first_rows_do():
    rows = [tag("tr", str(number)) for number in range(MOST + 1)]
    assert in_two(rows[:MOST]) == (rows[:MOST], [])
    assert in_two(rows) == (rows[:FIRST], rows[FIRST:])
    assert in_two(rows[:9], most=4) == (rows[:4], rows[4:9])
    assert others(tag("thead"), [], table="overview", box="scroll") is None


@pytest.mark.parametrize("shown", [overview, against_references])
def test_both_halves_together_are_the_whole_in_order_with_the_same_notes(table: dict[str, Any], shown: Any):
    arguments = (table, "../") if shown is overview else (table, None, "../")
    whole, cut = shown(*arguments), shown(*arguments, most=4)
    assert "noscript" not in whole
    before, rest = cut.split('<noscript class="others">')
    rest, after = rest.split("</noscript>")
    assert (len(slugs(before)), len(slugs(rest))) == (4, len(table["entries"]) - 4)
    assert slugs(cut) == slugs(whole) == [row["slug"] for row in table["entries"]]
    assert after.lstrip() and whole.endswith(after)
    ids = {found["id"] for name, found in Reading(cut).elements if found.get("id")}
    assert {link[1:] for link in Reading(rest).links if link.startswith("#")} <= ids


def test_nothing_that_a_record_says_ends_the_text_or_a_row_of_it(tmp_path: Path):
    name = f"</noscript></tr>{HOSTILE}"
    hostile = [changed(record(f"e{place}"), "submission.title", name) for place in range(3)]
    text = overview(only_table(standings_of(tmp_path, *hostile))[0], "", most=1)
    assert text.count("</noscript>") == 1
    rest = text[text.index("<noscript") : text.index("</noscript>")]
    rows = rest.partition("<tbody>")[2].split("</tr>")
    assert len(rows) == 3 and all(row.lstrip().startswith("<tr data-slug=") for row in rows[:2])
    assert name not in rest and "&lt;/noscript&gt;&lt;/tr&gt;" in rest
