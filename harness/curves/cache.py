"""Curves of runs that lie in the home, kept so that a page is not made from raw files each time."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness import __version__
from harness.curves.document import SCHEMA, compact_text
from harness.places import Home
from harness.record import digest
from harness.record.durable import replace

KEPT = "leanmed/curves-cache/v1"


@dataclass(frozen=True)
class Cache:
    """``<home>/cache/curves/``: one file for each set of records, which may be removed at any time."""

    home: Home

    def curves_of(self, digests: Iterable[str], make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """The document that ``make`` makes, from the cache where it was made before.

        ``digests`` (``sha256:<hex>``) are of all that it follows from: the records, and the prepared data where they
        are there. A file that was changed, or made by another version of LeanMed, is made anew. Where the cache can't
        be written, as in a home that is only read, it is made each time.
        """
        path = self._path(sorted(digests))
        found = _kept(path)
        if found is not None:
            return found
        made = make()
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            replace(path, _wrapped(made).encode())
        return made

    def _path(self, digests: list[str]) -> Path:
        name = hashlib.sha256("\n".join(digests).encode()).hexdigest()
        return self.home.cache / "curves" / f"{name}.json"


def _wrapped(document: dict[str, Any]) -> str:
    text = compact_text(document)
    return compact_text(
        {"schema": KEPT, "version": __version__, "digest": digest.of_bytes(text.encode()), "text": text}
    )


def _kept(path: Path) -> dict[str, Any] | None:
    """The document in the file; None where there is no whole one of this version."""
    try:
        kept = json.loads(path.read_bytes())
        sealed = (kept["schema"], kept["version"], kept["digest"])
        if sealed != (KEPT, __version__, digest.of_bytes(kept["text"].encode())):
            return None
        document: dict[str, Any] = json.loads(kept["text"])
        return document if document["schema"] == SCHEMA else None
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
