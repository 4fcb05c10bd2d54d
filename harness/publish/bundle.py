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

from harness.errors import InvalidInput
from harness.record.folder import PLAN, RECORD, RunFolder

RAW = "raw.tar.xz"
_MOST_BYTES = 1024**3
"""What an archive may unpack to; a log has 64 MiB at most, and journal and trace are smaller."""


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
    to more than 1 GiB: published folders come from strangers.
    """
    with tempfile.TemporaryDirectory(prefix="leanmed-") as temporary:
        run = Path(temporary) / root.name
        run.mkdir()
        try:
            _unpack(root / RAW, run)
        except (OSError, lzma.LZMAError, tarfile.TarError, EOFError) as error:
            raise _unreadable(root, f"{type(error).__name__}: {error}") from error
        if (root / RECORD).is_file():
            shutil.copyfile(root / RECORD, run / RECORD)
        yield run


def _unpack(path: Path, target: Path) -> None:
    left = _MOST_BYTES
    with lzma.open(path) as stream, tarfile.open(fileobj=stream, mode="r|") as archive:
        for member in archive:
            if not member.isreg() or Path(member.name).name != member.name or member.name in ("", ".", "..", RECORD):
                raise _unreadable(path.parent, f"it holds {json.dumps(member.name)}, which is no file of a run")
            left -= member.size
            if left < 0:
                raise _unreadable(path.parent, f"it unpacks to more than {_MOST_BYTES // 1024**3} GiB")
            content = archive.extractfile(member)
            assert content is not None
            with (target / member.name).open("xb") as file:
                shutil.copyfileobj(content, file)


def _unreadable(root: Path, why: str) -> InvalidInput:
    return InvalidInput(
        f"{root / RAW} can't be unpacked: {why}", remedy="take the folder again from where it was published"
    )
