"""The processors: what they are, how many, and what decides their clock rate."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.system.reasons import Reasons, text_of

PROC, SYS = Path("/proc"), Path("/sys")


@dataclass(frozen=True)
class Cpu:
    """``logical`` and ``cores`` (physical) count processors that are online; ``smt`` says whether cores run two or more
    threads now; ``governor`` is cpufreq's policy (several where processors differ). ``reasons`` by field."""

    model: str
    architecture: str
    logical: int
    cores: int | None
    smt: bool | None
    governor: str | None
    reasons: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """As ``cpu`` of ``system.json``."""
        return {
            "model": self.model,
            "architecture": self.architecture,
            "logical": self.logical,
            "cores": self.cores,
            "smt": self.smt,
            "governor": self.governor,
            "reasons": dict(self.reasons),
        }


def read_cpu(proc: Path = PROC, sys: Path = SYS) -> Cpu:
    """Look at this machine's processors; ``proc`` and ``sys`` are the kernel's file systems."""
    reasons = Reasons()
    folder = sys / "devices" / "system" / "cpu"
    return Cpu(
        model=_model(proc),
        architecture=platform.machine(),
        # Not os.cpu_count(): Python 3.13 lets an environment variable type that in.
        logical=os.sysconf("SC_NPROCESSORS_ONLN"),
        cores=reasons.or_none("cores", _cores(folder), "the kernel does not say which processors share a core"),
        smt=reasons.or_none("smt", _smt(folder), "the kernel does not say whether cores run several threads"),
        governor=reasons.or_none(
            "governor",
            _governor(folder),
            "no cpufreq: the kernel does not set clock rates here (usual in a virtual machine)",
        ),
        reasons=reasons,
    )


def _model(proc: Path) -> str:
    match = re.search(r"^model name\s*:\s*(.+)$", text_of(proc / "cpuinfo") or "", re.MULTILINE)
    return " ".join(match[1].split()) if match else platform.processor() or platform.machine()


def _cores(folder: Path) -> int | None:
    """Processors that list the same siblings are one core."""
    siblings = {text_of(file) for file in folder.glob("cpu[0-9]*/topology/thread_siblings_list")} - {None}
    return len(siblings) or None


def _smt(folder: Path) -> bool | None:
    return {"0": False, "1": True}.get(text_of(folder / "smt" / "active") or "")


def _governor(folder: Path) -> str | None:
    found = {text_of(file) for file in folder.glob("cpu[0-9]*/cpufreq/scaling_governor")} - {None}
    return ", ".join(sorted(str(one) for one in found)) or None
