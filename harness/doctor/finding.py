"""One thing that was looked at, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """``limited``: runs work, and something about their results is weaker or absent."""

    OK = "ok"
    LIMITED = "limited"
    MISSING = "missing"


class Way(StrEnum):
    """A way to run a submission: runtime and device, as `harness run` names them."""

    DOCKER_CUDA = "docker/cuda"
    HOST_CUDA = "host/cuda"
    DOCKER_CPU = "docker/cpu"
    HOST_CPU = "host/cpu"

    @property
    def runtime(self) -> str:
        """``docker`` or ``host``."""
        return self.value.split("/")[0]

    @property
    def device(self) -> str:
        """``cuda`` or ``cpu``."""
        return self.value.split("/")[1]


EVERY_WAY = frozenset(Way)
IN_DOCKER = frozenset({Way.DOCKER_CUDA, Way.DOCKER_CPU})
ON_HOST = frozenset({Way.HOST_CUDA, Way.HOST_CPU})
ON_GPU = frozenset({Way.DOCKER_CUDA, Way.HOST_CUDA})


class Measured(StrEnum):
    """What a meter of the machine gives. A record's quantity depends on it where its name holds this word."""

    GPU_ENERGY = "gpu_energy"
    GPU_MEMORY = "gpu_memory"
    CPU_ENERGY = "cpu_energy"
    DRAM_ENERGY = "dram_energy"


@dataclass(frozen=True)
class Finding:
    """``seen`` is what was found and ``meaning`` what it does to results, a sentence each; ``remedy`` is a command or
    setting, None where nothing is to be done or no command does it.

    ``blocks`` are the ways of running that don't work as long as this stays; ``absent`` is what can't be measured.
    """

    id: str
    group: str
    title: str
    status: Status
    seen: str
    meaning: str
    remedy: str | None = None
    blocks: frozenset[Way] = frozenset()
    absent: tuple[Measured, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As an item of ``findings`` of ``harness doctor --json``."""
        return {
            "id": self.id,
            "group": self.group,
            "title": self.title,
            "status": self.status.value,
            "seen": self.seen,
            "meaning": self.meaning,
            "remedy": self.remedy,
            "blocks": sorted(way.value for way in self.blocks),
            "absent": [one.value for one in self.absent],
        }
