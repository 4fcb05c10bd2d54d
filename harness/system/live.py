"""What a GPU says at this moment, by NVML. Source of names, units and bits: nvml.h."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import pynvml

from harness.system.reasons import Reasons

_T = TypeVar("_T")


@dataclass(frozen=True)
class Live:
    """What a GPU says at this moment; None where it does not, with NVML's words in ``reasons``.

    ``energy_mj`` in millijoules since the driver was loaded, temperatures in degrees Celsius, ``throttling`` NVML's
    bits, processes by kind. ``ecc_pending`` and ``mig_pending`` are the modes after the next boot or reset.
    """

    energy_mj: int | None
    throttling: int | None
    compute: int | None
    graphics: int | None
    temperature: int | None
    slowdown: int | None
    ecc_pending: bool | None
    mig_pending: bool | None
    reasons: Mapping[str, str]


def read_live(index: int) -> Live:
    """One GPU now, inside a session with NVML. Raises `pynvml.NVMLError` where the card can't be reached at all."""
    handle, reasons = pynvml.nvmlDeviceGetHandleByIndex(index), Reasons()

    def ask(name: str, question: Callable[..., _T], *more: Any) -> _T | None:
        return reasons.ask(name, pynvml.NVMLError, lambda: question(handle, *more))

    # By version: an older driver lacks it, and only then is that an NVMLError.
    compute = ask("compute", pynvml.nvmlDeviceGetComputeRunningProcesses_v3)
    graphics = ask("graphics", pynvml.nvmlDeviceGetGraphicsRunningProcesses_v3)
    ecc, mig = ask("ecc_pending", pynvml.nvmlDeviceGetEccMode), ask("mig_pending", pynvml.nvmlDeviceGetMigMode)
    return Live(
        energy_mj=ask("energy_mj", pynvml.nvmlDeviceGetTotalEnergyConsumption),
        throttling=ask("throttling", pynvml.nvmlDeviceGetCurrentClocksThrottleReasons),
        compute=None if compute is None else len(compute),
        graphics=None if graphics is None else len(graphics),
        temperature=ask("temperature", pynvml.nvmlDeviceGetTemperature, pynvml.NVML_TEMPERATURE_GPU),
        slowdown=ask("slowdown", pynvml.nvmlDeviceGetTemperatureThreshold, pynvml.NVML_TEMPERATURE_THRESHOLD_SLOWDOWN),
        ecc_pending=None if ecc is None else bool(ecc[1]),
        mig_pending=None if mig is None else bool(mig[1]),
        reasons=reasons,
    )
