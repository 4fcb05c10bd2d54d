"""The device that the plan names: found, set to reference arithmetic, waited for."""

from __future__ import annotations

import platform
import warnings
from pathlib import Path

import torch

from harness.workload.failure import Refused


def find_device(name: str) -> torch.device:
    """``cpu``, or the one GPU that is visible. Raises `Refused` where there is none."""
    if name == "cuda" and not torch.cuda.is_available():
        raise Refused("device cuda: torch sees no GPU here")
    return torch.device(name)


def device_name(device: torch.device) -> str:
    """The device as its driver or its kernel calls it."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()


def set_reference_arithmetic(device: torch.device, threads: int) -> None:
    """True float32 and repeatable operations, for this whole process.

    TF32 is off (it rounds the factors of matrix products to 10 bits of mantissa) and the choice of algorithms does not
    depend on timing. An operation without a repeatable form is an error on a CPU; on a GPU, where which operations have
    one depends on torch's version, it is a warning in the log. Filling new memory is turned off: it would only make
    reads of uninitialised memory repeatable, and costs time.
    """
    torch.set_num_threads(threads)
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.deterministic = True
    torch.use_deterministic_algorithms(True, warn_only=device.type == "cuda")
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    warnings.filterwarnings("once", message=".*does not have a deterministic implementation.*")


def synchronise(device: torch.device) -> None:
    """Wait until the device has done all that it was given. A CPU always has."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def forget_peak_memory(device: torch.device) -> None:
    """Give cached memory back and start the allocator's peaks anew."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(device)


def allocator_peaks(device: torch.device) -> dict[str, int | str | None]:
    """Peaks of torch's own allocator in bytes, with a reason where it keeps none.

    Reserved includes allocated: the two are never added.
    """
    if device.type != "cuda":
        return {"allocated_bytes": None, "reserved_bytes": None, "reason": "torch keeps no such figures for a CPU"}
    return {
        "allocated_bytes": torch.cuda.max_memory_allocated(device),
        "reserved_bytes": torch.cuda.max_memory_reserved(device),
        "reason": None,
    }
