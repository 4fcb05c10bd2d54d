"""Distribution, kernel and Python, as they call themselves."""

from __future__ import annotations

import platform
from dataclasses import dataclass


@dataclass(frozen=True)
class Software:
    """``os`` is the distribution's name with its version, ``kernel`` the release, ``python`` the harness's own."""

    os: str
    kernel: str
    python: str


def read_software() -> Software:
    """Ask this machine. `platform.node` is never asked: a host name is personal."""
    return Software(os=_distribution(), kernel=platform.release(), python=platform.python_version())


def _distribution() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return platform.system()
