"""The plots in a real browser: reached by keyboard, and without a script."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from harness.board.frame import Page
from harness.board.markup import join
from harness.board.pareto import pareto_plots
from harness.board.table_page import table_page
from tests.axe import violations
from tests.browser import Open
from tests.standings.season import a_published_season

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pareto")
    table = a_published_season(folder / "season").document["benchmarks"][0]["tables"][0]
    shown = Page("p.html", "Plots", "Plots", join(pareto_plots(table, "")), styles=("base.css", "pareto.css"))
    (folder / "p.html").write_text(shown.to_text(), encoding="utf-8")
    return folder / "p.html"


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_plots_are_accessible_silent_and_in_the_page(visit: Open, page: Path, scheme: str, width: int):
    seen = visit(page, scheme=scheme, width=width)
    assert violations(seen.page) == [] and seen.console == []
    assert seen.page.evaluate("document.documentElement.scrollWidth") == width


def test_the_keyboard_walks_the_points_from_cheap_to_dear_with_a_ring(visit: Open, page: Path):
    seen = visit(page, scripts=False)
    seen.page.keyboard.press("Tab")
    seen.page.keyboard.press("Tab")
    names = []
    for _ in range(9):
        seen.page.keyboard.press("Tab")
        point = seen.page.locator("svg.plot a:focus")
        names.append((point.get_attribute("href") or "").split("/")[-1].rpartition("-")[0])
        assert point.locator(".hit").evaluate("mark => getComputedStyle(mark).strokeWidth") == "2.5px"
    assert names[:3] == ["mlp_fp32", "cnn_fp32", "cnn_8bit"] and names[-1] == "densenet_actq8"


def test_a_point_leads_to_its_entry_and_grows_under_the_pointer(visit: Open, page: Path):
    entries = page.parent / "entries"
    entries.mkdir()
    (entries / "mlp_fp32-e32020e4de.html").write_text("<title>there</title>", encoding="utf-8")
    seen = visit(page)
    point = seen.page.locator("svg.plot").first.locator("g[data-slug^=mlp_fp32] a")
    point.hover()
    expect(point.locator(".dot")).to_have_css("transform", "matrix(1.5, 0, 0, 1.5, 0, 0)")
    point.click()
    assert seen.page.title() == "there"


def test_points_of_entries_that_a_filter_took_away_are_dimmed(visit: Open, tmp_path: Path):
    benchmark = a_published_season(tmp_path / "season").document["benchmarks"][0]
    table = benchmark["tables"][0]
    page = table_page(table, benchmark, {})
    (tmp_path / "p.html").write_text(page.to_text(), encoding="utf-8")
    seen = visit(tmp_path / "p.html")
    dimmed = seen.page.locator("g[data-dimmed]")
    assert dimmed.count() == 0
    points, densenets = (seen.page.locator(f"svg.pareto g[data-slug{which}]").count() for which in ("", "^=densenet"))
    seen.page.get_by_role("searchbox").fill("densenet")
    expect(dimmed).to_have_count(points - densenets)
    assert dimmed.first.evaluate("point => getComputedStyle(point).opacity") == "0.15"
    seen.page.get_by_role("searchbox").fill("")
    expect(dimmed).to_have_count(0)
    assert seen.console == []
