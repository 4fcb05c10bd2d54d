"""The page in a real browser, opened from disk without a network."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from harness.board.page import render
from harness.standings.build import build
from harness.standings.collect import collect
from tests.browser import Open
from tests.standings.records import BENCHMARK, a_season, changed, record, write

pytestmark = pytest.mark.browser
CONTRAST = """() => {
  const channel = v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const parse = c => c.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const ground = e => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] === 1) return c;
    }
    return [255, 255, 255];
  };
  const low = [];
  for (const e of document.querySelectorAll("body *:not(script)")) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!own) continue;
    const style = getComputedStyle(e);
    const ink = e.namespaceURI.endsWith("svg") ? style.fill : style.color;
    const [a, b] = [light(parse(ink)), light(ground(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) low.push(`${e.tagName}.${e.getAttribute("class")} ${ratio.toFixed(2)}`);
  }
  return [...new Set(low)];
}"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("board")
    standings = build(collect([write(folder / "runs", *a_season())]), [BENCHMARK])
    (folder / "index.html").write_text(render(standings), encoding="utf-8")
    return folder / "index.html"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_opens_from_disk_in_silence_and_asks_for_nothing(visit: Open, page: Path, scheme: str):
    seen = visit(page, scheme=scheme)
    assert seen.page.title() == "LeanMed leaderboard"
    assert seen.console == []
    assert [url for url in seen.requests if url != "data:,"] == [page.as_uri()]


@pytest.mark.parametrize("width", [320, 375, 768, 1280, 1920])
def test_the_page_never_scrolls_sideways_but_a_table_may(visit: Open, page: Path, width: int):
    seen = visit(page, width=width)
    seen.page.evaluate("document.querySelectorAll('details').forEach(box => { box.open = true })")
    assert seen.page.evaluate("document.documentElement.scrollWidth") == width
    table = seen.page.locator(".scroll").first
    assert table.evaluate("box => box.scrollWidth > box.clientWidth") is (width < 1200)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_is_readable_against_its_ground(visit: Open, page: Path, scheme: str):
    seen = visit(page, scheme=scheme)
    seen.page.evaluate("document.querySelectorAll('details').forEach(box => { box.open = true })")
    assert seen.page.evaluate(CONTRAST) == []


def test_dark_follows_the_system(visit: Open, page: Path):
    grounds = [
        visit(page, scheme=scheme).page.evaluate("getComputedStyle(document.body).backgroundColor")
        for scheme in ("light", "dark")
    ]
    first, second = (sum(map(int, re.findall(r"\d+", ground))) for ground in grounds)
    assert first > 600 and second < 150


def test_without_scripts_tables_details_and_notes_are_there(visit: Open, page: Path):
    seen = visit(page, scripts=False)
    assert seen.page.locator("table.overview").count() == 2
    assert seen.page.locator("table.overview tbody tr").count() == 6
    entry = seen.page.locator("details.entry").first
    assert not entry.locator(".body").is_visible()
    entry.locator("summary").first.click()
    assert entry.locator(".body").is_visible()
    assert seen.page.locator("ol.notes li").first.is_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_row_leads_to_its_details(visit: Open, page: Path, scripts: bool):
    seen = visit(page, scripts=scripts)
    seen.page.locator("table.overview tbody th a").first.click()
    assert seen.page.locator("details.entry[open]").count() == 1
    address = seen.page.url
    again = visit(page, fragment=address[address.index("#") :], scripts=scripts)
    assert again.page.locator("details.entry[open] .body").first.is_visible()


def test_columns_sort_both_ways_with_absent_figures_last(visit: Open, page: Path):
    seen = visit(page)
    table = seen.page.locator("table.overview").first

    def names() -> list[str | None]:
        return [row.get_attribute("data-name") for row in table.locator("tbody tr").all()]

    by_time = names()
    assert by_time == ["mlp_fp32", "cnn_fp32", "cnn_8bit", "densenet_8bit", "densenet_fp32"]
    head = table.locator("th", has_text="gain over trivial")
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    assert names() == ["densenet_fp32", "densenet_8bit", "cnn_fp32", "cnn_8bit", "mlp_fp32"]
    head.locator("button").click()
    assert names() == ["mlp_fp32", "cnn_8bit", "cnn_fp32", "densenet_8bit", "densenet_fp32"]
    table.locator("th", has_text="p50").locator("button").click()
    assert names()[0] == "mlp_fp32"
    table.locator("th", has_text="to target").locator("button").click()
    assert set(names()) == set(by_time)
    assert table.locator("th[aria-sort]").count() == 1


def test_hostile_text_does_not_run(visit: Open, tmp_path: Path):
    hostile = "<img src=x onerror=alert(1)><script>alert(2)</script><svg onload=alert(3)>\u202e"
    document = record()
    for path in ("submission.title", "submission.name", "system.title", "outcome.said", "quality.gate.reason"):
        document = changed(document, path, hostile)
    document = changed(changed(document, "submission.efficiency", {hostile: hostile}), "run", "r")
    target = tmp_path / "index.html"
    standings = build(collect([write(tmp_path / "runs", document)]), [BENCHMARK])
    target.write_text(render(standings), encoding="utf-8")
    seen = visit(target)
    assert seen.dialogs == [] and seen.console == []
    assert seen.page.locator("img").count() == 0
    assert seen.page.locator("table.overview tbody th a").inner_text() == hostile.replace("\u202e", "\ufffd")


def test_the_policy_stops_a_script_that_got_past_the_escaping(visit: Open, page: Path, tmp_path: Path):
    broken = tmp_path / "broken.html"
    text = page.read_text(encoding="utf-8")
    broken.write_text(
        text.replace("<main", "<script>alert(1)</script><img src=x onerror=alert(2)><main"), encoding="utf-8"
    )
    seen = visit(broken)
    assert seen.dialogs == []
    assert any("Content Security Policy" in line for line in seen.console)
