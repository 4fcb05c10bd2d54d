"""A GPU's power, clocks, temperature, load and memory, ten times a second, through nvidia-ml-py."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from typing import Any

import pynvml

from harness.meter.base import MeterLost
from harness.meter.trace import Trace

PERIOD_S = 0.1
"""NVML renews its power figures every 10 to 100 ms (arXiv 2312.02741); ten samples a second are ten times what MLPerf
Power asks for."""


class Sampler:
    """Samples in a thread of its own, from `start` to `stop`. ``belongs`` says whether a process is the workload's."""

    def __init__(self, uuid: str, belongs: Callable[[int], bool], period_s: float = PERIOD_S) -> None:
        self._uuid, self._belongs, self._period = uuid, belongs, period_s
        self._rows: list[tuple[float, ...]] = []
        self._end = threading.Event()
        self._lost: str | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Take a first sample and go on in the background. Raises `MeterLost` where the GPU does not answer."""
        try:
            pynvml.nvmlInit()
            device = _Device(pynvml.nvmlDeviceGetHandleByUUID(self._uuid))
            self._rows.append(device.sample(self._belongs))
        except pynvml.NVMLError as error:
            raise MeterLost(f"the GPU does not answer: {error}") from error
        self._thread = threading.Thread(target=self._follow, args=(device,), name="leanmed-sampler", daemon=True)
        self._thread.start()

    def raise_if_lost(self) -> None:
        """Raise `MeterLost` where the GPU stopped answering."""
        if self._lost is not None:
            raise MeterLost(f"the GPU stopped answering: {self._lost}")

    def stop(self) -> Trace:
        """End the thread; what it sampled. May be called again."""
        self._end.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
            pynvml.nvmlShutdown()
        return Trace.of(self._rows)

    def _follow(self, device: _Device) -> None:
        # From the start, not from the last sample: a slow one must not shift all that follow.
        began, tick = time.monotonic(), 0
        while True:
            late = time.monotonic() - began
            tick = max(tick + 1, math.ceil(late / self._period))
            if self._end.wait(max(began + tick * self._period - time.monotonic(), 0.0)):
                return
            try:
                row = device.sample(self._belongs)
            except pynvml.NVMLError as error:
                self._lost = str(error)
                return
            if row[0] > self._rows[-1][0]:
                self._rows.append(row)


class _Device:
    """One GPU. What it said once that it does not support is not asked again."""

    def __init__(self, handle: Any) -> None:
        self._handle = handle
        self._unsupported: set[str] = set()

    def sample(self, belongs: Callable[[int], bool]) -> tuple[float, ...]:
        """One row of a `Trace`. Raises `pynvml.NVMLError` where the GPU does not answer."""
        ask = self._ask
        begin = time.monotonic()
        instant, average = self._powers()
        utilisation = ask("utilisation", pynvml.nvmlDeviceGetUtilizationRates)
        memory = ask("memory", pynvml.nvmlDeviceGetMemoryInfo)
        sm = ask("sm clock", pynvml.nvmlDeviceGetClockInfo, pynvml.NVML_CLOCK_SM)
        memory_clock = ask("memory clock", pynvml.nvmlDeviceGetClockInfo, pynvml.NVML_CLOCK_MEM)
        temperature = ask("temperature", pynvml.nvmlDeviceGetTemperature, pynvml.NVML_TEMPERATURE_GPU)
        throttle = ask("throttle", pynvml.nvmlDeviceGetCurrentClocksEventReasons)
        limit = ask("limit", pynvml.nvmlDeviceGetPowerManagementLimit)
        foreign = self._foreign(belongs)
        end = time.monotonic()
        return (
            (begin + end) / 2,
            instant,
            average,
            _number(sm),
            _number(memory_clock),
            _number(temperature),
            math.nan if utilisation is None else utilisation.gpu / 100,
            math.nan if utilisation is None else utilisation.memory / 100,
            math.nan if memory is None else float(memory.used),
            _number(throttle),
            math.nan if limit is None else limit / 1000,
            foreign,
        )

    def _powers(self) -> tuple[float, float]:
        """Instantaneous and averaged power in watts (fields 186 and 185)."""
        wanted = [pynvml.NVML_FI_DEV_POWER_INSTANT, pynvml.NVML_FI_DEV_POWER_AVERAGE]
        instant, average = math.nan, math.nan
        found = self._ask("power fields", pynvml.nvmlDeviceGetFieldValues, wanted)
        if found is not None:
            instant, average = (_field_watts(value) for value in found)
        if math.isnan(average):
            usage = self._ask("power usage", pynvml.nvmlDeviceGetPowerUsage)
            average = math.nan if usage is None else usage / 1000
        return instant, average

    def _foreign(self, belongs: Callable[[int], bool]) -> float:
        # The versioned calls: the plain names ask for the newest structure, which an older driver does not know.
        pids: set[int] = set()
        known = False
        for name in ("nvmlDeviceGetComputeRunningProcesses_v3", "nvmlDeviceGetGraphicsRunningProcesses_v3"):
            found = self._ask(name, getattr(pynvml, name))
            if found is not None:
                known = True
                pids.update(process.pid for process in found)
        return float(sum(not belongs(pid) for pid in pids)) if known else math.nan

    def _ask(self, name: str, question: Callable[..., Any], *more: Any) -> Any:
        if name in self._unsupported:
            return None
        try:
            return question(self._handle, *more)
        except (pynvml.NVMLError_NotSupported, pynvml.NVMLError_FunctionNotFound):
            self._unsupported.add(name)
            return None


def _number(value: int | None) -> float:
    return math.nan if value is None else float(value)


def _field_watts(value: Any) -> float:
    if value.nvmlReturn == pynvml.NVML_ERROR_NOT_SUPPORTED:
        return math.nan
    if value.nvmlReturn != pynvml.NVML_SUCCESS:
        raise pynvml.NVMLError(value.nvmlReturn)
    return float(value.value.uiVal) / 1000
