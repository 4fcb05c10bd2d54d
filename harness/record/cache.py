"""What was computed from runs before, so that a site is built again in a moment.

What is kept is a function of what its key names: the digests of records, benchmark, data and rules, and the version of
its document. Versions of this package and of the libraries that compute are part of every key, so that no figure
outlives the code that made it. A file that is damaged is as one that is not there, and the folder may go at any time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from harness import __version__
from harness.record.durable import replace, why
from harness.spec.digest import canonical, digest_of


class Cache:
    """``<folder>/<SHA-256 of the key>.json``, one a document; without a folder nothing is kept.

    Where the folder can't be written, that is said once through ``say``, and documents are made anew each time.
    """

    def __init__(self, folder: Path | None, say: Callable[[str], None]) -> None:
        self._folder = folder
        self._say = say
        self._writable = folder is not None
        self._made_with = {"leanmed": __version__, **{name: version(name) for name in ("numpy", "scipy")}}

    def get(self, key: Mapping[str, Any]) -> Any | None:
        """The JSON document under ``key``; None where there is none, or none that is whole."""
        if self._folder is None:
            return None
        whole = self._whole(key)
        try:
            kept = json.loads(self._path(self._folder, whole).read_bytes())
            if kept["of"] == whole and kept["digest"] == digest_of(kept["document"]):
                return kept["document"]
        except (OSError, ValueError, LookupError, TypeError, RecursionError):
            return None
        return None

    def put(self, key: Mapping[str, Any], document: Any) -> None:
        """Keep ``document``, which is JSON and not None, under ``key``."""
        if self._folder is None or not self._writable:
            return
        whole = self._whole(key)
        kept = {"of": whole, "document": document, "digest": digest_of(document)}
        # Keys stay in their order: what is written of a document that was kept is the same to the byte.
        text = json.dumps(kept, ensure_ascii=False, allow_nan=False) + "\n"
        path = self._path(self._folder, whole)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # What a crash takes is made again, and thousands of pairs must not wait for the disk.
            replace(path, text.encode(), sync=False)
        except OSError as error:
            self._writable = False
            self._say(f"what was found is not kept for the next time: {path} can't be written: {why(error)}")

    def _whole(self, key: Mapping[str, Any]) -> dict[str, Any]:
        """The key as JSON has it, with what made the document."""
        whole: dict[str, Any] = json.loads(canonical({**key, "made_with": self._made_with}))
        return whole

    def _path(self, folder: Path, whole: Mapping[str, Any]) -> Path:
        return folder / f"{digest_of(whole).removeprefix('sha256:')}.json"
