"""What axe-core finds wrong with an open page: WCAG's rules and its own best practices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from playwright.sync_api import Page


def violations(page: Page) -> list[str]:
    """A line for each violation: the rule, what it asks for, and the elements that break it. Whatever is not shown is
    not looked at, so open what can be opened first.

    axe goes in through the browser's debugging protocol, which a page's content security policy does not concern.
    """
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {each['help']}: {', '.join(_where(node) for node in each['nodes'])}" for each in found]


def _where(node: dict[str, list[object]]) -> str:
    """The selectors of one element, outermost frame first."""
    return " ".join(str(part) for part in node["target"])
