"""The lock file of an image: every package that the workload imports, pinned with the digests of its wheels."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from harness.errors import InvalidInput, MachineLacks
from harness.spec.pins import Pin, logical_lines, parse_pin


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
    return lock_in(path, python, remedy="write the file again with `make lock`")


def lock_in(path: Path, python: str, *, remedy: str) -> Lock:
    """The lock in the file ``path``. Raises `InvalidInput`, with ``remedy``, where a line is not a pin with digests."""
    raw = path.read_bytes()
    pins = []
    for number, line in logical_lines(raw.decode("utf-8")):
        pin = parse_pin(line)
        if pin is None:
            raise InvalidInput(
                f"{path}:{number}: {line.split()[0]!r} is not pinned as name==version with sha256 digests",
                remedy=remedy,
            )
        pins.append(pin)
    if not pins:
        raise InvalidInput(f"{path} pins nothing", remedy=remedy)
    return Lock(path=path, python=python, digest=f"sha256:{hashlib.sha256(raw).hexdigest()}", pins=tuple(pins))
