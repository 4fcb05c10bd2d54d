"""What the checks look at, and what they answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from harness.meter.trace import Trace
from harness.meter.window import WindowEnergy


class Answer(StrEnum):
    """The three answers; what can't be measured is said, never passed."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_MEASURABLE = "not measurable"


@dataclass(frozen=True)
class Finding:
    """A check's answer, one sentence on what it saw, and, where it failed, what can be done."""

    answer: Answer
    sentence: str
    remedy: str | None = None


@dataclass(frozen=True)
class WindowEvidence:
    """One inference window: ``seconds`` by the harness's clock, ``latency_s`` the sum of the workload's own latencies,
    ``predictions`` of its first pass."""

    mode: str
    seconds: float
    latency_s: float
    predictions: tuple[float, ...]


@dataclass(frozen=True)
class Metered:
    """What was metered: ``gpu_j`` are all readings of the GPU's energy counter in their order, in joules, none where
    there is no counter, for ``reason``."""

    windows: tuple[WindowEnergy, ...]
    trace: Trace
    gpu_j: tuple[float, ...]
    reason: str | None


@dataclass(frozen=True)
class Host:
    """The machine from `go` to `predicted` of the first pass, which took ``seconds``: processor seconds of everybody on
    this machine, of other guests, and of the workload (None where that is not known), and pages swapped."""

    seconds: float
    busy_s: float
    stolen_s: float
    workload_s: float | None
    swapped_pages: int


@dataclass(frozen=True)
class Spans:
    """How long the container lived in seconds: by its engine's clock, and at least and at most by the harness's."""

    engine_s: float
    least_s: float
    most_s: float


@dataclass(frozen=True)
class Evidence:
    """Raw data of one run: nothing here was judged before."""

    efficiency: Mapping[str, Any]
    device: str
    observed: Mapping[str, Any]
    windows: tuple[WindowEvidence, ...]
    predictions: tuple[float, ...] | None
    data_digest: str
    expected_data_digest: str | None
    repeated_predictions: tuple[tuple[float, ...], ...] = ()
    metered: Metered | None = None
    host: Host | None = None
    oom_killed: bool | None = None
    spans: Spans | None = None
