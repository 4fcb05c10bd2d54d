"""A page as it is read: whether its elements nest, its ids, links and words."""

from __future__ import annotations

import re
from html.parser import HTMLParser

VOID = {"br", "meta", "link", "hr", "col", "input"}


class Reading(HTMLParser):
    """Parses a whole page; an element that is not closed, or closed in the wrong place, fails the test."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._text: list[str] = []
        self.feed(text)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self._open or self._open[-1] not in ("style", "script"):
            self._text.append(data)

    def all(self, *names: str) -> list[dict[str, str | None]]:
        """Attributes of every element of these names."""
        return [attributes for name, attributes in self.elements if name in names]

    @property
    def ids(self) -> list[str]:
        return [found for _, attributes in self.elements if (found := attributes.get("id"))]

    @property
    def links(self) -> list[str]:
        return [found for attributes in self.all("a") if (found := attributes.get("href"))]

    @property
    def words(self) -> str:
        """All text; white space of any kind is one blank."""
        return re.sub(r"\s+", " ", "".join(self._text))
