"""A look at the machine just before the workload starts, so that what would spoil a run is said before it is run."""

from __future__ import annotations

import time

import pynvml

from harness.checks.evidence import Card, Host, Preflight
from harness.meter.machine import Machine
from harness.system.gpu import read_gpu
from harness.system.live import read_live
from harness.system.nvml import NoNvml, nvml

LOOK_S = 0.25
"""How long the processors are looked at: 25 ticks of the kernel's clock, enough to see a quarter of one in use."""


def look(gpu_uuid: str | None, no_gpu_reason: str) -> Preflight:
    """The machine now, and the GPU with this UUID, or none for ``no_gpu_reason``. Takes `LOOK_S` seconds and raises
    nothing: a GPU that does not answer is the meter's to report."""
    host = _host()
    if gpu_uuid is None:
        return Preflight(host, None, no_gpu_reason)
    try:
        with nvml():
            return Preflight(host, _card(gpu_uuid), None)
    except (NoNvml, pynvml.NVMLError) as error:
        return Preflight(host, None, f"the GPU does not answer: {error}")


def _host() -> Host:
    begin, before = time.monotonic(), Machine.read()
    time.sleep(LOOK_S)
    end, after = time.monotonic(), Machine.read()
    return Host(
        span="just before the start",
        seconds=end - begin,
        busy_s=after.busy_s - before.busy_s,
        stolen_s=after.stolen_s - before.stolen_s,
        # There is no workload yet.
        workload_s=0.0,
        swapped_pages=after.swapped_pages - before.swapped_pages,
    )


def _card(uuid: str) -> Card:
    index = pynvml.nvmlDeviceGetIndex(pynvml.nvmlDeviceGetHandleByUUID(uuid))
    gpu, live = read_gpu(index), read_live(index)
    # A card or driver that knows no MIG is whole.
    whole = gpu.reasons.get("mig") in {str(pynvml.NVMLError(code)) for code in _UNKNOWN}
    processes = None if live.compute is None or live.graphics is None else live.compute + live.graphics
    return Card(
        mig=False if whole else gpu.mig,
        persistence=gpu.persistence,
        temperature_c=live.temperature,
        slowdown_c=live.slowdown,
        power_limit_w=gpu.power_limit_w,
        clock_reasons=live.throttling,
        processes=processes,
    )


_UNKNOWN = (pynvml.NVML_ERROR_NOT_SUPPORTED, pynvml.NVML_ERROR_FUNCTION_NOT_FOUND)
