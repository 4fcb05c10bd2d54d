"""A workload's text made harmless for whoever reads it: no terminal escape code and no unseen character is left.

``events.jsonl`` and ``workload.log`` keep what was really written; all else that is shown goes through here.
"""

from __future__ import annotations

from typing import Any

LONGEST = 500
"""Characters of a workload's text that are shown."""


def printable(text: str) -> str:
    """``text`` with a space in place of each character that can't be printed, cut to `LONGEST` characters."""
    return "".join(char if char.isprintable() else " " for char in text).strip()[:LONGEST]


def inert(value: Any) -> Any:
    """A JSON value whose texts, keys too, are `printable`."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {printable(key): inert(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [inert(inner) for inner in value]
    return value
