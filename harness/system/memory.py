"""Memory and swap."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from harness.system.cpu import PROC
from harness.system.reasons import text_of


@dataclass(frozen=True)
class Memory:
    """In bytes. ``physical`` is what the kernel manages, a little less than what is built in; ``swap`` is configured
    swap, 0 for none, None where the kernel does not say."""

    physical: int
    swap: int | None


def read_memory(proc: Path = PROC) -> Memory:
    """Look at this machine's memory."""
    swap = re.search(r"^SwapTotal:\s+(\d+) kB$", text_of(proc / "meminfo") or "", re.MULTILINE)
    return Memory(
        physical=os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"),
        swap=int(swap[1]) * 1024 if swap else None,
    )
