from __future__ import annotations

from html import unescape
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from harness.board.markup import Html, join, tag


class Reader(HTMLParser):
    """What a reader of HTML finds."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.attributes: dict[str, str | None] = {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.update(attrs)

    def handle_data(self, data):
        self.texts.append(data)


@given(st.text(alphabet=st.characters(exclude_characters="\r\x00", codec="utf-8")))
def test_any_text_stays_text(text):
    read = Reader(tag("p", text, title=text))
    assert read.tags == ["p"]
    assert "".join(read.texts) == text
    assert read.attributes == {"title": text}


def test_markup_is_not_escaped_twice():
    assert tag("p", tag("b", "a & b"), [Html("<i></i>"), None, "<"]) == "<p><b>a &amp; b</b><i></i>&lt;</p>"
    assert unescape(join("<", ">")) == "<>"


def test_attributes():
    assert tag("a", class_="x", aria_label='"', hidden=True, title=None, open=False, n=1) == (
        '<a class="x" aria-label="&quot;" hidden n="1"></a>'
    )
    assert tag("br") == "<br>"
