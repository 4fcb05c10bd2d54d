"""A table of more entries than a browser makes elements of at once."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from tests.board.script.conftest import OpenView, head, menu, names
from tests.board.tables import HOSTILE
from tests.board.view import view_of
from tests.browser import Open

pytestmark = pytest.mark.browser
ALL = 230
LAST = "copy_229-0123456789"


@pytest.fixture(scope="module")
def long(table: dict[str, Any]) -> dict[str, Any]:
    """The season's table with copies of one entry at its end, each dearer than the one before; the last has a hostile
    title and costs least."""
    found = copy.deepcopy(table)
    entries = found["entries"]
    plain = next(entry for entry in entries if entry["submission"]["name"] == "densenet_amp")
    for place in range(len(entries), ALL):
        added = copy.deepcopy(plain)
        added["slug"] = f"copy_{place}-0123456789"
        added["submission"] |= {"name": f"copy_{place}", "title": HOSTILE if place == ALL - 1 else f"Copy {place}"}
        energy = added["summary"]["quantities"]["gpu_energy"]
        energy["value"] = 1000.0 if place == ALL - 1 else energy["value"] + place
        entries.append(added)
    return found


def test_without_scripts_every_entry_is_there_in_order(long: dict[str, Any], visit: Open, tmp_path: Path):
    seen = visit(view_of(long, tmp_path / "view.html"), scripts=False)
    rows = seen.page.locator("table.overview tbody tr")
    assert rows.count() == ALL and rows.last.is_visible()
    slugs = rows.evaluate_all("rows => rows.map(row => row.dataset.slug)")
    assert slugs == [entry["slug"] for entry in long["entries"]]
    assert seen.page.locator("p#others").inner_text() == f"The other {ALL - 50} entries of the table"
    assert rows.last.locator("th a").inner_text() == HOSTILE
    assert seen.page.locator("img").count() == 0


def test_with_scripts_only_rows_that_were_drawn_are_elements(open_view: OpenView, long: dict[str, Any]):
    page = open_view(of=long)
    assert page.locator("tr[data-slug]").count() == 50
    assert f"{ALL} of {ALL} entries shown." in page.locator(".shown").inner_text()
    page.locator('[data-action="all"]').click()
    assert len(names(page)) == ALL and page.locator("tr[data-slug]").count() == ALL


def test_a_search_finds_an_entry_that_had_no_row_and_its_name_stays_text(open_view: OpenView, long: dict[str, Any]):
    page = open_view(of=long)
    page.get_by_role("searchbox").fill("copy_229 amp")
    assert names(page) == ["copy_229"]
    row = page.locator(f'tr[data-slug="{LAST}"]')
    assert row.locator("th a").inner_text() == HOSTILE
    assert row.locator("th a").get_attribute("href") == f"entries/{LAST}.html"
    assert page.locator("img").count() == 0
    row.locator('sup a[href^="#note-"]').first.click()
    assert page.locator("li:target").is_visible()


def test_sorting_brings_it_to_the_top_in_the_chosen_columns_and_units(open_view: OpenView, long: dict[str, Any]):
    page = open_view("#columns=gpu_energy,training_time&energy=Wh&carbon=400&carbon_source=me", of=long)
    head(page, "gpu_energy").click()
    assert names(page)[0] == "copy_229" and len(names(page)) == 50
    row = page.locator(f'tr[data-slug="{LAST}"]')
    shown = row.locator(":scope > *:visible").evaluate_all("cells => cells.map(cell => cell.dataset.column ?? 'own')")
    assert shown == ["own", "name", "training_time", "gpu_energy", "own"]
    assert row.locator('[data-column="gpu_energy"] .main').inner_text().replace("\u202f", " ") == "0.278 Wh"
    assert row.locator("[data-carbon]").count() == 1


def test_a_choice_marks_it_and_a_link_to_a_state_opens_it(open_view: OpenView, long: dict[str, Any]):
    page = open_view("#search=copy_22&sort=gpu_energy&goal=cost", of=long)
    assert names(page)[0] == "copy_229"
    row = page.locator(f'tr[data-slug="{LAST}"]')
    row.locator("td.select input").check()
    page.get_by_role("searchbox").fill("copy_228")
    page.locator('tr[data-slug^="copy_228"] td.select input').check()
    link = page.locator("a.compare").get_attribute("href") or ""
    assert set(link.partition("#entries=")[2].split(",")) == {LAST, "copy_228-0123456789"}
    again = open_view("#" + page.url.partition("#")[2], of=long)
    assert names(again) == ["copy_228"] and again.locator("td.select input:checked").count() == 1


def test_an_export_holds_every_entry_whether_it_was_drawn_or_not(open_view: OpenView, long: dict[str, Any]):
    page = open_view(of=long)
    menu(page, "export")
    with page.expect_download() as started:
        page.locator('[data-action="json"]').click()
    saved = json.loads(started.value.path().read_text(encoding="utf-8"))
    assert LAST in json.dumps(saved) and len(saved["rows"]) == ALL
    assert page.locator("tr[data-slug]").count() == 50
