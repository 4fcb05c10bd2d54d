"""The local ledger: one line for every start and every finish, each holding the digest of the line before it.

The chain shows that no line was changed, removed or put in later. It does not show that the whole ledger was not thrown
away; only an independent run again proves a result.

A line that a crash cut off has no newline. It breaks nothing: it is no link of the chain, and the next line keeps what
is left of it as ``torn``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import InvalidInput
from harness.record import digest
from harness.record.durable import append_whole, replace, sync_folder

GENESIS = "sha256:" + "0" * 64
"""What the first line gives as the digest of the line before it."""


@dataclass(frozen=True)
class Ledger:
    """The chain in the file ``path``. Appending is safe only while the home's run lock is held."""

    path: Path

    def lines(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Every whole line with its number from 1, checked against the chain. Raises `InvalidInput` where it breaks."""
        previous = GENESIS
        for number, raw in enumerate(self._split()[0], start=1):
            line = self._read(number, raw)
            if line.get("previous") != previous:
                raise self._broken(number, "does not hold the digest of the line before it")
            yield number, line
            previous = digest.of_bytes(raw)

    @property
    def torn(self) -> str | None:
        """What is left of a last line that was cut off while it was written, or None."""
        left = self._split()[1]
        return left.decode("utf-8", "backslashreplace") if left else None

    def append(self, event: str, run: str, **facts: Any) -> None:
        """Add one line and force it to disk. Raises `InvalidInput` if the chain is broken, and `OSError` where the line
        can't be written; the ledger is then as it was."""
        for _ in self.lines():
            pass
        whole, torn = self._split()
        line = {
            "previous": digest.of_bytes(whole[-1]) if whole else GENESIS,
            "event": event,
            "run": run,
            **facts,
            **({"torn": self.torn} if torn else {}),
        }
        raw = json.dumps(line, separators=(",", ":"), allow_nan=False).encode()
        if torn:
            # In one step, so that a second crash can't lose what the first one left.
            replace(self.path, b"".join(one + b"\n" for one in (*whole, raw)))
        else:
            self._add(raw + b"\n")

    def _add(self, raw: bytes) -> None:
        new = not self.path.exists()
        with self.path.open("ab", buffering=0) as file:
            append_whole(file, raw, sync=True)
        if new:
            sync_folder(self.path.parent)

    def _split(self) -> tuple[list[bytes], bytes]:
        """The whole lines, and what stands behind the last newline."""
        *whole, left = (self.path.read_bytes() if self.path.exists() else b"").split(b"\n")
        return whole, left

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
