"""The machine of a run: all its parts, and the id by which two runs are known to come from the same one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.spec.digest import digest_of
from harness.system.cpu import Cpu, read_cpu
from harness.system.gpu import Gpu, Graphics, read_graphics
from harness.system.hypervisor import Hypervisor, read_hypervisor
from harness.system.kernel import Software, read_software
from harness.system.memory import Memory, read_memory
from harness.system.packages import Packages, read_packages
from harness.system.reasons import Reasons


@dataclass(frozen=True)
class System:
    """A machine. `id` says which, `to_json` says everything."""

    cpu: Cpu
    memory: Memory
    software: Software
    hypervisor: Hypervisor
    packages: Packages
    graphics: Graphics

    @property
    def gpus(self) -> tuple[Gpu, ...]:
        """The GPUs in NVML's order, which follows the bus; a run uses the first."""
        return self.graphics.gpus

    @property
    def no_gpu_reason(self) -> str | None:
        """Why there is no GPU, None where there is one."""
        return self.graphics.no_gpu_reason

    @property
    def id(self) -> str:
        """A digest over what decides how fast this machine is and stays as it is until somebody changes it.

        In it: processor model, number of logical processors (so SMT, too), memory to a GiB (the kernel keeps some
        megabytes, and not the same each time), architecture, and of each GPU

        - the UUID, because two cards of a kind differ in speed and by some per cent in what their meters say;
        - the power limit in whole watts, which sets clock rate and energy under load: at 250 W and at 400 W a card is
          two machines. One that was set by hand is gone after a boot, and then the machine *is* another one; one that
          is left alone or set by a service is the same after every boot;
        - MIG, which leaves a run a part of the card, and ECC, which takes bandwidth and memory of cards without HBM.

        Not in it, but shown: kernel, driver, Python and packages (updates would split every entry; the image, not the
        host, holds what computes), the governor, persistence, clocks and the PCIe link as they are now (they change
        by themselves), swap (off in a container), the hypervisor. A machine without a GPU has the id that it had before
        GPUs' settings were in it.
        """
        return digest_of(
            {
                "cpu": self.cpu.model,
                "logical_cpus": self.cpu.logical,
                "memory_gib": round(self.memory.physical / 2**30),
                "architecture": self.cpu.architecture,
                "gpus": [_deciding(gpu) for gpu in self.gpus],
            }
        )

    @property
    def title(self) -> str:
        """One line for people."""
        gpus = ", ".join(gpu.name for gpu in self.gpus) or "no GPU"
        memory = f"{self.memory.physical / 2**30:.0f} GiB"
        return f"{gpus}; {self.cpu.model}, {self.cpu.logical} logical CPUs, {memory}"

    def to_json(self) -> dict[str, Any]:
        """As ``system.json``. What the runtime says of itself is added by the run, under ``runtime``."""
        return {
            "schema": "leanmed/system/v1",
            "id": self.id,
            "title": self.title,
            "cpu": self.cpu.to_json(),
            "memory_bytes": self.memory.physical,
            "swap_bytes": self.memory.swap,
            "os": self.software.os,
            "kernel": self.software.kernel,
            "python": self.software.python,
            "hypervisor": self.hypervisor.to_json(),
            "packages": self.packages.to_json(),
            "gpus": [gpu.to_json() for gpu in self.gpus],
            "driver": self.graphics.driver,
            "cuda": self.graphics.cuda,
            "no_gpu_reason": self.no_gpu_reason,
            "reasons": self._reasons(),
        }

    def _reasons(self) -> dict[str, str]:
        reasons = Reasons()
        reasons.or_none("swap_bytes", self.memory.swap, "the kernel does not say how much swap is configured")
        # Without a GPU nothing was asked of the driver; with one, both are there.
        for name, value in (("driver", self.graphics.driver), ("cuda", self.graphics.cuda)):
            reasons.or_none(name, value, self.no_gpu_reason or "")
        return dict(reasons)


def capture() -> System:
    """Look at this machine. Takes some milliseconds, and about a second where a GPU's driver must be woken first."""
    return System(
        cpu=read_cpu(),
        memory=read_memory(),
        software=read_software(),
        hypervisor=read_hypervisor(),
        packages=read_packages(),
        graphics=read_graphics(),
    )


def _deciding(gpu: Gpu) -> Mapping[str, Any]:
    # A card that does not know a mode is as fast as one that has it switched off.
    limit = None if gpu.power_limit_w is None else round(gpu.power_limit_w)
    return {"uuid": gpu.uuid, "power_limit_w": limit, "mig": bool(gpu.mig), "ecc": bool(gpu.ecc)}
