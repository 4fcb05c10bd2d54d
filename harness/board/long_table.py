"""A long table in two: the first rows stand in the table itself, and the others in a second one in a ``noscript``.

Readers without scripts have every row. For a browser with scripts a ``noscript`` is one text, which costs next to
nothing, where 2,000 rows of elements take seconds to parse and to lay out; its scripts (script/rest.js,
script/compare-others.js) make rows of that text when they are to be shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.board.markup import Html, tag
from harness.board.words.common import many
from harness.board.words.table import OTHERS

MOST = 200
"""Rows of a table that stands in one piece."""
FIRST = 50
"""Rows of a longer one that stand in the table itself: as many as script/main.js draws at first."""


def in_two(body: Sequence[Html], most: int = MOST) -> tuple[Sequence[Html], Sequence[Html]]:
    """The rows of the table itself, and the others: none of a table of at most ``most`` rows."""
    first = len(body) if len(body) <= most else min(FIRST, most)
    return body[:first], body[first:]


def others(head: Html, body: Sequence[Html], *, table: str, box: str) -> Html | None:
    """The table of the other rows with the same ``head``, or None where there are none. ``table`` and ``box`` are the
    classes of the table and of what scrolls it."""
    if not body:
        return None
    listed = tag("table", head, tag("tbody", body), class_=table, aria_labelledby="others")
    return tag(
        "noscript",
        tag("p", many(len(body), OTHERS), id="others", class_="note"),
        tag("div", listed, class_=box, role="region", tabindex=0, aria_labelledby="others"),
        class_="others",
    )
