"""Processors, memory, swap and virtualisation against what the rules give a run."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from harness.doctor.finding import EVERY_WAY, Finding, Status
from harness.system.system import System

GROUP = "Machine"
_GIB = 2**30


def machine_findings(system: System, container: Mapping[str, Any]) -> list[Finding]:
    """``container`` is the ruleset's: what each run gets."""
    return [
        processors_finding(len(os.sched_getaffinity(0)), system, container["cpus"]),
        memory_finding(system.memory.physical, container["memory_gib"]),
        swap_finding(system.memory.swap),
        governor_finding(system),
        hypervisor_finding(system),
    ]


def processors_finding(usable: int, system: System, wanted: int) -> Finding:
    """``usable`` are the processors that this process may use, ``wanted`` those that the rules give a run."""
    one = ("processors", GROUP, "Processors")
    cores = "" if system.cpu.cores is None else f" on {system.cpu.cores} cores"
    seen = f"{system.cpu.model}, {system.cpu.logical} logical{cores}; {usable} usable, and a run gets {wanted}"
    if usable < wanted:
        # Where the machine has enough, something else keeps them from this process.
        remedy = f"taskset -c 0-{system.cpu.logical - 1} harness …" if system.cpu.logical >= wanted else None
        return Finding(*one, Status.MISSING, seen, "no run starts", remedy, blocks=EVERY_WAY)
    if usable == wanted:
        meaning = "the harness, its meters and the engine share them with the run: times are longer and noisier"
        return Finding(*one, Status.LIMITED, seen, meaning)
    return Finding(*one, Status.OK, seen, "a run has its processors to itself, if nothing else runs")


def memory_finding(physical: int, wanted_gib: float) -> Finding:
    """Bytes there are, against the GiB that a container may take."""
    one = ("memory", GROUP, "Memory")
    seen = f"{physical / _GIB:.1f} GiB, and a container may take {wanted_gib:g}"
    if physical < wanted_gib * _GIB:
        return Finding(
            *one,
            Status.LIMITED,
            seen,
            "a large model may exhaust the machine before it reaches its limit, and the kernel then ends anything; a "
            "densenet121 takes about 2 GiB",
        )
    return Finding(*one, Status.OK, seen, "every run fits")


def swap_finding(swap: int | None) -> Finding:
    """Bytes of swap that is configured."""
    one = ("swap", GROUP, "Swap")
    if swap is None:
        return Finding(*one, Status.LIMITED, "the kernel does not say", "a run on the host may swap")
    if swap == 0:
        return Finding(*one, Status.OK, "none", "no time is spent on swapping")
    return Finding(
        *one,
        Status.LIMITED,
        f"{swap / _GIB:.1f} GiB are configured",
        "containers don't swap; a run on the host may, and its times then say nothing",
        "sudo swapoff --all (until the next boot)",
    )


def governor_finding(system: System) -> Finding:
    """cpufreq's policy, where the kernel has one."""
    one, governor = ("governor", GROUP, "Clock policy"), system.cpu.governor
    if governor is None:
        return Finding(*one, Status.OK, system.cpu.reasons["governor"], "whoever sets the clock rates, nobody here can")
    if governor == "performance":
        return Finding(*one, Status.OK, governor, "clock rates don't wait for load")
    return Finding(
        *one,
        Status.LIMITED,
        f"governor {governor}",
        "clock rates follow the load: short windows are slower, and times differ more from run to run",
        "echo performance | sudo tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor (until the next boot)",
    )


def hypervisor_finding(system: System) -> Finding:
    """A virtual machine shares what it measures."""
    one, hypervisor = ("hypervisor", GROUP, "Virtual machine"), system.hypervisor
    if hypervisor.present is None:
        seen = f"not known: {hypervisor.reasons['present']}"
        return Finding(*one, Status.LIMITED, seen, "other guests may take time from runs without a trace")
    if not hypervisor.present:
        return Finding(*one, Status.OK, "no, a physical machine", "nobody else's work is on this hardware")
    named = f"yes: {hypervisor.name}" if hypervisor.name else "yes; the hypervisor does not say its name"
    meaning = "other guests may take time from runs without a trace; a physical machine gives steadier times"
    return Finding(*one, Status.LIMITED, named, meaning)
