"""The first page and a table's page in a real browser, opened from disk without a network."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from harness.board.index_page import index_page
from harness.board.table_page import table_page
from harness.standings.build import build
from harness.standings.collect import Collection
from tests.axe import violations
from tests.board.tables import HOSTILE, gpu_table, page_of
from tests.browser import Open
from tests.contrast import low_contrast
from tests.standings.records import BENCHMARK, changed, record
from tests.standings.season import a_published_season

pytestmark = pytest.mark.browser
OPEN_ALL = "document.querySelectorAll('details:not(form *)').forEach(box => { box.open = true })"
"""Menus of the toolbar lie over the page, one at a time."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the first page (index.html), a table's (table.html), and the first page without runs (new.html)."""
    folder = tmp_path_factory.mktemp("site")
    standings = a_published_season(folder / "records").document
    pages = {
        "index.html": index_page(standings, {}),
        "table.html": table_page(*gpu_table(standings), {}),
        "new.html": index_page(build(Collection(), [BENCHMARK]).document, {}),
    }
    for name, page in pages.items():
        (folder / name).write_text(page.to_text(), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("name", "scheme"),
    [
        ("index.html", "light"),
        ("index.html", "dark"),
        ("table.html", "light"),
        ("table.html", "dark"),
        ("new.html", "dark"),
    ],
)
def test_it_opens_in_silence_asks_for_nothing_and_keeps_nobody_out(visit: Open, site: Path, name: str, scheme: str):
    seen = visit(site / name, scheme=scheme)
    assert seen.console == []
    assert [url for url in seen.requests if url != "data:,"] == [(site / name).as_uri()]
    seen.page.evaluate(OPEN_ALL)
    assert violations(seen.page) == []
    assert low_contrast(seen.page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_open_menu_keeps_nobody_out(visit: Open, site: Path, scheme: str):
    page = visit(site / "table.html", scheme=scheme).page
    page.evaluate("document.querySelectorAll('details.fold, details.chooser').forEach(box => { box.open = true })")
    menus = page.locator("details.menu")
    assert menus.count() == 4
    for menu in menus.all():
        menu.locator("summary").click()
        assert menu.locator(".sheet").is_visible()
        assert violations(page) == []
        assert low_contrast(page) == []


@pytest.mark.parametrize("name", ["index.html", "table.html"])
def test_the_page_never_scrolls_sideways_but_the_table_may(visit: Open, site: Path, name: str):
    page = visit(site / name).page
    page.evaluate(OPEN_ALL)
    for width in (320, 390, 768, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") == width
        box = page.locator(".scroll.wide")
        assert box.evaluate("box => box.scrollWidth > box.clientWidth") is (width < 1200), width


def test_on_a_phone_the_names_stay_while_the_figures_scroll(visit: Open, site: Path):
    seen = visit(site / "table.html", width=390)
    seen.page.locator(".scroll.wide").evaluate("box => { box.scrollLeft = 400 }")
    name = seen.page.locator("tbody th").first.bounding_box()
    assert name is not None and 0 <= name["x"] < 40 and name["width"] < 195


def test_dark_follows_the_system(visit: Open, site: Path):
    grounds = [
        visit(site / "index.html", scheme=scheme).page.evaluate("getComputedStyle(document.body).backgroundColor")
        for scheme in ("light", "dark")
    ]
    first, second = (sum(map(int, re.findall(r"\d+", ground))) for ground in grounds)
    assert first > 600 and second < 150


def test_without_scripts_everything_is_there(visit: Open, site: Path):
    seen = visit(site / "table.html", scripts=False)
    assert seen.page.locator("table.overview tbody tr").count() == 10
    why = seen.page.locator("details.why").first
    assert not why.locator("p").first.is_visible()
    why.locator("summary").click()
    assert why.locator("p").first.is_visible()
    assert seen.page.locator("ol.notes li").first.is_visible()
    assert not seen.page.locator('td[data-column="training_time"]').first.is_visible()


def test_a_note_is_reached_with_the_keyboard(visit: Open, site: Path):
    seen = visit(site / "table.html")
    seen.page.locator("table.overview sup a").first.focus()
    seen.page.keyboard.press("Enter")
    assert seen.page.evaluate("location.hash") == "#note-1"
    assert seen.page.locator("#note-1:target").is_visible()


def test_a_note_in_a_fold_is_opened_by_its_mark(visit: Open, site: Path):
    seen = visit(site / "table.html", fragment="#more-1")
    assert seen.page.locator("#more-1").is_visible()


def test_groups_of_headings_stand_above_their_columns_when_one_is_hidden(visit: Open, site: Path):
    seen = visit(site / "table.html")
    seen.page.evaluate(
        "document.querySelectorAll('[data-column=rank]:is(th, tbody td)').forEach(e => { e.hidden = true })"
    )
    places = [
        seen.page.locator(f"thead {what}").bounding_box()
        for what in ("[data-group=Energy]", "[data-column=gpu_energy]")
    ]
    assert places[0] is not None and places[1] is not None
    assert abs(places[0]["x"] - places[1]["x"]) < 1


def test_on_paper_it_is_black_on_white_and_nothing_is_cut_off(visit: Open, site: Path):
    # A4 across, less its margins, is 273 mm: 1,032 CSS pixels.
    seen = visit(site / "table.html", width=1032, scheme="dark")
    seen.page.emulate_media(media="print")
    assert seen.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert seen.page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert seen.page.locator("table.overview").evaluate("table => table.scrollWidth") <= 1032
    assert seen.page.evaluate("document.documentElement.scrollWidth") == 1032
    assert seen.page.locator("details.why p").first.is_visible()
    assert not seen.page.locator("nav").first.is_visible()
    assert low_contrast(seen.page) == []


def test_hostile_text_does_not_run(visit: Open, tmp_path: Path):
    document = record()
    for path in ("submission.title", "submission.name", "system.title", "outcome.said", "quality.gate.reason"):
        document = changed(document, path, HOSTILE + "\u202e")
    document = changed(changed(document, "submission.efficiency", {HOSTILE: HOSTILE}), "run", "r")
    target = tmp_path / "index.html"
    target.write_text(page_of(tmp_path, document), encoding="utf-8")
    seen = visit(target, width=320)
    assert seen.dialogs == [] and seen.console == []
    assert seen.page.locator("img").count() == 0
    assert seen.page.locator("tbody th > a").inner_text() == HOSTILE + "\ufffd"
    assert seen.page.evaluate("document.documentElement.scrollWidth") == 320


def test_the_policy_stops_a_script_that_got_past_the_escaping(visit: Open, site: Path, tmp_path: Path):
    broken = tmp_path / "broken.html"
    text = (site / "table.html").read_text(encoding="utf-8")
    broken.write_text(
        text.replace("<main", "<script>alert(1)</script><img src=x onerror=alert(2)><main"), encoding="utf-8"
    )
    seen = visit(broken)
    assert seen.dialogs == []
    assert any("Content Security Policy" in line for line in seen.console)
