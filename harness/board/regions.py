"""Boxes of a page: sections with a heading, wide tables that scroll by themselves, and folded parts."""

from __future__ import annotations

from harness.board.markup import Child, Html, tag


def section(name: str, heading: str, *children: Child) -> Html:
    """A section named by its heading, which links can point to as ``#name``."""
    return tag("section", tag("h2", heading, id=name), children, aria_labelledby=name)


def scroll(label: str, *children: Child) -> Html:
    """What may be wider than the page: it scrolls in its box, by keyboard, too."""
    return tag("div", children, class_="scroll", tabindex=0, role="region", aria_label=label)


def folded(label: Child, *children: Child, open_: bool = False, class_: str = "folded") -> Html:
    """A part that opens on demand, without a script."""
    return tag("details", tag("summary", label), tag("div", children, class_="inside"), class_=class_, open=open_)


def facts(pairs: dict[str, Child], class_: str = "facts-list") -> Html:
    """Names with what they stand for; those of None are left out."""
    rows = [tag("div", tag("dt", name), tag("dd", text)) for name, text in pairs.items() if text is not None]
    return tag("dl", rows, class_=class_)
