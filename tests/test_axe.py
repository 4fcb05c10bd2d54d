from __future__ import annotations

from pathlib import Path

import pytest

from harness.board.frame import Page
from harness.board.markup import tag
from tests.axe import violations
from tests.browser import Open

pytestmark = pytest.mark.browser


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "page.html"


def test_what_is_wrong_is_found_on_a_page_that_forbids_all_scripts(visit: Open, path: Path):
    button = tag("button", id="nameless")
    path.write_text(Page("page.html", "Page", "Page", tag("p", button)).to_text(), encoding="utf-8")
    (found,) = violations(visit(path).page)
    assert found.startswith("button-name: ") and found.endswith(": #nameless")


def test_nothing_is_found_where_nothing_is_wrong(visit: Open, path: Path):
    path.write_text(Page("page.html", "Page", "Page", tag("p", "Text")).to_text(), encoding="utf-8")
    assert violations(visit(path).page) == []
