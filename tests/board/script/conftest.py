"""Opens pages with a table and its toolbar, and looks after each test whether the page was silent and asked for
nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.board.view import the_table, view_of
from tests.browser import Open, Visit

if TYPE_CHECKING:
    from playwright.sync_api import Page

OpenView = Callable[..., "Page"]


@pytest.fixture(scope="session")
def table(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The season's table on a GPU. Nobody changes it: tests copy it first."""
    return the_table(tmp_path_factory.mktemp("season"))


@pytest.fixture
def open_view(visit: Open, table: dict[str, Any], tmp_path: Path) -> Iterator[OpenView]:
    """Opens a page of a table (the season's, unless another is given) from disk."""
    seen: list[tuple[Path, Visit]] = []

    def open_page(
        fragment: str = "",
        *,
        of: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> Page:
        path = tmp_path / "view.html"
        view_of(table if of is None else of, path, data)
        visited = visit(path, fragment=fragment, **options)
        seen.append((path, visited))
        return visited.page

    yield open_page
    for path, visited in seen:
        assert visited.console == []
        assert visited.dialogs == []
        asked = {url.partition("#")[0] for url in visited.requests if not url.startswith(("data:,", "blob:null/"))}
        assert asked == {path.as_uri()}


def names(page: Page) -> list[str]:
    """Names of the submissions in the rows that are shown, in order."""
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('tr[data-slug]')].filter(row => !row.hidden)"
        ".map(row => row.dataset.slug.replace(/-[0-9a-f]{10}$/, ''))"
    )
    return found


def head(page: Page, column: str) -> Any:
    """The button in a column's heading."""
    return page.locator(f'thead th[data-column="{column}"] button')


def cell(page: Page, name: str, column: str) -> str:
    """The text of a cell by the name of its submission, with every gap as a plain space."""
    row = page.locator(f'tr[data-slug^="{name}-"]')
    return re.sub(r"\s+", " ", row.locator(f'[data-column="{column}"]').inner_text())


def menu(page: Page, name: str) -> Any:
    """Opens one of the toolbar's menus."""
    found = page.locator(f'details[data-menu="{name}"]')
    if found.get_attribute("open") is None:
        found.locator("summary").click()
    return found
