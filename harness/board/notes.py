"""Footnotes: why a figure is missing, once for each reason, reachable by touch, keyboard and screen reader."""

from __future__ import annotations

from harness.board.markup import Html, join, tag
from harness.board.words.table import NOTES

_LONGEST_TITLE = 120
"""Characters of a reason that a figure's title repeats: there are many figures, and the note has it in full."""


class Notes:
    """The footnotes of one table; ``prefix`` keeps their anchors apart from those of other lists, and ``letters``
    their marks."""

    def __init__(self, prefix: str = "note", *, letters: bool = False) -> None:
        self._prefix = prefix
        self._letters = letters
        self._numbers: dict[str, int] = {}

    def absent(self, reason: str) -> Html:
        """An em dash in the place of a figure, with the reason as its title and as a footnote."""
        number = self._number(reason)
        mark = self._mark(number)
        return tag(
            "a", NOTES["dash"], tag("sup", mark), class_="absent", href=f"#{self._anchor(number)}", title=cut(reason),
            aria_label=NOTES["absent"].format(mark=mark),
        )  # fmt: skip

    def mark(self, reason: str) -> Html:
        """A footnote mark beside a figure that is there."""
        number = self._number(reason)
        mark = self._mark(number)
        label = NOTES["mark"].format(mark=mark)
        return tag("sup", tag("a", mark, href=f"#{self._anchor(number)}", aria_label=label))

    def link(self, text: str, reason: str, *, kind: str) -> Html:
        """A text that leads to its explanation; ``kind`` is its class."""
        return tag("a", text, class_=kind, href=f"#{self._anchor(self._number(reason))}", title=cut(reason))

    def to_html(self) -> Html | None:
        """The list of notes, or None if there is none."""
        if not self._numbers:
            return None
        items = [tag("li", _sentence(reason), id=self._anchor(number)) for reason, number in self._numbers.items()]
        kind = "notes letters" if self._letters else "notes"
        return tag("ol", items, class_=kind, aria_label=NOTES["list"])

    def _number(self, reason: str) -> int:
        """The number of the footnote with this text, a new one if it is the first of its kind."""
        return self._numbers.setdefault(reason, len(self._numbers) + 1)

    def _mark(self, number: int) -> str:
        return _letters(number) if self._letters else str(number)

    def _anchor(self, number: int) -> str:
        return f"{self._prefix}-{number}"


def cut(reason: str) -> str:
    """The beginning of a reason, for the title of what it explains."""
    return reason if len(reason) <= _LONGEST_TITLE else reason[: _LONGEST_TITLE - 1] + "…"


def _letters(number: int) -> str:
    """a, b, … z, aa, ab, …: as browsers count with letters (CSS Counter Styles 3, "alphabetic")."""
    found = ""
    while number:
        number, digit = divmod(number - 1, 26)
        found = chr(ord("a") + digit) + found
    return found


def _sentence(reason: str) -> Html:
    return join(reason[:1].upper() + reason[1:], "" if reason.endswith((".", "!", "?")) else ".")
