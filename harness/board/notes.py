"""Footnotes: why a figure is missing, once for each reason, reachable by touch, keyboard and screen reader."""

from __future__ import annotations

from harness.board.markup import Html, join, tag


class Notes:
    """The footnotes of one table; ``prefix`` keeps their anchors apart from other tables'."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._reasons: list[str] = []

    def absent(self, reason: str) -> Html:
        """An em dash in the place of a figure, with the reason as its title and as a footnote."""
        number = self.number(reason)
        return tag(
            "a",
            "—",
            tag("sup", str(number)),
            class_="absent",
            href=f"#{self._anchor(number)}",
            title=reason,
            aria_label=f"none, see note {number}",
        )

    def mark(self, reason: str) -> Html:
        """A footnote mark beside a figure that is there."""
        number = self.number(reason)
        sup = tag("sup", str(number))
        return tag("a", sup, class_="mark", href=f"#{self._anchor(number)}", title=reason, aria_label=f"note {number}")

    def number(self, reason: str) -> int:
        """The number of the footnote with this text, a new one if it is the first of its kind."""
        if reason not in self._reasons:
            self._reasons.append(reason)
        return self._reasons.index(reason) + 1

    def to_html(self) -> Html | None:
        """The list of notes, or None if there is none."""
        if not self._reasons:
            return None
        items = [
            tag("li", _sentence(reason), id=self._anchor(number))
            for number, reason in enumerate(self._reasons, start=1)
        ]
        return tag("ol", items, class_="notes", aria_label="Notes")

    def _anchor(self, number: int) -> str:
        return f"{self._prefix}-note-{number}"


def _sentence(reason: str) -> Html:
    return join(reason[:1].upper() + reason[1:], "" if reason.endswith((".", "!", "?")) else ".")
