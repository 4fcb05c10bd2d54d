"""What the checks look at, and what they answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
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
    """The machine over ``seconds``, which ``span`` names: from `go` to `predicted` of the first pass, or just before
    the start. Processor seconds of everybody on this machine, of other guests, and of the workload (None where that is
    not known), and pages swapped."""

    span: str
    seconds: float
    busy_s: float
    stolen_s: float
    workload_s: float | None
    swapped_pages: int


@dataclass(frozen=True)
class Card:
    """A GPU just before a run, as NVML describes it: temperatures in degrees Celsius, the limit in watts,
    ``clock_reasons`` NVML's bits, ``processes`` how many use it. None where it does not tell."""

    mig: bool | None
    persistence: bool | None
    temperature_c: float | None
    slowdown_c: float | None
    power_limit_w: float | None
    clock_reasons: int | None
    processes: int | None


@dataclass(frozen=True)
class Preflight:
    """The machine just before a run; no card for ``reason``."""

    host: Host
    card: Card | None
    reason: str | None

    def to_json(self) -> dict[str, Any]:
        """As it stands in a record. ``busy_processors`` is how many were in use, as a mean."""
        return {
            "busy_processors": round((self.host.busy_s + self.host.stolen_s) / self.host.seconds, 3),
            "gpu": None if self.card is None else asdict(self.card),
            "reason": self.reason,
        }


@dataclass(frozen=True)
class Spans:
    """How long the container lived in seconds: by its engine's clock, and at least and at most by the harness's."""

    engine_s: float
    least_s: float
    most_s: float


@dataclass(frozen=True)
class Evidence:
    """Raw data of one run: nothing here was judged before. ``event_delay_s`` is how much longer the slowest event took
    to arrive than the fastest, by its own stamp and the harness's."""

    division: str
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
    preflight: Preflight | None = None
    event_delay_s: float | None = None
