"""What the whole machine did meanwhile: processor time of everybody, and swapping."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_STAT, _VMSTAT = Path("/proc/stat"), Path("/proc/vmstat")


@dataclass(frozen=True)
class Machine:
    """Counted since the machine was started, from proc_stat(5) and proc_vmstat(5).

    ``busy_s`` are seconds in which processors worked for anybody here, ``stolen_s`` those in which the hypervisor gave
    them to another guest; of all processors together. ``swapped_pages`` are pages that went to swap or came back.
    """

    busy_s: float
    stolen_s: float
    swapped_pages: int

    @classmethod
    def read(cls, stat: Path = _STAT, vmstat: Path = _VMSTAT) -> Machine:
        """Now."""
        first = stat.read_text().partition("\n")[0].split()
        # user nice system idle iowait irq softirq steal; what guests of this machine use is part of user.
        user, nice, system, _, _, irq, softirq, steal = (int(value) for value in first[1:9])
        counts = dict(line.split() for line in vmstat.read_text().splitlines())
        ticks = os.sysconf("SC_CLK_TCK")
        return cls(
            busy_s=(user + nice + system + irq + softirq) / ticks,
            stolen_s=steal / ticks,
            # A kernel without swap has neither.
            swapped_pages=int(counts.get("pswpin", 0)) + int(counts.get("pswpout", 0)),
        )
