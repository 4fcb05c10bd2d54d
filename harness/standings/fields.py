"""Reading a record that anyone may have written: every field is checked when it is taken, and nothing crashes."""

from __future__ import annotations

import math
import sys
import unicodedata
from collections.abc import Iterator
from typing import Any

from harness.quantity import Quantity

LONGEST_TEXT = 2000
"""Characters of one text that are kept; a workload's last words can be long."""


class UnreadableError(Exception):
    """A record that can't be shown. The text says which part of it is not as it should be."""


def clean(text: str) -> str:
    """``text`` without characters that are invisible, reorder what follows, or can't be written as UTF-8."""
    if len(text) <= LONGEST_TEXT and text.isascii() and text.isprintable():
        # Nearly every text of a record, and a record has hundreds, most of which thousands of others have too.
        return sys.intern(text)
    kept = "".join(
        char if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp") else "\ufffd"
        for char in text[: LONGEST_TEXT + 1]
    )
    return kept if len(kept) <= LONGEST_TEXT else kept[: LONGEST_TEXT - 1] + "…"


def clean_end(text: str) -> str:
    """As `clean`, but the end is what is kept: of a program's last words the last say most."""
    return clean(text) if len(text) <= LONGEST_TEXT else "…" + clean(text[1 - LONGEST_TEXT :])


class Node:
    """A value in a JSON document with its path there, for messages. Every method raises `UnreadableError`.

    A leaderboard reads hundreds of these from each of thousands of records. So a path is put together only where a
    message needs it, and what nearly every value is comes first.
    """

    __slots__ = ("_above", "_key", "value")

    def __init__(self, value: Any, key: str = "", above: Node | None = None) -> None:
        self.value = value
        self._key = key
        self._above = above

    @property
    def path(self) -> str:
        """Where the value stands in its document, as ``quality.auc.value`` or ``epochs[3].n``."""
        above = "" if self._above is None else self._above.path
        return f"{above}{'.' if above and not self._key.startswith('[') else ''}{self._key}"

    def wrong(self, expected: str) -> UnreadableError:
        """The error that this value is not ``expected``."""
        return UnreadableError(f"{self.path or 'the document'} is not {expected}")

    def mapping(self) -> dict[str, Any]:
        """This value as an object."""
        if not isinstance(self.value, dict):
            raise self.wrong("an object")
        return self.value

    def get(self, key: str) -> Node:
        """The value under ``key``, which must be there."""
        value = self.value
        if not isinstance(value, dict):
            raise self.wrong("an object")
        if key not in value:
            raise UnreadableError(f"{Node(None, key, self).path} is missing")
        return Node(value[key], key, self)

    def text_at(self, key: str) -> str:
        """The text under ``key``, which must be there."""
        value = self.value
        found = value.get(key) if isinstance(value, dict) else None
        return clean(found) if isinstance(found, str) else self.get(key).text()

    def maybe(self, key: str) -> Node | None:
        """The value under ``key``, or None where it is missing or null."""
        found = self.mapping().get(key)
        return None if found is None else Node(found, key, self)

    def each(self) -> Iterator[Node]:
        """The members of a list."""
        if not isinstance(self.value, list):
            raise self.wrong("a list")
        return (Node(member, f"[{index}]", self) for index, member in enumerate(self.value))

    def text(self) -> str:
        """A text, cleaned and cut to `LONGEST_TEXT`."""
        if not isinstance(self.value, str):
            raise self.wrong("a text")
        return clean(self.value)

    def truth(self) -> bool:
        """True or false."""
        if not isinstance(self.value, bool):
            raise self.wrong("true or false")
        return self.value

    def number(self) -> float:
        """A finite number."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise self.wrong("a number")
        try:
            number = float(self.value)
        except OverflowError as error:
            raise self.wrong("a finite number") from error
        if not math.isfinite(number):
            raise self.wrong("a finite number")
        return number

    def whole(self) -> int:
        """A whole number from 0 below 2⁶³."""
        if isinstance(self.value, bool) or not isinstance(self.value, int) or not 0 <= self.value < 2**63:
            raise self.wrong("a whole number")
        return self.value

    def maybe_text(self, key: str) -> str | None:
        """The text under ``key``, or None."""
        found = self.mapping().get(key)
        if found is None:
            return None
        return clean(found) if isinstance(found, str) else Node(found, key, self).text()

    def maybe_number(self, key: str) -> float | None:
        """The number under ``key``, or None."""
        found = self.mapping().get(key)
        if type(found) is float and math.isfinite(found):
            return found
        return None if found is None else Node(found, key, self).number()

    def quantity(self) -> dict[str, Any]:
        """A quantity as `harness.quantity` writes it."""
        try:
            return Quantity(
                value=self.maybe_number("value"),
                unit=self.text_at("unit"),
                source=self.maybe_text("source"),
                scope=self.maybe_text("scope"),
                reason=self.maybe_text("reason"),
            ).to_json()
        except ValueError as error:
            raise self.wrong("a value or a reason for its absence") from error

    def estimate(self) -> dict[str, Any]:
        """An estimate as `harness.score.estimate` writes it: value, lower, upper, method, reason."""
        found = {key: self.maybe_number(key) for key in ("value", "lower", "upper")}
        reason = self.maybe_text("reason")
        whole = None not in found.values()
        if (found["lower"] is None) != (found["upper"] is None) or (not whole and reason is None):
            raise self.wrong("an estimate with an interval or with a reason")
        return {**found, "method": self.maybe_text("method"), "reason": None if whole else reason}
