"""A file of the site before it is written: where it goes, what it was made from, and how to make it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Planned:
    """``path`` has forward slashes; ``key`` gives a digest of everything that decides the content, by which a file
    that is there already is known to be right, and is None for one that is always written. ``beside`` are paths and
    texts of files that hold the same in another form, and are written along with it."""

    path: str
    text: Callable[[], str]
    key: Callable[[], str] | None = None
    beside: tuple[tuple[str, Callable[[], str]], ...] = ()


def key_of(*parts: Any) -> str:
    """A digest of JSON documents."""
    text = json.dumps(parts, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
