"""The clocks: the one that durations are measured with, and the one that dates records."""

from __future__ import annotations

import ctypes
import time
from pathlib import Path

from harness.doctor.finding import Finding, Status
from harness.system.cpu import SYS
from harness.system.reasons import text_of

GROUP = "Machine"
# Read by the processor itself, in nanoseconds. The others (hpet, acpi_pm, refined-jiffies) cost a system call and more.
_FAST = {"tsc", "kvm-clock", "hyperv_clocksource_tsc_page", "xen", "arch_sys_counter"}
# linux/timex.h: state of the kernel's clock when nothing disciplines it.
_TIME_ERROR = 5
# struct timex is 208 bytes on 64-bit Linux; all zero, `modes` with it, it asks and sets nothing.
_TIMEX_BYTES = 512


def clock_findings(sys: Path = SYS) -> list[Finding]:
    """The clock source, and whether the time of day is kept by a time server."""
    source = text_of(sys / "devices" / "system" / "clocksource" / "clocksource0" / "current_clocksource")
    return [monotonic_finding(source), time_of_day_finding(synchronised())]


def monotonic_finding(source: str | None) -> Finding:
    """Durations come from the monotonic clock; what it costs to read depends on its source."""
    one, resolution = ("clock", GROUP, "Clock for durations"), time.get_clock_info("monotonic").resolution
    seen = f"monotonic clock, source {source or 'not named'}, resolution {resolution * 1e9:.0f} ns"
    if source is None or source in _FAST:
        return Finding(*one, Status.OK, seen, "durations are exact")
    return Finding(
        *one,
        Status.LIMITED,
        seen,
        "reading the clock takes microseconds, which shows in single-stream latencies",
        "sudo dmesg | grep -i clocksource (says why the kernel gave the processor's counter up)",
    )


def time_of_day_finding(synchronised: bool | None) -> Finding:
    """Records carry dates; nothing is computed from them."""
    one, harmless = ("time-of-day", GROUP, "Time of day"), "dates in records may be wrong; durations are not touched"
    if synchronised is None:
        return Finding(*one, Status.LIMITED, "the kernel does not say whether a time server keeps it", harmless)
    if synchronised:
        return Finding(*one, Status.OK, "kept by a time server", "dates in records are right")
    remedy = "sudo timedatectl set-ntp true"
    return Finding(*one, Status.LIMITED, "not kept by a time server", harmless, remedy)


def synchronised() -> bool | None:
    """Whether something disciplines the kernel's clock, by adjtimex(2); None where it can't be asked."""
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "adjtimex"):
        return None
    state = libc.adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    return None if state < 0 else bool(state != _TIME_ERROR)
