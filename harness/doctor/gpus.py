"""The GPUs: whether there is one, whether the driver suits, and then each card."""

from __future__ import annotations

import re
from pathlib import Path

import pynvml

from harness.doctor.card import GROUP, card_findings, lost_finding
from harness.doctor.finding import ON_GPU, Finding, Measured, Status
from harness.system.cpu import SYS
from harness.system.gpu import Graphics
from harness.system.live import read_live
from harness.system.nvml import NoNvml, nvml
from harness.system.reasons import text_of


def gpu_findings(graphics: Graphics, lock: Path) -> list[Finding]:
    """The driver, then each GPU. ``lock`` names the CUDA version that the image brings."""
    found = [driver_finding(graphics, cuda_of(lock), on_bus=card_on_bus())]
    for gpu in graphics.gpus:
        try:
            with nvml():
                found += card_findings(gpu, read_live(gpu.index))
        except (NoNvml, pynvml.NVMLError) as error:
            found.append(lost_finding(gpu, str(error)))
    return found


def driver_finding(graphics: Graphics, needed: str | None, *, on_bus: bool) -> Finding:
    """``needed`` is the CUDA version that the image's torch brings; a driver runs every one of its own major version.
    ``on_bus``: whether there is an NVIDIA card that the driver should know."""
    one = ("gpu", GROUP, "NVIDIA GPU and driver")
    if not graphics.gpus:
        reason = graphics.no_gpu_reason or "NVML lists no GPU"
        driver = (
            "sudo apt-get install nvidia-driver && sudo reboot (Ubuntu: sudo ubuntu-drivers install && sudo reboot)"
        )
        return Finding(
            *one,
            Status.MISSING if on_bus else Status.LIMITED,
            f"an NVIDIA card is there, and its driver is not: {reason}" if on_bus else f"no NVIDIA card: {reason}",
            "runs use the CPU; GPU energy and GPU memory are absent from records",
            driver if on_bus else None,
            blocks=ON_GPU,
            absent=(Measured.GPU_ENERGY, Measured.GPU_MEMORY),
        )
    seen = f"{len(graphics.gpus)} × {graphics.gpus[0].name}" if _alike(graphics) else _names(graphics)
    seen += f", driver {graphics.driver}, CUDA up to {graphics.cuda}"
    if needed is not None and graphics.cuda is not None and _major(graphics.cuda) < _major(needed):
        return Finding(
            *one,
            Status.MISSING,
            f"{seen}; the workload's torch brings CUDA {needed}",
            "the workload can't use the GPU",
            "sudo apt-get install nvidia-driver && sudo reboot (CUDA 13 needs driver 580 or later)",
            blocks=ON_GPU,
            absent=(Measured.GPU_ENERGY, Measured.GPU_MEMORY),
        )
    return Finding(*one, Status.OK, seen, "runs use the first GPU")


def card_on_bus(sys: Path = SYS) -> bool:
    """Whether PCI lists a graphics card (class 03) of NVIDIA (vendor 10de), with or without a driver."""
    return any(
        text_of(device / "vendor") == "0x10de" and (text_of(device / "class") or "").startswith("0x03")
        for device in (sys / "bus" / "pci" / "devices").glob("*")
    )


def cuda_of(lock: Path) -> str | None:
    """The CUDA version that a lock file's torch brings; None where the file is absent or names none."""
    if not lock.is_file():
        return None
    pin = re.search(r"^nvidia-cuda-runtime(?:-cu\d+)?==(\d+\.\d+)", lock.read_text(encoding="utf-8"), re.MULTILINE)
    return pin[1] if pin else None


def _alike(graphics: Graphics) -> bool:
    return len({gpu.name for gpu in graphics.gpus}) == 1


def _names(graphics: Graphics) -> str:
    return ", ".join(gpu.name for gpu in graphics.gpus)


def _major(version: str) -> int:
    return int(version.split(".")[0])
