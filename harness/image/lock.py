"""The lock file of an image: every package that the workload imports, pinned with the digests of its wheels."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from harness.errors import InvalidInput, MachineLacks

_PIN = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)==(?P<version>[^\s;]+)(\s*;.*?)?(?P<hashes>(\s+--hash=\S+)+)")


@dataclass(frozen=True)
class Pin:
    """One package. ``hashes`` are the SHA-256 digests (hex) of the files that may be installed for it."""

    name: str
    version: str
    hashes: frozenset[str]


@dataclass(frozen=True)
class Lock:
    """One lock file. ``python`` is the ``major.minor`` it was resolved for; ``digest`` is of the file's bytes."""

    path: Path
    python: str
    digest: str
    pins: tuple[Pin, ...]


def load_lock(docker_folder: Path, python: str) -> Lock:
    """The lock file for a base whose Python is ``python`` ("3.12").

    Raises `MachineLacks` where there is none for that Python and `InvalidInput` where a line is not a pin with digests.
    """
    path = docker_folder / f"requirements-py{python}.txt"
    if not path.is_file():
        known = sorted(file.stem.removeprefix("requirements-py") for file in docker_folder.glob("requirements-py*"))
        raise MachineLacks(
            f"the base image has Python {python}; {docker_folder} holds lock files for {', '.join(known) or 'none'}",
            remedy="use another base image, or add that Python to `lock` in the Makefile and run `make lock`",
        )
    raw = path.read_bytes()
    pins = tuple(_parse_pin(line, path) for line in _logical_lines(raw.decode("utf-8")))
    if not pins:
        raise InvalidInput(f"{path} pins nothing", remedy="write it again with `make lock`")
    return Lock(path=path, python=python, digest=f"sha256:{hashlib.sha256(raw).hexdigest()}", pins=pins)


def _logical_lines(text: str) -> list[str]:
    """Lines joined where a backslash continues them; comments and blank lines left out."""
    joined = text.replace("\\\n", " ")
    return [line.strip() for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def _parse_pin(line: str, path: Path) -> Pin:
    match = _PIN.fullmatch(line)
    hashes = match["hashes"].split() if match else []
    if match is None or not all(item.startswith("--hash=sha256:") for item in hashes):
        raise InvalidInput(
            f"{path}: {line.split()[0]!r} is not pinned as name==version with sha256 digests",
            remedy="write the file again with `make lock`",
        )
    digests = frozenset(item.removeprefix("--hash=sha256:") for item in hashes)
    return Pin(name=match["name"], version=match["version"], hashes=digests)
