"""Findings that were made before, so that a site is built again in a moment.

A finding is a function of what its key names: the digests of records, benchmark, data and rules, and the version of its
document. Versions of this package and of the libraries that compute are part of every key, so that no figure outlives
the code that made it. A file that is damaged is as one that is not there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from harness import __version__
from harness.errors import MachineLacks
from harness.spec.digest import canonical, digest_of
from harness.standings.write import write_text


class Cache:
    """``<folder>/<SHA-256 of the key>.json``, one a finding; without a folder nothing is kept.

    Where the folder can't be written, that is said once through ``say``, and findings are made anew each time.
    """

    def __init__(self, folder: Path | None, say: Callable[[str], None]) -> None:
        self._folder = folder
        self._say = say
        self._writable = folder is not None
        self._made_with = {"leanmed": __version__, **{name: version(name) for name in ("numpy", "scipy")}}

    def get(self, key: Mapping[str, Any]) -> Any | None:
        """The finding under ``key``, a JSON document; None where there is none, or none that is whole."""
        if self._folder is None:
            return None
        whole = self._whole(key)
        try:
            kept = json.loads(self._path(self._folder, whole).read_bytes())
            if kept["of"] == whole and kept["digest"] == digest_of(kept["finding"]):
                return kept["finding"]
        except (OSError, ValueError, LookupError, TypeError, RecursionError):
            return None
        return None

    def put(self, key: Mapping[str, Any], finding: Any) -> None:
        """Keep ``finding``, a JSON document that is not None, under ``key``."""
        if self._folder is None or not self._writable:
            return
        whole = self._whole(key)
        kept = {"of": whole, "finding": finding, "digest": digest_of(finding)}
        try:
            # Keys stay in their order: what is written of a finding that was kept is the same to the byte.
            text = json.dumps(kept, ensure_ascii=False, allow_nan=False) + "\n"
            write_text(self._path(self._folder, whole), text)
        except MachineLacks as error:
            self._writable = False
            self._say(f"what was found is not kept for the next time: {error.message}")

    def _whole(self, key: Mapping[str, Any]) -> dict[str, Any]:
        """The key as JSON has it, with what made the finding."""
        whole: dict[str, Any] = json.loads(canonical({**key, "made_with": self._made_with}))
        return whole

    def _path(self, folder: Path, whole: Mapping[str, Any]) -> Path:
        return folder / f"{digest_of(whole).removeprefix('sha256:')}.json"
