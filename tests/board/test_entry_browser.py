"""Entry pages in a real browser, opened from disk without a network and without scripts."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.board.entry_page import entry_page
from harness.standings.build import build
from harness.standings.collect import collect
from tests.axe import violations
from tests.board.test_entry_page import curves_of, hostile
from tests.browser import Open
from tests.contrast import low_contrast
from tests.standings.records import BENCHMARK, changed, failed, record, write
from tests.standings.season import a_published_season

pytestmark = pytest.mark.browser

OPEN_ALL = "document.querySelectorAll('details').forEach(box => { box.open = true })"
OPEN_FIRST = OPEN_ALL.replace("'details'", "'details:not(.run, figure details)'")
WIDTHS = (320, 390, 768, 1280, 1920)
KINDS = ("published", "failed", "made up", "hostile")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One page of each kind, by `KINDS`."""
    folder = tmp_path_factory.mktemp("site")
    season = a_published_season(folder / "season")
    made_up = [record("cnn_8bit", model="cnn", number=number) for number in (1, 2)]
    for each in made_up:
        each["data"]["phantom"], each["measurement"] = True, {"simulated": True}
    words = changed(failed(), "outcome.said", "RuntimeError: no room\n" + "x" * 500)
    others = {"failed": [words, record("cnn_fp32", model="cnn", number=2)], "made up": made_up, "hostile": [hostile()]}
    documents = {"published": next(e for e in season.in_full() if e["row"]["submission"]["name"] == "densenet_8bit")}
    for kind, records in others.items():
        (documents[kind],) = build(collect([write(folder / kind, *records)]), [BENCHMARK]).in_full()
    paths = {}
    for kind, document in documents.items():
        files = {document["runs"][0]["run"]: [("predictions.csv.gz", "../raw/predictions.csv.gz")]}
        drawn = curves_of(document) if kind == "made up" else {"reason": "its raw files were not read"}
        page = entry_page(document, drawn, files)
        paths[kind] = folder / kind / "page.html"
        paths[kind].parent.mkdir(exist_ok=True)
        paths[kind].write_text(page.to_text(), encoding="utf-8")
    return paths


@pytest.mark.parametrize("kind", KINDS)
def test_opens_in_silence_at_every_width_without_scrolling_sideways(visit: Open, pages: dict[str, Path], kind: str):
    seen = visit(pages[kind])
    assert seen.console == seen.dialogs == []
    assert [url for url in seen.requests if url != "data:,"] == [pages[kind].as_uri()]
    seen.page.evaluate(OPEN_ALL)
    for width in WIDTHS:
        seen.page.set_viewport_size({"width": width, "height": 800})
        assert seen.page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("kind", ["published", "made up"])
def test_nobody_is_kept_out(visit: Open, pages: dict[str, Path], kind: str):
    seen = visit(pages[kind])
    # All of the first run but its long lists of numbers: the others are made alike, and axe takes its time.
    seen.page.evaluate(OPEN_FIRST)
    assert violations(seen.page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_all_text_is_readable_against_its_ground(visit: Open, pages: dict[str, Path], kind: str, scheme: str):
    seen = visit(pages[kind], scheme=scheme)
    seen.page.evaluate(OPEN_ALL)
    assert low_contrast(seen.page) == []


def test_the_first_run_is_open_and_a_link_opens_any_other_without_scripts(visit: Open, pages: dict[str, Path]):
    seen = visit(pages["published"], scripts=False)
    assert seen.page.locator("#run-1").is_visible() and not seen.page.locator("#run-3").is_visible()
    seen.page.locator("table.runs a", has_text="3").click()
    assert seen.page.locator("#run-3").is_visible()


def test_folded_parts_open_by_keyboard_without_scripts(visit: Open, pages: dict[str, Path]):
    seen = visit(pages["published"], scripts=False)
    missing = seen.page.locator("details.folded", has_text="Not measured").first
    missing.locator("summary").focus()
    seen.page.keyboard.press("Enter")
    assert missing.locator("dl").is_visible()


def test_nothing_of_a_record_becomes_an_element(visit: Open, pages: dict[str, Path]):
    seen = visit(pages["hostile"])
    assert seen.page.locator("img").count() == 0 and seen.page.locator("script").count() == 0
    assert seen.page.locator("h1").inner_text().startswith("</title></style><script>alert(1)</script>")


def test_what_is_folded_is_printed(visit: Open, pages: dict[str, Path]):
    seen = visit(pages["published"])
    seen.page.emulate_media(media="print")
    assert seen.page.locator("#run-3").is_visible()
    assert not seen.page.locator("nav.contents").is_visible()
