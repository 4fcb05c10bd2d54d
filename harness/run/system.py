"""The machine, captured and never typed in. Nothing personal: no host name, no user name, no path."""

from __future__ import annotations

import os
import platform
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pynvml

from harness.spec.digest import digest_of


@dataclass(frozen=True)
class Gpu:
    """One NVIDIA GPU as NVML names it; ``memory`` in bytes."""

    index: int
    uuid: str
    name: str
    memory: int


@dataclass(frozen=True)
class System:
    """``id`` is a digest over what decides how fast the machine is; driver and kernel are shown but do not change
    it."""

    cpu: str
    logical_cpus: int
    memory: int
    architecture: str
    os: str
    kernel: str
    python: str
    gpus: tuple[Gpu, ...]
    driver: str | None
    no_gpu_reason: str | None

    @property
    def id(self) -> str:
        """Stable as long as processor, number of cores, memory (to a GiB) and GPUs stay."""
        return digest_of(
            {
                "cpu": self.cpu,
                "logical_cpus": self.logical_cpus,
                "memory_gib": round(self.memory / 2**30),
                "architecture": self.architecture,
                "gpus": [gpu.uuid for gpu in self.gpus],
            }
        )

    @property
    def title(self) -> str:
        """One line for people."""
        gpus = ", ".join(gpu.name for gpu in self.gpus) or "no GPU"
        return f"{gpus}; {self.cpu}, {self.logical_cpus} logical CPUs, {self.memory / 2**30:.0f} GiB"

    def to_json(self) -> dict[str, Any]:
        """As ``system.json``."""
        return {
            "schema": "leanmed/system/v1",
            "id": self.id,
            "title": self.title,
            "cpu": {"model": self.cpu, "logical": self.logical_cpus, "architecture": self.architecture},
            "memory_bytes": self.memory,
            "os": self.os,
            "kernel": self.kernel,
            "python": self.python,
            "gpus": [
                {"index": gpu.index, "uuid": gpu.uuid, "name": gpu.name, "memory_bytes": gpu.memory}
                for gpu in self.gpus
            ],
            "driver": self.driver,
            "no_gpu_reason": self.no_gpu_reason,
        }


def capture() -> System:
    """Look at this machine."""
    gpus, driver, reason = _nvidia()
    return System(
        cpu=_cpu_model(),
        logical_cpus=os.cpu_count() or 1,
        memory=os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"),
        architecture=platform.machine(),
        os=_os_name(),
        kernel=platform.release(),
        python=platform.python_version(),
        gpus=gpus,
        driver=driver,
        no_gpu_reason=reason,
    )


def _cpu_model() -> str:
    match = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return " ".join(match[1].split()) if match else platform.processor() or platform.machine()


def _os_name() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return platform.system()


def _nvidia() -> tuple[tuple[Gpu, ...], str | None, str | None]:
    """The GPUs and the driver's version, or the reason why there are none."""
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError as error:
        return (), None, f"NVML does not answer on this machine: {error}"
    try:
        gpus = tuple(_gpu(index) for index in range(pynvml.nvmlDeviceGetCount()))
        driver = pynvml.nvmlSystemGetDriverVersion()
        return gpus, driver, None if gpus else "NVML lists no GPU on this machine"
    except pynvml.NVMLError as error:
        return (), None, f"NVML failed while listing the GPUs: {error}"
    finally:
        pynvml.nvmlShutdown()


def _gpu(index: int) -> Gpu:
    handle = pynvml.nvmlDeviceGetHandleByIndex(index)
    return Gpu(
        index=index,
        uuid=pynvml.nvmlDeviceGetUUID(handle),
        name=pynvml.nvmlDeviceGetName(handle),
        memory=int(pynvml.nvmlDeviceGetMemoryInfo(handle).total),
    )
