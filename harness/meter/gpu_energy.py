"""The energy counter of an NVIDIA GPU, through Zeus, or the reason why it can't be used.

NVML counts millijoules since the driver was loaded, on Volta and later (nvml.h,
``nvmlDeviceGetTotalEnergyConsumption``). Several ways to ask for it end in a silent 0; here each of them is a reason.
"""

from __future__ import annotations

import pynvml

from harness.meter.base import MeterLost, Source
from harness.meter.counter import Counter, update_period

NAME = "NVML energy counter"
SCOPE = "whole GPU"
_MODULE = "whole module: the GPU, its CPU and their memory"


def gpu_counter(uuid: str) -> Counter:
    """The counter of the GPU with this UUID. Takes up to 1.5 s, to see how often it moves.

    Raises `MeterLost` where the GPU does not answer.
    """
    try:
        pynvml.nvmlInit()
        handle = pynvml.nvmlDeviceGetHandleByUUID(uuid)
        if _mig(handle):
            return Counter.absent(SCOPE, "the GPU is in MIG mode, and no slice has a meter; end it: nvidia-smi -mig 0")
        # By NVML's own index, which does not depend on CUDA_VISIBLE_DEVICES: Zeus's lists do, and are silently empty
        # where it is empty or names a slice.
        index = pynvml.nvmlDeviceGetIndex(handle)
        scope = _MODULE if _shares_its_meter(handle) else SCOPE
    except pynvml.NVMLError as error:
        raise MeterLost(f"the GPU does not answer: {error}") from error
    return _counter(index, scope)


def _counter(index: int, scope: str) -> Counter:
    # Here, because it takes a fifth of a second and runs without a GPU don't need it.
    from zeus.device.gpu.common import ZeusBaseGPUError, ZeusGPUNotSupportedError
    from zeus.device.gpu.nvidia import NVIDIAGPU

    def read_j() -> float:
        try:
            return float(gpu.get_total_energy_consumption()) / 1000
        except (ZeusBaseGPUError, pynvml.NVMLError) as error:
            raise MeterLost(f"the GPU's energy counter stopped answering: {error}") from error

    try:
        gpu = NVIDIAGPU(index)
        if not gpu.supports_get_total_energy_consumption():
            return Counter.absent(SCOPE, "this GPU is older than Volta and has no energy counter")
        first = gpu.get_total_energy_consumption()
    except ZeusGPUNotSupportedError as error:
        return Counter.absent(SCOPE, f"this GPU or its driver has no energy counter: {error}")
    except (ZeusBaseGPUError, pynvml.NVMLError) as error:
        raise MeterLost(f"the GPU does not answer: {error}") from error
    if first == 0:
        return Counter.absent(scope, "the energy counter reads 0, which no powered GPU's does")
    period = update_period(read_j)
    if period is None:
        return Counter.absent(scope, "the energy counter did not move in 1.5 s, although the GPU is powered")
    return Counter(Source(NAME, scope, period, None), read_j)


def _shares_its_meter(handle: object) -> bool:
    """Whether the GPU is one chip with its processor (Grace Hopper): NVML then meters both."""
    try:
        return bool(pynvml.nvmlDeviceGetC2cModeInfoV(handle).isC2cEnabled)
    except (pynvml.NVMLError_NotSupported, pynvml.NVMLError_FunctionNotFound):
        return False


def _mig(handle: object) -> bool:
    try:
        current, _ = pynvml.nvmlDeviceGetMigMode(handle)
    except (pynvml.NVMLError_NotSupported, pynvml.NVMLError_FunctionNotFound):
        return False
    return bool(current == pynvml.NVML_DEVICE_MIG_ENABLE)
