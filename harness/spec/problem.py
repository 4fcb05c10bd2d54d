"""One thing that is wrong with a file that somebody wrote, said so that it can be mended."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from harness.errors import InvalidInput

KeyPath = tuple[str | int, ...]
"""Where a value stands in a document: keys and list positions from the top."""

_LONGEST_SHOWN = 48
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LIKE_ENOUGH = 0.5
"""difflib's similarity from which a word is offered. Its own 0.6 does not get from `8bit` to `int8`."""


@dataclass(frozen=True)
class Problem:
    """``file`` as the user knows it; ``line`` and ``column`` from 1; ``path`` in dotted form, empty for the whole file.

    ``message`` is one sentence that also says what was expected; ``expected`` repeats that part for programs;
    ``nearest`` is the known word most like what was written.
    """

    file: str
    line: int | None
    column: int | None
    path: str
    message: str
    expected: str | None = None
    nearest: str | None = None

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        where = f"{self.path}: " if self.path else ""
        hint = "" if self.nearest is None else f"; did you mean {self.nearest!r}?"
        return f"{place}: {where}{self.message}{hint}"

    def to_json(self) -> dict[str, Any]:
        """As ``harness validate --json`` prints it."""
        return asdict(self)


class InvalidSpecification(InvalidInput):
    """A submission, benchmark or ruleset that can't be used; ``problems`` holds every reason."""

    def __init__(self, problems: Sequence[Problem], *, remedy: str | None = None) -> None:
        self.problems = tuple(in_order(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems), remedy=remedy)


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """By file, line and column; each one once. What concerns a whole file comes first."""
    return sorted(dict.fromkeys(problems), key=lambda one: (one.file, one.line or 0, one.column or 0))


def printable(text: str) -> str:
    """``text`` with everything that a terminal might obey, or not show, written as an escape."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode() for char in text
    )


def shown_path(path: Path) -> str:
    """``path`` as a message names it: from the working folder where it lies in it."""
    try:
        return printable(str(path.absolute().relative_to(Path.cwd())))
    except ValueError:
        return printable(str(path))


def shown(value: object) -> str:
    """A value from a document, on one line and short. Text comes in quotes, with nothing a terminal might obey."""
    match value:
        case None:
            return "an empty value"
        case bool():
            return "true" if value else "false"
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case str() if len(value) > _LONGEST_SHOWN:
            return repr(value[:_LONGEST_SHOWN].rstrip()) + "…"
        case _:
            return repr(value)


def dotted(path: Sequence[str | int]) -> str:
    """``("checks", 0, "id")`` as ``checks[0].id``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            key = part if _PLAIN_KEY.fullmatch(part) else shown(part)
            text += f".{key}" if text else key
    return text


def nearest_word(word: str, known: Iterable[str]) -> str | None:
    """The word of ``known`` that is most like ``word``, whatever its case; None if none is like it."""
    by_folded = {one.casefold(): one for one in known}
    close = difflib.get_close_matches(word.casefold()[:200], by_folded, n=1, cutoff=_LIKE_ENOUGH)
    return by_folded[close[0]] if close else None
