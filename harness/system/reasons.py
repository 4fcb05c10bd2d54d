"""Facts that may be missing: a value, or a sentence why there is none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

_T = TypeVar("_T")

# A reason is a sentence for people; the schema gives it this much room.
_LONGEST = 400


class Reasons(dict[str, str]):
    """Why facts are missing, by the fact's name in the JSON; a fact that is there has no entry."""

    def or_none(self, name: str, value: _T | None, reason: str) -> _T | None:
        """``value``, and where it is None the reason is kept."""
        if value is None:
            self[name] = reason[:_LONGEST]
        return value

    def ask(self, name: str, errors: type[Exception], question: Callable[[], _T]) -> _T | None:
        """The answer, or None where one of ``errors`` is raised; its text is the reason."""
        try:
            return question()
        except errors as error:
            self[name] = (str(error) or type(error).__name__)[:_LONGEST]
            return None


def text_of(path: Path) -> str | None:
    """The stripped text of a small file of the kernel; None where it can't be read or is empty."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip() or None
    except OSError:
        return None
