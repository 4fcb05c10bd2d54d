"""The live page in a real browser, from a real server, while a journal grows."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from harness.places import Home
from harness.serve.server import Server
from tests.axe import violations
from tests.browser import Open
from tests.contrast import low_contrast
from tests.live.material import METERED, Going, going
from tests.serve.material import page_in, server_of

pytestmark = pytest.mark.browser


@pytest.fixture
def home(tmp_path) -> Home:
    home = Home(tmp_path / "home")
    page_in(home)
    return home


@pytest.fixture
def server(home) -> Iterator[Server]:
    with server_of(home) as server:
        yield server


@pytest.fixture
def run(home) -> Iterator[Going]:
    """A run that is training."""
    with going(home) as run:
        run.journal.sources(0.1, METERED)
        run.planned(0.5, epochs=20)
        run.journal.command(1.0, "go", {})
        yield run


def test_an_epoch_appears_without_a_reload(server, run, visit_server: Open):
    run.epoch(1, 3.0, auc=0.701)
    seen = visit_server(server.address, "live.html")
    page = seen.page
    page.evaluate("window.mark = 'the page that was opened'")
    assert page.locator("tbody tr").count() == 1
    assert "Training, epoch 2 of at most 20" in page.inner_text("main")
    run.epoch(2, 5.0, auc=0.742)
    page.locator("tbody tr").nth(1).wait_for()
    assert page.locator("tbody tr").nth(0).inner_text().split("\t")[:2] == ["2 best so far", "0.742"]
    assert page.evaluate("window.mark") == "the page that was opened"
    assert seen.console == []
    assert {url.partition("?")[0] for url in seen.requests} <= {server.address + n for n in ("live.html", "live.json")}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_keeps_nobody_out(server, run, visit_server: Open, scheme: str):
    run.epoch(1, 3.0, auc=0.701)
    seen = visit_server(server.address, "live.html", scheme=scheme)
    seen.page.locator("tbody tr").first.wait_for()
    assert violations(seen.page) == []
    assert low_contrast(seen.page) == []


def test_the_clock_moves_between_two_lines(server, run, visit_server: Open):
    seen = visit_server(server.address, "live.html")
    clock = seen.page.locator("dd span").first
    before = clock.inner_text()
    seen.page.wait_for_function("before => document.querySelector('dd span').textContent !== before", arg=before)
    assert re.fullmatch(r"\d+ s|\d+ min \d+ s", clock.inner_text())


def test_a_run_that_ends_leads_to_the_leaderboard(server, run, visit_server: Open):
    seen = visit_server(server.address, "live.html")
    run.finish()
    link = seen.page.get_by_role("link", name="See them on the leaderboard")
    link.click()
    assert seen.page.url == server.address
    assert seen.page.inner_text("body") == "front"


def test_a_server_that_is_gone_is_said(home, run, visit_server: Open):
    with server_of(home) as server:
        seen = visit_server(server.address, "live.html")
        assert not seen.page.locator("#lost").is_visible()
    seen.page.locator("#lost").wait_for()
    assert "Training" in seen.page.inner_text("main")


@pytest.mark.parametrize("scripts", [True, False])
def test_hostile_text_runs_nothing(server, run, visit_server: Open, scripts):
    bad = "</script><script>alert(1)</script><img src=http://evil.example/x onerror=alert(1)>"
    seen = visit_server(server.address, "live.html", scripts=scripts)
    run.journal.command(2.0, "infer", {"mode": bad})
    if scripts:
        seen.page.get_by_text("onerror").first.wait_for()
    else:
        seen.page.reload()
    assert bad in seen.page.inner_text("main")
    assert seen.dialogs == []
    assert [url for url in seen.requests if not url.startswith(server.address)] == []


def test_without_scripts_it_shows_the_state_and_asks_again_by_itself(server, run, visit_server: Open):
    run.epoch(1, 3.0, auc=0.701)
    seen = visit_server(server.address, "live.html", scripts=False)
    assert "0.701" in seen.page.inner_text("main")
    run.epoch(2, 5.0, auc=0.742)
    seen.page.get_by_text("0.742").wait_for()


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_screen(server, run, visit_server: Open, width):
    run.epoch(1, 3.0, auc=0.701)
    page = visit_server(server.address, "live.html", width=width).page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
