"""A document that was read, and where in the file each part of it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from harness.spec.problem import KeyPath, Problem, dotted

MAX_DEPTH = 32
"""Levels of mappings and lists. Ours need six; the bound keeps a hostile file from exhausting the stack."""


class Place(NamedTuple):
    """Line and column, both from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class Document:
    """``data`` is None where the file could not be read as a mapping; ``problems`` then says why.

    ``problems`` may also hold what was wrong with a file that could be read; ``unreadable`` are the paths whose value
    is therefore unknown, about which nothing more is to be said. ``keys`` and ``values`` give each path's place.
    """

    file: str
    data: dict[str, Any] | None
    keys: Mapping[KeyPath, Place] = field(default_factory=dict)
    values: Mapping[KeyPath, Place] = field(default_factory=dict)
    unreadable: frozenset[KeyPath] = frozenset()
    problems: tuple[Problem, ...] = ()

    def problem(
        self,
        path: KeyPath,
        message: str,
        *,
        expected: str | None = None,
        nearest: str | None = None,
        at_key: bool = False,
    ) -> Problem:
        """A problem at ``path``: at its value, or at its key (which for a mapping is the line above)."""
        place = self._place(path, at_key)
        line, column = (None, None) if place is None else place
        return Problem(self.file, line, column, dotted(path), message, expected, nearest)

    def knows(self, path: KeyPath) -> bool:
        """False where the value at ``path``, or something that it stands in, could not be read."""
        return not any(path[:length] in self.unreadable for length in range(len(path) + 1))

    def _place(self, path: KeyPath, at_key: bool) -> Place | None:
        first, second = (self.keys, self.values) if at_key else (self.values, self.keys)
        for length in range(len(path), -1, -1):
            if place := first.get(path[:length]) or second.get(path[:length]):
                return place
        return None
