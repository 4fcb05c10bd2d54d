"""The NVIDIA GPUs, as NVML describes them. Source of names and units: nvml.h."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

import pynvml

from harness.system.nvml import NoNvml, nvml
from harness.system.reasons import Reasons

_T = TypeVar("_T")

_COMPUTE_MODES = {
    pynvml.NVML_COMPUTEMODE_DEFAULT: "default",
    pynvml.NVML_COMPUTEMODE_EXCLUSIVE_THREAD: "exclusive thread",
    pynvml.NVML_COMPUTEMODE_PROHIBITED: "prohibited",
    pynvml.NVML_COMPUTEMODE_EXCLUSIVE_PROCESS: "exclusive process",
}


@dataclass(frozen=True)
class Gpu:
    """One GPU. Its serial number is never asked; the UUID is what tells two cards of a kind apart.

    ``memory_bytes`` in bytes, limits in watts, clocks in MHz; ``capability`` is CUDA's compute capability. The PCIe
    link's current generation falls when the card is idle, its maximum is what card and slot have in common. ``ecc`` and
    ``mig`` are the modes in force now, not those that wait for the next boot. What a card does not tell or does not
    have is None, with NVML's words in ``reasons``.
    """

    index: int
    uuid: str
    name: str
    memory_bytes: int | None
    capability: str | None
    vbios: str | None
    power_limit_w: float | None
    power_limit_default_w: float | None
    power_limit_min_w: float | None
    power_limit_max_w: float | None
    ecc: bool | None
    mig: bool | None
    persistence: bool | None
    compute_mode: str | None
    pcie_generation: int | None
    pcie_generation_max: int | None
    pcie_width: int | None
    pcie_width_max: int | None
    clock_max_sm_mhz: int | None
    clock_max_memory_mhz: int | None
    reasons: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """As an item of ``gpus`` of ``system.json``."""
        return {**asdict(self), "reasons": dict(self.reasons)}


@dataclass(frozen=True)
class Graphics:
    """All GPUs with the driver's version and the highest CUDA version that it runs; or none, and the reason."""

    gpus: tuple[Gpu, ...]
    driver: str | None
    cuda: str | None
    no_gpu_reason: str | None


def read_graphics() -> Graphics:
    """Ask NVML. Without a GPU, a driver or an answer there are no GPUs, and a reason."""
    try:
        with nvml():
            gpus = tuple(read_gpu(index) for index in range(pynvml.nvmlDeviceGetCount()))
            driver = str(pynvml.nvmlSystemGetDriverVersion())
            cuda = _cuda_version(pynvml.nvmlSystemGetCudaDriverVersion())
    except NoNvml as error:
        return Graphics((), None, None, str(error))
    except pynvml.NVMLError as error:
        return Graphics((), None, None, f"NVML failed while listing the GPUs: {error}")
    if not gpus:
        return Graphics((), driver, cuda, "NVML lists no GPU on this machine")
    return Graphics(gpus, driver, cuda, None)


def read_gpu(index: int) -> Gpu:
    """One GPU by its NVML index, inside a session. Raises `pynvml.NVMLError` where it has no UUID or name to give."""
    handle = pynvml.nvmlDeviceGetHandleByIndex(index)
    reasons = Reasons()

    def ask(name: str, question: Callable[..., _T], *more: Any) -> _T | None:
        return reasons.ask(name, pynvml.NVMLError, lambda: question(handle, *more))

    memory = ask("memory_bytes", pynvml.nvmlDeviceGetMemoryInfo)
    capability = ask("capability", pynvml.nvmlDeviceGetCudaComputeCapability)
    # Minimum and maximum are one question, current and pending are one answer.
    limits = ask("power_limit_min_w", pynvml.nvmlDeviceGetPowerManagementLimitConstraints)
    if limits is None:
        reasons["power_limit_max_w"] = reasons["power_limit_min_w"]
    ecc, mig = ask("ecc", pynvml.nvmlDeviceGetEccMode), ask("mig", pynvml.nvmlDeviceGetMigMode)
    persistence = ask("persistence", pynvml.nvmlDeviceGetPersistenceMode)
    mode = ask("compute_mode", pynvml.nvmlDeviceGetComputeMode)
    return Gpu(
        index=index,
        uuid=pynvml.nvmlDeviceGetUUID(handle),
        name=pynvml.nvmlDeviceGetName(handle),
        memory_bytes=None if memory is None else int(memory.total),
        capability=None if capability is None else f"{capability[0]}.{capability[1]}",
        vbios=ask("vbios", pynvml.nvmlDeviceGetVbiosVersion),
        power_limit_w=_watts(ask("power_limit_w", pynvml.nvmlDeviceGetPowerManagementLimit)),
        power_limit_default_w=_watts(ask("power_limit_default_w", pynvml.nvmlDeviceGetPowerManagementDefaultLimit)),
        power_limit_min_w=_watts(None if limits is None else limits[0]),
        power_limit_max_w=_watts(None if limits is None else limits[1]),
        ecc=None if ecc is None else bool(ecc[0]),
        mig=None if mig is None else bool(mig[0]),
        persistence=None if persistence is None else bool(persistence),
        compute_mode=None if mode is None else _COMPUTE_MODES.get(mode, f"unknown mode {mode}"),
        pcie_generation=ask("pcie_generation", pynvml.nvmlDeviceGetCurrPcieLinkGeneration),
        pcie_generation_max=ask("pcie_generation_max", pynvml.nvmlDeviceGetMaxPcieLinkGeneration),
        pcie_width=ask("pcie_width", pynvml.nvmlDeviceGetCurrPcieLinkWidth),
        pcie_width_max=ask("pcie_width_max", pynvml.nvmlDeviceGetMaxPcieLinkWidth),
        clock_max_sm_mhz=ask("clock_max_sm_mhz", pynvml.nvmlDeviceGetMaxClockInfo, pynvml.NVML_CLOCK_SM),
        clock_max_memory_mhz=ask("clock_max_memory_mhz", pynvml.nvmlDeviceGetMaxClockInfo, pynvml.NVML_CLOCK_MEM),
        reasons=reasons,
    )


def _watts(milliwatts: int | None) -> float | None:
    return None if milliwatts is None else milliwatts / 1000


def _cuda_version(number: int) -> str:
    """13020 is 13.2."""
    return f"{number // 1000}.{number % 1000 // 10}"
