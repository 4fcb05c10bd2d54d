"""The meter of a run: what this machine can count, and a sampler beside it where there is a GPU."""

from __future__ import annotations

import time
from collections.abc import Callable

from harness.meter.base import Counters, Meter, Sources
from harness.meter.counter import Counter
from harness.meter.gpu_energy import gpu_counter
from harness.meter.rapl import rapl_counters
from harness.meter.sampler import Sampler
from harness.meter.trace import Trace

GPU_SCOPE = "whole GPU"


class DeviceMeter:
    """Reads counters, and samples a GPU in the background if there is a ``sampler``."""

    def __init__(self, gpu: Counter, cpu: Counter, dram: Counter, sampler: Sampler | None) -> None:
        self._counters = (gpu, cpu, dram)
        self._sampler = sampler
        self.sources = Sources(gpu.source, cpu.source, dram.source, simulated=False)

    def start(self) -> None:
        """See `Meter.start`."""
        if self._sampler is not None:
            self._sampler.start()

    def read(self) -> Counters:
        """See `Meter.read`."""
        if self._sampler is not None:
            self._sampler.raise_if_lost()
        begin = time.monotonic()
        gpu, cpu, dram = (None if each.read_j is None else each.read_j() for each in self._counters)
        end = time.monotonic()
        return Counters(at=(begin + end) / 2, spread_s=end - begin, gpu_j=gpu, cpu_j=cpu, dram_j=dram)

    def stop(self) -> Trace:
        """See `Meter.stop`."""
        for counter in self._counters:
            counter.close()
        return Trace() if self._sampler is None else self._sampler.stop()


def meter_for(gpu_uuid: str | None, no_gpu_reason: str, belongs: Callable[[int], bool]) -> Meter:
    """The meter for a run on the GPU with this UUID, or on none, for ``no_gpu_reason``.

    ``belongs`` says whether a process of this machine is the workload's. Raises `MeterLost` where the GPU does not
    answer at all.
    """
    # RAPL last: its counters are watched by threads, which nobody would end if the GPU did not answer.
    if gpu_uuid is None:
        gpu, sampler = Counter.absent(GPU_SCOPE, no_gpu_reason), None
    else:
        gpu, sampler = gpu_counter(gpu_uuid), Sampler(gpu_uuid, belongs)
    cpu, dram = rapl_counters()
    return DeviceMeter(gpu, cpu, dram, sampler)
