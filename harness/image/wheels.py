"""The wheel folder: what a lock file pins, downloaded once with pip on the host, so that builds need no network."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from harness.errors import MachineLacks
from harness.image.context import file_digest
from harness.image.lock import Lock

# A wheel for an older glibc runs on a newer one (PEP 600), but pip takes only the tags that it is told when it resolves
# for another Python than its own. 2.28 is what `make lock` resolves for.
_PLATFORMS = (
    *(f"manylinux_2_{minor}_x86_64" for minor in range(28, 4, -1)),
    "manylinux2014_x86_64",
    "manylinux2010_x86_64",
    "manylinux1_x86_64",
)
_NEXT = re.compile(r"(Collecting|Processing) (\S+)")
_ROUTINE = re.compile(
    r"\s*(Downloading|Using cached|Saved|File was already|Looking in|Obtaining|Successfully downloaded)\b"
)


def ensure_wheels(lock: Lock, wheels: Path, say: Callable[[str], None]) -> Path:
    """The folder ``<wheels>/<lock digest>`` with exactly the wheels that ``lock`` pins, downloaded if need be.

    A folder that is there is checked digest by digest, and made again if a file is missing, strange or damaged. The
    caller holds the build lock of this home. Raises `MachineLacks` with all that pip said where the download fails.
    """
    folder = wheels / lock.digest.removeprefix("sha256:")
    if folder.is_dir():
        say(f"checking the digests of {len(lock.pins)} wheels in {folder}")
        problems = wheel_problems(lock, folder)
        if not problems:
            return folder
        say(f"the wheel folder is not what the lock file says ({problems[0]}): downloading it again")
        shutil.rmtree(folder)
    part = wheels / f".{folder.name}.part"
    shutil.rmtree(part, ignore_errors=True)
    (part / "wheels").mkdir(parents=True)
    (part / "tmp").mkdir()
    try:
        _download(lock, part / "wheels", part / "tmp", say)
        (part / "wheels").rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return folder


def wheel_problems(lock: Lock, folder: Path) -> list[str]:
    """What is wrong with a wheel folder, one sentence each; empty where every pin has its one file."""
    problems = []
    found = {path: file_digest(path) for path in sorted(folder.iterdir())}
    for path, digest in found.items():
        if not any(digest in pin.hashes for pin in lock.pins):
            problems.append(f"{path.name} has a digest that {lock.path.name} does not list")
    for pin in lock.pins:
        count = sum(digest in pin.hashes for digest in found.values())
        if count != 1:
            problems.append(f"{pin.name} {pin.version} has {count} files instead of 1")
    return problems


def download_command(lock: Lock, target: Path) -> list[str]:
    """The pip call, which resolves nothing: it fetches what the lock pins for the base's Python, digests checked."""
    platforms = [option for tag in _PLATFORMS for option in ("--platform", tag)]
    return [
        *(sys.executable, "-m", "pip", "download", "--no-input", "--disable-pip-version-check"),
        *("--require-hashes", "--only-binary=:all:", "--no-deps", "--progress-bar=off"),
        *("--implementation", "cp", "--python-version", lock.python, *platforms),
        *("--dest", str(target), "--requirement", str(lock.path)),
    ]


def _download(lock: Lock, target: Path, temporary: Path, say: Callable[[str], None]) -> None:
    say(f"downloading {len(lock.pins)} wheels for Python {lock.python} (about 3 GB, once)")
    kept: list[str] = []
    done = 0
    with _pip(download_command(lock, target), temporary) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if started := _NEXT.match(line):
                done += 1
                say(f"wheel {done}/{len(lock.pins)}: {Path(started[2]).name}")
            elif not _ROUTINE.match(line):
                kept.append(line.rstrip())
        code = process.wait()
    if code != 0:
        text = "\n".join(f"    {line}" for line in kept)
        raise MachineLacks(
            f"pip could not download what {lock.path.name} pins (exit code {code}):\n{text}",
            remedy="give this machine access to a Python package index (pip's own settings are used), or run without a "
            "container: `--runtime host`",
        )


@contextlib.contextmanager
def _pip(command: list[str], temporary: Path) -> Iterator[subprocess.Popen[str]]:
    """Run pip in a session of its own and never leave it behind, however this is left.

    Its temporary files go beside the wheels: /tmp is often a small disk, or memory.
    """
    environment = {**os.environ, "TMPDIR": str(temporary), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
