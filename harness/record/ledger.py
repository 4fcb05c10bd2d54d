"""The local ledger: one line for every start and every finish, each holding the digest of the line before it.

The chain shows that no line was changed, removed or put in later. It does not show that the whole ledger was not thrown
away; only an independent run again proves a result.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import InvalidInput
from harness.record import digest

GENESIS = "sha256:" + "0" * 64
"""What the first line gives as the digest of the line before it."""


@dataclass(frozen=True)
class Ledger:
    """The chain in the file ``path``. Appending is safe only while the home's run lock is held."""

    path: Path

    def lines(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Every line with its number from 1, checked against the chain. Raises `InvalidInput` where it breaks."""
        if not self.path.exists():
            return
        previous = GENESIS
        for number, raw in enumerate(self.path.read_bytes().splitlines(), start=1):
            line = self._read(number, raw)
            if line.get("previous") != previous:
                raise self._broken(number, "does not hold the digest of the line before it")
            yield number, line
            previous = digest.of_bytes(raw)

    def append(self, event: str, run: str, **facts: Any) -> None:
        """Add one line and force it to disk. Raises `InvalidInput` if the chain is broken, `OSError` where it can't be
        written."""
        count = sum(1 for _ in self.lines())
        last = self.path.read_bytes().splitlines()[-1] if count else None
        line = {
            "previous": GENESIS if last is None else digest.of_bytes(last),
            "event": event,
            "run": run,
            **facts,
        }
        with self.path.open("ab") as file:
            file.write(json.dumps(line, separators=(",", ":"), allow_nan=False).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def _read(self, number: int, raw: bytes) -> dict[str, Any]:
        try:
            line = json.loads(raw)
        except ValueError as error:
            raise self._broken(number, "is not JSON") from error
        if not isinstance(line, dict):
            raise self._broken(number, "is not a JSON object")
        return line

    def _broken(self, number: int, what: str) -> InvalidInput:
        return InvalidInput(
            f"{self.path}:{number}: this line of the ledger {what}",
            remedy="the runs after it can't be trusted to be all that were made: move the ledger away to start a new "
            "one, and keep the old one with its run folders",
        )
