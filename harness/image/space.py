"""Disk space, looked at before a build or a download starts instead of after it failed."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from harness.errors import MachineLacks

GIB = 1024**3


@dataclass(frozen=True)
class Need:
    """So many GiB at ``path``, and what for."""

    path: Path
    gib: float
    purpose: str


def check_space(needs: Iterable[Need]) -> None:
    """Raise `MachineLacks`, with every figure, where a file system has less free than is needed on it altogether."""
    by_device: dict[int, list[Need]] = {}
    for need in needs:
        by_device.setdefault(_existing(need.path).stat().st_dev, []).append(need)
    short = [text for group in by_device.values() if (text := _shortage(group)) is not None]
    if short:
        raise MachineLacks(
            "; ".join(short),
            remedy="free some space (`docker system df` shows what Docker holds, `docker image prune` removes what no "
            "image uses), or move Docker's data root or $LEANMED_HOME to a larger disk",
        )


def _shortage(group: list[Need]) -> str | None:
    wanted = sum(need.gib for need in group)
    free = shutil.disk_usage(_existing(group[0].path)).free / GIB
    if free >= wanted:
        return None
    parts = ", ".join(f"{need.gib:.1f} GiB at {need.path} for {need.purpose}" for need in group)
    return f"the disk has {free:.1f} GiB free, and {wanted:.1f} GiB are needed: {parts}"


def _existing(path: Path) -> Path:
    """``path``, or the nearest folder above it that exists (and that we may look at)."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return path
