"""GPUs that are not there: pynvml's functions replaced by ones that answer from a description, or refuse as NVML."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pynvml

GIB = 2**30


@dataclass
class Card:
    """Answers by NVML function, less its ``nvmlDeviceGet``; an exception is raised, what is left out not supported."""

    answers: dict[str, Any] = field(default_factory=dict)


def data_centre(**changes: Any) -> Card:
    """A card that tells everything, at rest, as it is sold; ``changes`` by NVML function."""
    usual = {
        "UUID": "GPU-11111111-2222-3333-4444-555555555555",
        "Name": "NVIDIA Test Card",
        "MemoryInfo": SimpleNamespace(total=80 * GIB),
        "CudaComputeCapability": (9, 0),
        "VbiosVersion": "96.00.89.00.01",
        "PowerManagementLimit": 700_000,
        "PowerManagementDefaultLimit": 700_000,
        "PowerManagementLimitConstraints": [200_000, 700_000],
        "EccMode": [1, 1],
        "MigMode": [0, 0],
        "PersistenceMode": 1,
        "ComputeMode": pynvml.NVML_COMPUTEMODE_DEFAULT,
        "CurrPcieLinkGeneration": 1,
        "MaxPcieLinkGeneration": 5,
        "CurrPcieLinkWidth": 16,
        "MaxPcieLinkWidth": 16,
        "MaxClockInfo": {pynvml.NVML_CLOCK_SM: 1980, pynvml.NVML_CLOCK_MEM: 2619},
        "TotalEnergyConsumption": 1_234_567_890,
        "CurrentClocksThrottleReasons": pynvml.nvmlClocksThrottleReasonGpuIdle,
        "ComputeRunningProcesses_v3": [],
        "GraphicsRunningProcesses_v3": [],
        "Temperature": {pynvml.NVML_TEMPERATURE_GPU: 35},
        "TemperatureThreshold": {pynvml.NVML_TEMPERATURE_THRESHOLD_SLOWDOWN: 95},
    }
    return Card({**usual, **changes})


def desktop_of_2016() -> Card:
    """A card before Volta: no energy counter, no ECC, no MIG."""
    kept = ("UUID", "Name", "MemoryInfo", "CudaComputeCapability", "PersistenceMode", "ComputeMode", "Temperature")
    return Card({name: answer for name, answer in data_centre().answers.items() if name in kept})


def plug_in(monkeypatch: Any, *cards: Card, cuda: int = 13_000) -> None:
    """Let pynvml see these cards for the length of a test."""

    def asked(name):
        def answer(handle, *more):
            given = cards[handle].answers.get(name, pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED))
            if isinstance(given, Exception):
                raise given
            return given[more[0]] if more else given

        return answer

    monkeypatch.setattr(pynvml, "nvmlInit", lambda: None)
    monkeypatch.setattr(pynvml, "nvmlShutdown", lambda: None)
    monkeypatch.setattr(pynvml, "nvmlSystemGetDriverVersion", lambda: "580.65.06")
    monkeypatch.setattr(pynvml, "nvmlSystemGetCudaDriverVersion", lambda: cuda)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetCount", lambda: len(cards))
    monkeypatch.setattr(pynvml, "nvmlDeviceGetHandleByIndex", lambda index: index)
    for name in data_centre().answers:
        monkeypatch.setattr(pynvml, f"nvmlDeviceGet{name}", asked(name))


def unplug(monkeypatch: Any) -> None:
    """Let pynvml find no driver."""

    def fail():
        raise pynvml.NVMLError(pynvml.NVML_ERROR_LIBRARY_NOT_FOUND)

    monkeypatch.setattr(pynvml, "nvmlInit", fail)
