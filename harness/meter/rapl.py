"""The energy of processors and memory from RAPL (Running Average Power Limit), where the kernel lets it be read.

Zeus finds the zones and knows their files; the counters are read here. Zeus's own reading starts a process for each
zone that watches for the counter to wrap around, and that process lives on for ever where the harness is killed. A
thread does the same and ends with it.

Source of names and units: the kernel's Documentation/power/powercap/powercap.rst.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from harness.meter.base import MeterLost, Source
from harness.meter.counter import Counter, update_period

if TYPE_CHECKING:
    from zeus.device.cpu.rapl import RAPLFile

NAME = "RAPL"
CPU_SCOPE, DRAM_SCOPE = "CPU packages", "memory of all CPU packages"
_POWERCAP = Path("/sys/class/powercap")
_WATCH_S = 5.0
"""The smallest range is 65 kJ, which 1 kW takes 65 s to fill."""


def rapl_counters(root: Path = _POWERCAP) -> tuple[Counter, Counter]:
    """The counters of the CPU packages and of their memory, each the sum over all packages, or the reasons."""
    folders = sorted(root.glob("intel-rapl:*"))
    if not folders:
        reason = "this machine has no RAPL (processors of Intel and AMD have; virtual machines mostly don't pass it on)"
        return Counter.absent(CPU_SCOPE, reason), Counter.absent(DRAM_SCOPE, reason)
    # Here, because most machines in use have no RAPL.
    from zeus.device.cpu.common import ZeusCPUNoPermissionError
    from zeus.device.cpu.rapl import RAPLFile, ZeusRAPLFileInitError

    try:
        zones = [RAPLFile(str(folder)) for folder in folders]
    except ZeusCPUNoPermissionError:
        reason = "RAPL may be read by root only (since Linux 5.10); `harness doctor` says how to allow it"
        return Counter.absent(CPU_SCOPE, reason), Counter.absent(DRAM_SCOPE, reason)
    except ZeusRAPLFileInitError as error:
        reason = f"RAPL is there, but can't be read: {error}"
        return Counter.absent(CPU_SCOPE, reason), Counter.absent(DRAM_SCOPE, reason)
    # By name: `psys` is the whole platform, the packages included, and `core` is a part of its package.
    cpu = _counter([zone for zone in zones if zone.name.startswith("package")], CPU_SCOPE)
    try:
        return cpu, _counter([zone for zone in zones if zone.name == "dram"], DRAM_SCOPE)
    except MeterLost:
        cpu.close()
        raise


def _counter(zones: list[RAPLFile], scope: str) -> Counter:
    if not zones:
        return Counter.absent(scope, "RAPL has no such zone on this machine")
    unwrapped = [_Unwrapped(Path(zone.energy_uj_path), zone.max_energy_range_uj) for zone in zones]
    watch = _Watch(unwrapped)

    def read_j() -> float:
        return sum(zone.read_j() for zone in unwrapped)

    period = update_period(read_j)
    if period is None:
        return Counter.absent(scope, "RAPL's counter did not move in 1.5 s, although the machine is running")
    watch.start()
    return Counter(Source(NAME, scope, period, None), read_j, watch.end)


class _Unwrapped:
    """One zone's counter, which starts at 0 again when its range is full, as one that never falls."""

    def __init__(self, path: Path, range_uj: float) -> None:
        self._path, self._range = path, range_uj
        self._lock = threading.Lock()
        self._last, self._wraps = self._raw(), 0

    def read_j(self) -> float:
        """Joules. Raises `MeterLost` where the file can't be read any more."""
        with self._lock:
            now = self._raw()
            if now < self._last:
                self._wraps += 1
            self._last = now
            return (now + self._wraps * self._range) * 1e-6

    def _raw(self) -> float:
        try:
            return float(self._path.read_text())
        except (OSError, ValueError) as error:
            raise MeterLost(f"RAPL stopped answering: {error}") from error


class _Watch:
    """Reads the zones often enough that no wrap goes unseen."""

    def __init__(self, zones: list[_Unwrapped]) -> None:
        self._zones = zones
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="leanmed-rapl", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self._end.set()

    def _follow(self) -> None:
        while not self._end.wait(_WATCH_S):
            try:
                for zone in self._zones:
                    zone.read_j()
            except MeterLost:
                # Whoever reads next is told the same.
                return
