"""Memory and processor time of a workload, seen from the host: what control groups and ``/proc`` count."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Usage:
    """What a workload has used up to ``at`` (`time.monotonic` in seconds).

    ``cpu_s`` are the seconds of all processors, user and system, of all its processes. ``memory_peak_b`` is the largest
    memory so far in bytes: of a control group everything charged to it, which *includes* page cache of files that it
    was the first to read (the kernel's cgroup-v2.rst, ``memory.peak``; cgroup-v1/memory.rst,
    ``memory.max_usage_in_bytes``); of a process its resident set without what it merely could map (proc(5), ``VmHWM``).
    ``source`` says which. What is not known is None, with ``reason``.
    """

    at: float
    cpu_s: float | None
    memory_peak_b: int | None
    source: str | None
    scope: str
    reason: str | None

    @classmethod
    def absent(cls, scope: str, reason: str) -> Usage:
        """Nothing is known."""
        return cls(time.monotonic(), None, None, None, scope, reason)


CONTAINER = "container"
PROCESS = "workload's process"


@dataclass(frozen=True)
class ControlGroups:
    """Where the counters of a process's control groups are: one folder in version 2, one for each controller in 1."""

    version: int
    memory: Path
    cpu: Path


def control_groups(pid: int, proc: Path = Path("/proc")) -> ControlGroups | None:
    """The control groups of a process, None where they are not to be found from here.

    Looked up, not guessed: ``/proc/<pid>/cgroup`` names the groups by hierarchy, and ``mountinfo`` says where each
    hierarchy is mounted (cgroups(7), proc_pid_mountinfo(5)). On a machine with both versions the one that has the
    memory controller counts.
    """
    try:
        groups = _groups((proc / str(pid) / "cgroup").read_text())
        mounts = _mounts((proc / "self" / "mountinfo").read_text())
    except OSError:
        return None
    if {"memory", "cpuacct"} <= groups.keys() and {"memory", "cpuacct"} <= mounts.keys():
        memory, cpu = (_place(groups[name], mounts[name]) for name in ("memory", "cpuacct"))
        return None if memory is None or cpu is None else ControlGroups(1, memory, cpu)
    if "" in groups and "" in mounts:
        folder = _place(groups[""], mounts[""])
        return None if folder is None else ControlGroups(2, folder, folder)
    return None


def _groups(text: str) -> dict[str, str]:
    """Path of the group by controller; the unified hierarchy of version 2 has the empty name."""
    found = {}
    for line in text.splitlines():
        _, controllers, path = line.split(":", 2)
        for name in controllers.split(","):
            found[name] = path
    return found


def _mounts(text: str) -> dict[str, tuple[str, Path]]:
    """Root of the hierarchy as mounted, and mount point, by controller."""
    found: dict[str, tuple[str, Path]] = {}
    for line in text.splitlines():
        first, _, last = line.partition(" - ")
        fields, (kind, _, options) = first.split(), last.split(" ", 2)
        root, point = fields[3], Path(fields[4])
        if kind == "cgroup2":
            found.setdefault("", (root, point))
        elif kind == "cgroup":
            for name in options.split(","):
                found.setdefault(name, (root, point))
    return found


def _place(group: str, mount: tuple[str, Path]) -> Path | None:
    root, point = mount
    if root == "/":
        return point / group.lstrip("/")
    # A part of the hierarchy is mounted here (the harness is in a container itself): only what lies in it is seen.
    inside = os.path.relpath(group, root)
    return None if inside.startswith("..") else point / inside


def read_groups(groups: ControlGroups) -> Usage | None:
    """What the groups have counted; None where they have gone with their container."""
    try:
        if groups.version == 2:
            statistics = dict(line.split() for line in (groups.cpu / "cpu.stat").read_text().splitlines())
            cpu_s = int(statistics["usage_usec"]) * 1e-6
        else:
            cpu_s = int((groups.cpu / "cpuacct.usage").read_text()) * 1e-9
        peak = groups.memory / ("memory.peak" if groups.version == 2 else "memory.max_usage_in_bytes")
        source = f"control group version {groups.version}, {peak.name}"
        if groups.version == 2 and not peak.exists() and groups.memory.exists():
            reason = "this kernel has no memory.peak (Linux 5.19 and later have it)"
            return Usage(time.monotonic(), cpu_s, None, "control group version 2, cpu.stat", CONTAINER, reason)
        return Usage(time.monotonic(), cpu_s, int(peak.read_text()), source, CONTAINER, None)
    except OSError:
        # ENOENT, or ENODEV from a file that was open when its group was removed.
        return None


def read_process(pid: int, proc: Path = Path("/proc")) -> Usage | None:
    """What one process, with the children that it has waited for, has used; None where it has ended."""
    try:
        text = (proc / str(pid) / "stat").read_text()
        status = (proc / str(pid) / "status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The name, in brackets, may hold anything; after it come fields 3 and on.
    fields = text.rpartition(")")[2].split()
    ticks = sum(int(value) for value in fields[11:15])
    peak = next((line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")), None)
    if peak is None:
        return None  # it has ended and waits to be buried
    cpu_s = ticks / os.sysconf("SC_CLK_TCK")
    return Usage(time.monotonic(), cpu_s, int(peak) * 1024, "VmHWM and times of /proc", PROCESS, None)
