"""A headless Chromium that may reach nothing but local files, or one server of this machine, and notes what a page
tries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

import pytest

from tests.engine import lacking

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@dataclass
class Visit:
    """An open page with what it said on the console and what it asked for besides itself."""

    page: Page
    console: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)


Open = Callable[..., Visit]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser. Without one the test is skipped, or fails where CI is true."""
    program = next((found for name in PROGRAMS if (found := which(name))), None)
    if program is None:
        lacking(f"no browser: none of {', '.join(PROGRAMS)} is installed (Debian: apt-get install chromium)")
    # Imported late: every test session loads this plugin, and few need a browser.
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Open]:
    """Opens a file as a reader would; every page is closed after the test."""
    contexts = []

    def open_file(
        path: Path, *, fragment: str = "", width: int = 1280, scheme: str = "light", scripts: bool = True
    ) -> Visit:
        opened = _opened(chromium, width, scheme, scripts, offline=True)
        contexts.append(opened.page.context)
        opened.page.goto(path.as_uri() + fragment)
        return opened

    yield open_file
    for context in contexts:
        context.close()


@pytest.fixture
def visit_server(chromium: Browser) -> Iterator[Open]:
    """Opens a page of a server on 127.0.0.1, given the server's address and the page's path. A request to anywhere else
    is noted, and does not leave."""
    contexts = []

    def open_address(
        address: str, path: str = "", *, width: int = 1280, scheme: str = "light", scripts: bool = True
    ) -> Visit:
        assert address.startswith("http://127.0.0.1:"), address
        opened = _opened(chromium, width, scheme, scripts, offline=False)
        contexts.append(opened.page.context)
        opened.page.context.route(lambda asked: not asked.startswith(address), lambda route: route.abort())
        opened.page.goto(address + path)
        return opened

    yield open_address
    for context in contexts:
        context.close()


def _opened(chromium: Browser, width: int, scheme: str, scripts: bool, *, offline: bool) -> Visit:
    """An empty page that notes everything from now on."""
    context = chromium.new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
        java_script_enabled=scripts,
        offline=offline,
    )
    opened = Visit(context.new_page())
    opened.page.on("console", lambda message: opened.console.append(message.text))
    opened.page.on("pageerror", lambda error: opened.console.append(str(error)))
    opened.page.on("request", lambda request: opened.requests.append(request.url))
    opened.page.on("dialog", lambda dialog: _note(dialog, opened))
    return opened


def _note(dialog: Dialog, opened: Visit) -> None:
    opened.dialogs.append(dialog.message)
    dialog.dismiss()
