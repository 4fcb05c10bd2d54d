"""A session with NVML, NVIDIA's management library, which comes with the driver."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pynvml


class NoNvml(Exception):
    """NVML does not answer; the text says why."""


@contextmanager
def nvml() -> Iterator[None]:
    """NVML for the length of the block. Raises `NoNvml` where it can't be started."""
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError as error:
        raise NoNvml(f"NVML does not answer on this machine: {error}") from error
    try:
        yield
    finally:
        pynvml.nvmlShutdown()
