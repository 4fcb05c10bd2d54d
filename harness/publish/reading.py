"""Reading a JSON document that a stranger may have written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from harness.errors import InvalidInput

LARGEST = 16 * 1024**2
"""Bytes of a document that is still read. A record has some 50 KB."""


def read_document(path: Path, *, remedy: str = "take the folder again from where it was published") -> dict[str, Any]:
    """The JSON object in ``path``. Raises `InvalidInput`, with ``remedy``, where there is none."""
    try:
        if path.is_symlink() or not path.is_file():
            raise _unreadable(path, "it is not there, or no file", remedy)
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise _unreadable(path, f"it is larger than {LARGEST // 1024**2} MiB", remedy)
        found = json.loads(content)
    except (OSError, ValueError, RecursionError) as error:
        raise _unreadable(path, f"{type(error).__name__}: {error}", remedy) from error
    if not isinstance(found, dict):
        raise _unreadable(path, "it holds no object", remedy)
    return found


def _unreadable(path: Path, why: str, remedy: str) -> InvalidInput:
    return InvalidInput(f"{path} can't be read: {why}", remedy=remedy)
