"""HTML that can't be escaped from: text becomes markup in one place only, and is escaped there."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from html import escape

VOID = frozenset({"br", "col", "hr", "input", "meta"})


class Html(str):
    """A string that is markup already. Any other string is text."""

    __slots__ = ()


Child = str | Html | None | Iterable["Child"]


def tag(name: str, /, *children: Child, **attributes: str | int | float | bool | None) -> Html:
    """One element. Children that are plain strings are escaped; None is left out; lists are flattened.

    Attribute names lose a trailing underscore and turn others into hyphens (``class_``, ``aria_label``). An attribute
    of None or False is left out, True stands without a value.
    """
    pairs = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in VOID:
        return Html(f"<{name}{pairs}>")
    return Html(f"<{name}{pairs}>{join(*children)}</{name}>")


def join(*children: Child) -> Html:
    """Children one after the other, as markup."""
    return Html("".join(_flat(children)))


def _flat(children: Iterable[Child]) -> Iterable[str]:
    for child in children:
        if child is None:
            continue
        if isinstance(child, Html):
            yield child
        elif isinstance(child, str):
            yield escape(child)
        else:
            yield from _flat(child)


def _attribute(key: str, value: str | int | float | bool | None) -> str:
    if value is None or value is False:
        return ""
    return _pair(key, None if value is True else str(value))


@lru_cache(maxsize=4096)
def _pair(key: str, value: str | None) -> str:
    """A long table says the same few pairs in every row."""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is None else f' {name}="{escape(value)}"'
