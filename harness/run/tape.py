"""A run's journal, line by line in its order, as a conversation that is played again takes them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TOLERANCE = 1e-9
"""Relative. Another machine's library may add the same numbers up in another order. `verification.tolerance` of the
rules, which allow no other number."""


class Contradiction(Exception):
    """The journal can't be what happened under these rules; the text says where and why."""


class Tape:
    """The lines of ``events.jsonl``. Notes are for people and are passed over. Raises `Contradiction` where the file
    holds something else than journal lines."""

    def __init__(self, path: Path) -> None:
        self._lines: list[tuple[int, dict[str, Any]]] = []
        try:
            rows = path.read_bytes().splitlines()
        except OSError as error:
            raise Contradiction(f"{path.name} can't be read: {error.strerror}") from error
        for number, row in enumerate(rows, start=1):
            try:
                line = json.loads(row)
            except ValueError:
                line = None
            if not isinstance(line, dict) or not isinstance(line.get("at"), int | float):
                raise Contradiction(f"{path.name}, line {number} is no line of a journal")
            if "note" not in line:
                self._lines.append((number, line))
        self._next = 0

    def next(self, kind: str, name: str | None = None) -> dict[str, Any]:
        """The next line, which must be of a kind (``event``, ``command``, ``edge``, ``moment``, ``fact``) and, if one
        is given, have that name."""
        line = self.peek()
        if line is None:
            raise Contradiction(f"events.jsonl ends where {_named(kind, name)} is due")
        if line.get(kind) is None or name not in (None, line[kind]):
            raise Contradiction(f"events.jsonl, {self.where()} is not {_named(kind, name)}, which is due there")
        self._next += 1
        return line

    def peek(self) -> dict[str, Any] | None:
        """The next line, which stays there; None at the end."""
        return self._lines[self._next][1] if self._next < len(self._lines) else None

    def next_is(self, kind: str, name: str) -> bool:
        """Whether the next line is of that kind and name."""
        line = self.peek()
        return line is not None and line.get(kind) == name

    def where(self) -> str:
        """The next line's number, in words."""
        return f"line {self._lines[self._next][0]}" if self._next < len(self._lines) else "its end"

    def first(self, kind: str, name: str) -> Mapping[str, Any] | None:
        """The first line of all of that kind and name, wherever it is."""
        return next((line for _, line in self._lines if line.get(kind) == name), None)


def agrees(said: Any, found: Any) -> bool:
    """Whether two JSON values are the same, numbers to within `TOLERANCE`."""
    if isinstance(said, dict) and isinstance(found, dict):
        return said.keys() == found.keys() and all(agrees(said[key], found[key]) for key in said)
    if isinstance(said, list) and isinstance(found, list):
        return len(said) == len(found) and all(map(agrees, said, found))
    if isinstance(said, float) and isinstance(found, float):
        return math.isclose(said, found, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return type(said) is type(found) and bool(said == found)


def _named(kind: str, name: str | None) -> str:
    return f"a line with `{kind}`" if name is None else f"the {kind} `{name}`"
