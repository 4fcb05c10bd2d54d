"""A build context: which files an image is made from, their digest, and the tar stream that the engine reads.

The same files give the same bytes everywhere: names are sorted, times are 0, owners are root, and modes are fixed, so a
checkout's umask or clock never shows in an image's identity.
"""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from harness.errors import InvalidInput

_CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Item:
    """One file of a context: ``name`` is its path in it, with forward slashes; ``source`` is where it is now.
    ``executable`` is the only thing that is kept of the file's mode."""

    name: str
    source: Path
    executable: bool = False


def submission_context(docker_folder: Path, package: Path, submission: Path) -> tuple[Item, ...]:
    """What a submission's image is made from: its Dockerfile, the workload's side of ``package``, its submission.yaml.

    In the closed division the submission brings no code: its configuration travels in the plan, and the copy in the
    image only makes the image say whose it is.
    """
    code = workload_items(package)
    items = [
        Item("Dockerfile", docker_folder / "Dockerfile"),
        Item("submission/submission.yaml", submission / "submission.yaml"),
    ]
    return tuple(sorted([*items, *code], key=lambda item: item.name))


def workload_items(package: Path) -> tuple[Item, ...]:
    """The code that runs on the workload's side: its own package and the protocol, as ``harness/…``."""
    workload = sorted(path for path in (package / "workload").rglob("*.py") if "__pycache__" not in path.parts)
    if not workload:
        raise InvalidInput(
            f"{package} holds no workload package", remedy="install LeanMed again: its files are incomplete"
        )
    shared = [package / "__init__.py", package / "protocol.py"]
    return tuple(Item(f"harness/{path.relative_to(package).as_posix()}", path) for path in [*shared, *workload])


def context_digest(items: Iterable[Item]) -> str:
    """``sha256:<hex>`` over every name and content, in the order of the names."""
    total = hashlib.sha256(b"leanmed build context 1\n")
    for item in sorted(items, key=lambda item: item.name):
        mark = " x" if item.executable else ""
        total.update(f"{file_digest(item.source)}{mark} {item.name}\n".encode())
    return f"sha256:{total.hexdigest()}"


def file_digest(path: Path) -> str:
    """The SHA-256 (hex) of a file's content. Raises `InvalidInput` where it can't be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InvalidInput(f"{path} can't be read: {error.strerror}") from error


def stream_tar(items: Iterable[Item], sent: Callable[[int], None] | None = None) -> Iterator[bytes]:
    """The context as an uncompressed tar archive, in pieces, so that 3 GB of wheels never stand in memory.

    ``sent`` is called with the bytes of file content that went out so far.
    """
    ordered = sorted(items, key=lambda item: item.name)
    folders = {str(parent) for item in ordered for parent in PurePosixPath(item.name).parents if parent.name}
    for folder in sorted(folders):
        yield _header(f"{folder}/", tarfile.DIRTYPE, 0o755, 0)
    total = 0
    for item in ordered:
        size = item.source.stat().st_size
        yield _header(item.name, tarfile.REGTYPE, 0o755 if item.executable else 0o644, size)
        written = 0
        for piece in _pieces(item.source, size):
            yield piece
            written += len(piece)
            if sent is not None:
                sent(total + written)
        if written != size:
            raise InvalidInput(f"{item.source} became shorter while the image was built from it")
        total += size
        yield b"\0" * (-size % tarfile.BLOCKSIZE)
    yield b"\0" * (2 * tarfile.BLOCKSIZE)


def _pieces(path: Path, size: int) -> Iterator[bytes]:
    left = size
    with path.open("rb") as file:
        while left and (piece := file.read(min(_CHUNK, left))):
            left -= len(piece)
            yield piece


def _header(name: str, kind: bytes, mode: int, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.type, info.mode, info.size, info.mtime = kind, mode, size, 0
    info.uid = info.gid = 0
    info.uname = info.gname = "root"
    return info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")
