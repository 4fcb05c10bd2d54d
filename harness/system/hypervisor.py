"""Whether this is a virtual machine, and whose."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.system.cpu import PROC, SYS
from harness.system.reasons import Reasons, text_of

# What firmware of virtual machines writes into DMI (vendor or product name), and the hypervisor that writes it. Only
# the right side leaves this module: an owner may have put any text into DMI. The product comes before the company:
# both Hyper-V's firmware and a laptop say Microsoft Corporation.
_FIRMWARE = {
    "KVM": "KVM",
    "QEMU": "QEMU",
    "VMware": "VMware",
    "VMW": "VMware",
    "innotek GmbH": "VirtualBox",
    "VirtualBox": "VirtualBox",
    "Xen": "Xen",
    "Bochs": "Bochs",
    "Parallels": "Parallels",
    "BHYVE": "bhyve",
    "Hyper-V": "Hyper-V",
    "Virtual Machine": "Hyper-V",
    "Google Compute Engine": "Google Compute Engine",
    "Amazon EC2": "Amazon EC2",
    "DigitalOcean": "DigitalOcean",
    "OpenStack": "OpenStack",
    "Apple Virtualization": "Apple Virtualization",
}
# Never product_serial, product_uuid, board_serial or chassis_serial.
_DMI = ("product_name", "sys_vendor", "board_vendor", "bios_vendor")


@dataclass(frozen=True)
class Hypervisor:
    """``present`` is None where nothing says either; ``name`` is None where there is none or it does not say its
    name. ``reasons`` by field."""

    present: bool | None
    name: str | None
    reasons: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """As ``hypervisor`` of ``system.json``."""
        return {"present": self.present, "name": self.name, "reasons": dict(self.reasons)}


def read_hypervisor(proc: Path = PROC, sys: Path = SYS) -> Hypervisor:
    """Ask /sys/hypervisor (Xen), the processor's ``hypervisor`` flag (CPUID 1, ECX bit 31, set by every hypervisor that
    does not hide) and, for the name, DMI."""
    flag = _flag(proc)
    kind = text_of(sys / "hypervisor" / "type")
    present = True if kind is not None else flag
    reasons = Reasons()
    reasons.or_none("present", present, "the kernel lists no processor flags, and there is no /sys/hypervisor")
    if present:
        name = "Xen" if kind == "xen" else _name(sys)
        reasons.or_none("name", name, "neither /sys/hypervisor nor DMI names it")
    else:
        # A physical server of a cloud says "Amazon EC2" in DMI, too: without the flag the name means nothing.
        name = reasons.or_none("name", None, "no hypervisor was found")
    return Hypervisor(present=present, name=name, reasons=reasons)


def _flag(proc: Path) -> bool | None:
    flags = re.search(r"^flags\s*:(.*)$", text_of(proc / "cpuinfo") or "", re.MULTILINE)
    return "hypervisor" in flags[1].split() if flags else None


def _name(sys: Path) -> str | None:
    for file in _DMI:
        text = text_of(sys / "class" / "dmi" / "id" / file) or ""
        for words, name in _FIRMWARE.items():
            if words in text:
                return name
    return None
