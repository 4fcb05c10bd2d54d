"""A file that grows by whole lines, read from where the last look ended."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

LONGEST_LINE = 8 * 1024 * 1024
"""Bytes of a line that is still read. An event has 4 MiB at most, and stands in the journal with a few more fields."""
_PIECE = 1024 * 1024


class Follower:
    """Gives each line of ``path`` once, without its newline, when the whole of it is there.

    What stands behind the last newline is a line that is just being written, and waits for the next look. A line that
    is longer than `LONGEST_LINE` comes as None: it is there, and is not read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._begun = bytearray()
        self._too_long = False

    def lines(self) -> Iterator[bytes | None]:
        """The lines that came since the last look. Raises `OSError`."""
        with self._path.open("rb") as file:
            file.seek(self._offset)
            while piece := file.read(_PIECE):
                self._offset += len(piece)
                *ends, rest = piece.split(b"\n")
                for end in ends:
                    self._take(end)
                    yield self._whole()
                self._take(rest)

    def _take(self, piece: bytes) -> None:
        self._begun += piece
        if len(self._begun) > LONGEST_LINE:
            self._begun.clear()
            self._too_long = True

    def _whole(self) -> bytes | None:
        line = None if self._too_long else bytes(self._begun)
        self._begun.clear()
        self._too_long = False
        return line
