"""RAPL: the processor's own energy counters, under /sys/class/powercap. Source: the kernel's
Documentation/power/powercap; AMD's counters stand there under Intel's name, too."""

from __future__ import annotations

from pathlib import Path

from harness.doctor.finding import Finding, Measured, Status
from harness.system.cpu import SYS
from harness.system.hypervisor import Hypervisor
from harness.system.reasons import text_of

GROUP = "CPU energy"
_ONE = ("rapl", GROUP, "RAPL counters")
_BOTH = (Measured.CPU_ENERGY, Measured.DRAM_ENERGY)

# The kernel made the counters root's alone in 5.10, against CVE-2020-8694 ("PLATYPUS").
_GRANT = (
    "sudo chmod a+r /sys/class/powercap/intel-rapl:*/energy_uj (until the next boot; for good, in "
    '/etc/udev/rules.d/60-rapl.rules: SUBSYSTEM=="powercap", KERNEL=="intel-rapl:*", ACTION=="add", '
    'RUN+="/bin/chmod a+r /sys%p/energy_uj"). Since kernel 5.10 only root may read them, because they tell other users '
    "of the machine what a process computes, its keys among it (CVE-2020-8694): only where you trust everybody who can "
    "log in"
)


def rapl_finding(hypervisor: Hypervisor, sys: Path = SYS) -> Finding:
    """Whether the counters are there, may be read, and count."""
    folder = sys / "class" / "powercap"
    domains = {zone: text_of(zone / "name") or "unnamed" for zone in sorted(folder.glob("intel-rapl:*"))}
    if not domains:
        return _no_counters(hypervisor)
    packages = [zone for zone, name in domains.items() if name.startswith("package")]
    denied = [zone for zone in domains if _denied(zone / "energy_uj")]
    names = ", ".join(sorted(set(domains.values())))
    if denied:
        return Finding(
            *_ONE,
            Status.MISSING,
            f"{len(domains)} counters ({names}), which this user may not read",
            "CPU energy and memory energy are absent from records",
            _GRANT,
            absent=_BOTH,
        )
    values = {zone: text_of(zone / "energy_uj") for zone in domains}
    if not packages or not all((values[zone] or "").isdecimal() and int(values[zone] or 0) > 0 for zone in packages):
        return Finding(
            *_ONE,
            Status.MISSING,
            f"{len(domains)} counters ({names}), and those of the processor packages don't count",
            "CPU energy is absent from records",
            absent=_BOTH,
        )
    if "dram" not in domains.values():
        return Finding(
            *_ONE,
            Status.OK,
            f"{names} are readable; there is no counter of the memory (usual for desktops and AMD)",
            "CPU energy can be measured, memory energy can't",
            absent=(Measured.DRAM_ENERGY,),
        )
    return Finding(*_ONE, Status.OK, f"{names} are readable", "CPU energy and memory energy can be measured")


def _no_counters(hypervisor: Hypervisor) -> Finding:
    meaning = "CPU energy and memory energy are absent from records"
    if hypervisor.present:
        seen = "the kernel has none, as usual in a virtual machine"
        return Finding(*_ONE, Status.MISSING, seen, f"{meaning}; only the physical machine has them", absent=_BOTH)
    remedy = "sudo modprobe intel_rapl_msr (Intel from Sandy Bridge on, AMD from Zen on with kernel 5.8)"
    return Finding(*_ONE, Status.MISSING, "the kernel has none", meaning, remedy, absent=_BOTH)


def _denied(file: Path) -> bool:
    try:
        file.read_bytes()
    except PermissionError:
        return True
    except OSError:
        # Not there, or the hardware failed: nothing that a permission would change.
        return False
    return False
