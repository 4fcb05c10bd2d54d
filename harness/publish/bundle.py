"""A run as it is published: ``record.json`` as it is, and every other file in one archive, without any loss.

The archive is compressed, not rounded: a published run is verified from the very bytes that its record was closed over,
and so by the same code as one in the home. The same files give the same archive, to the byte.
"""

from __future__ import annotations

import contextlib
import io
import json
import lzma
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from harness.errors import InvalidInput
from harness.record.folder import PLAN, RECORD, RunFolder

RAW = "raw.tar.xz"
_MOST_BYTES = 256 * 1024**2
"""What an archive may unpack to; a log has 64 MiB at most, and journal and trace are smaller."""
_MOST_FILES = 16
"""A run has six files beside its record."""
_MOST_MEMORY = 64 * 1024**2
"""What decompressing may take; an archive of `pack` takes 9 MiB."""
_PIECE = 1024**2


def pack(run: RunFolder, target: Path) -> None:
    """Copy a run to the new folder ``target``. One that was interrupted has no record: its plan stands beside the
    archive instead, so that it is seen for what it is."""
    target.mkdir(parents=True)
    # Level 6 takes 100 MB of memory; 9 takes 700 and saves next to nothing on files of this size.
    with lzma.open(target / RAW, "wb", preset=6) as stream, tarfile.open(fileobj=stream, mode="w") as archive:
        for name in sorted(run.digests()):
            content = (run.root / name).read_bytes()
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(content), 0o644
            archive.addfile(info, io.BytesIO(content))
    shown = RECORD if run.complete else PLAN
    shutil.copyfile(run.root / shown, target / shown)


def is_packed(root: Path) -> bool:
    """Whether the folder holds a published run."""
    return (root / RAW).is_file()


@contextlib.contextmanager
def unpacked(root: Path) -> Iterator[Path]:
    """The published run in ``root`` as a run folder of the same name, for as long as the context lasts.

    Raises `InvalidInput` for an archive that can't be read, holds anything but plain files at its top, or would unpack
    to more than 256 MiB, and where archive or record are links: published folders come from strangers.
    """
    for path in (root, root / RAW, root / RECORD):
        if path.is_symlink():
            raise InvalidInput(f"{path} is a link", remedy="what is published is there itself; take the folder again")
    with tempfile.TemporaryDirectory(prefix="leanmed-") as temporary:
        run = Path(temporary) / root.name
        run.mkdir()
        try:
            _unpack(root / RAW, run)
        except (OSError, lzma.LZMAError, tarfile.TarError, EOFError, UnicodeError) as error:
            raise _unreadable(root, f"{type(error).__name__}: {error}") from error
        if (root / RECORD).is_file():
            shutil.copyfile(root / RECORD, run / RECORD)
        yield run


def _unpack(path: Path, target: Path) -> None:
    """Read the archive as `pack` writes it: plain files, each a header of 512 bytes and its content in whole blocks.

    `tarfile` itself would also follow headers that hold longer headers, and read these into memory before anybody has
    asked how long they are.
    """
    left = _MOST_BYTES
    with path.open("rb") as file:
        stream = _Decompressed(file)
        for _ in range(_MOST_FILES + 1):
            header = stream.exactly(tarfile.BLOCKSIZE)
            if header == tarfile.NUL * tarfile.BLOCKSIZE:
                stream.end()
                return
            member = tarfile.TarInfo.frombuf(header, "utf-8", "strict")
            name = member.name
            if member.type != tarfile.REGTYPE or Path(name).name != name or name in ("", ".", "..", RECORD):
                raise _unreadable(path.parent, f"it holds {json.dumps(name)}, which is no file of a run")
            left -= member.size
            if member.size < 0 or left < 0:
                raise _unreadable(path.parent, f"it unpacks to more than {_MOST_BYTES // 1024**2} MiB")
            with (target / name).open("xb") as copy:
                stream.copy(member.size, copy)
            stream.exactly(-member.size % tarfile.BLOCKSIZE)
    raise _unreadable(path.parent, f"it holds more than {_MOST_FILES} files")


class _Decompressed:
    """What an xz file holds, piece by piece. Raises `lzma.LZMAError` where it needs more memory than what `pack` writes
    does (the file says how much, up to 4 GiB), and `EOFError` where it ends early."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._decoder = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MOST_MEMORY)
        self._ready = b""

    def exactly(self, count: int) -> bytes:
        """The next ``count`` bytes; at most a block of an archive."""
        parts = b""
        while len(parts) < count:
            parts += self._piece(count - len(parts))
        return parts

    def copy(self, count: int, target: IO[bytes]) -> None:
        """Write the next ``count`` bytes to ``target``."""
        while count > 0:
            piece = self._piece(count)
            target.write(piece)
            count -= len(piece)

    def end(self) -> None:
        """What follows the last file: zeros, as `tarfile` fills its last record up with, and the file's own check sum.

        Raises `tarfile.ReadError` for anything else.
        """
        left = tarfile.RECORDSIZE
        while not self._decoder.eof or self._ready:
            try:
                piece = self._piece(left)
            except EOFError:
                break
            left -= len(piece)
            if piece.strip(tarfile.NUL) or left <= 0:
                raise tarfile.ReadError("it goes on after its end")
        if not self._decoder.eof:
            raise EOFError("the archive ends early")
        if self._decoder.unused_data or self._file.read(1):
            raise tarfile.ReadError("it goes on after its end")

    def _piece(self, most: int) -> bytes:
        """Between 1 and ``most`` bytes."""
        while not self._ready:
            if self._decoder.eof:
                raise EOFError("the archive ends early")
            raw = self._file.read(_PIECE) if self._decoder.needs_input else b""
            if self._decoder.needs_input and not raw:
                raise EOFError("the archive ends early")
            self._ready = self._decoder.decompress(raw, max_length=_PIECE)
        piece, self._ready = self._ready[:most], self._ready[most:]
        return piece


def _unreadable(root: Path, why: str) -> InvalidInput:
    return InvalidInput(
        f"{root / RAW} can't be unpacked: {why}", remedy="take the folder again from where it was published"
    )
