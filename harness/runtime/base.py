"""What every runtime is to the session: a workload that can be written to, read from and ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from harness.runtime.usage import Usage

STDOUT, STDERR, EOF = "stdout", "stderr", "eof"


class WorkloadGone(Exception):
    """The workload's standard input is closed or nobody reads it: it has ended, or is about to."""


@dataclass(frozen=True)
class Chunk:
    """Some bytes of the workload's output, as they arrived; a line may be split over several.

    ``stream`` is ``stdout``, ``stderr`` or ``eof`` (both ended; no data); ``at`` is `time.monotonic` in seconds, taken
    on arrival, before anything is done with the bytes.
    """

    stream: str
    data: bytes
    at: float


@dataclass(frozen=True)
class Ending:
    """How the workload ended: facts, not a verdict.

    ``exit_code`` is None where it is not known, ``signal`` the signal that ended it. ``oom_killed`` says that the
    kernel killed *some* process of it for memory (with ``exit_code`` 0 the workload itself came to its end), None where
    the runtime can't know. ``lived_s`` are the seconds from start to end by a clock that is not the harness's, None
    where there is none. ``detail`` is a sentence for people.
    """

    exit_code: int | None
    oom_killed: bool | None
    signal: int | None
    detail: str | None
    lived_s: float | None = None


@dataclass(frozen=True)
class Launch:
    """What to start.

    ``data`` is a folder of this machine that the workload sees read-only, ``weights`` a file that it sees likewise;
    ``cpus`` are processor numbers; ``limits`` is
    the ruleset's ``container`` mapping (memory_gib, shm_gib, pids, tmp_gib); ``image`` is an image id, for Docker only;
    ``command`` replaces the workload's own command.
    """

    run_id: str
    data: Path
    cpus: tuple[int, ...]
    limits: Mapping[str, Any]
    gpu_uuid: str | None
    image: str | None
    environment: Mapping[str, str]
    command: tuple[str, ...] | None
    weights: Path | None = None


class Workload(Protocol):
    """A started workload. Every method but `close` raises `InfrastructureFailed` where the engine is lost."""

    data_path: str
    """Where the workload sees ``Launch.data``."""
    weights_path: str | None
    """Where the workload sees ``Launch.weights``; None where there are none."""

    def send(self, line: bytes) -> None:
        """Write to its standard input. Raises `WorkloadGone` where nobody reads it."""

    def read(self, timeout: float) -> Chunk | None:
        """The next piece of output; None where nothing came in ``timeout`` seconds; after the end always ``eof``."""

    def stop(self, grace_s: float) -> None:
        """End the whole process tree: TERM, ``grace_s`` seconds, KILL. Does nothing where it has ended."""

    def ending(self) -> Ending:
        """How it ended; to be asked after ``eof`` or `stop`."""

    def owns(self, pid: int) -> bool:
        """Whether a process of this machine is one of the workload's; False for one that has gone."""

    def usage(self) -> Usage:
        """What it has used so far; after its end, what was read last."""

    def close(self) -> None:
        """Leave nothing behind: end it if it still runs, remove it. May be called again."""


class Runtime(Protocol):
    """A place where workloads run."""

    name: str

    def start(self, launch: Launch) -> Workload:
        """Start a workload. Raises `MachineLacks` where this machine can't."""

    def sweep(self) -> list[str]:
        """Remove what a killed harness of this home left; one sentence for each. The caller holds the run lock."""

    def describe(self) -> dict[str, Any]:
        """What a record says about the runtime; nothing personal."""
