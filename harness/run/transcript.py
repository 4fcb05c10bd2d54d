"""What was said and when: the facts of one conversation, filled in as it goes on, so that a run that ends early keeps
what it had."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.checks.evidence import Preflight
from harness.meter.base import Counters, Sources
from harness.meter.machine import Machine
from harness.meter.trace import Trace
from harness.runtime.usage import Usage


@dataclass(frozen=True)
class Epoch:
    """One epoch. ``at`` is the arrival of its event and ``began`` that of the epoch's start, both in monotonic
    seconds of the harness; ``images`` and ``steps`` are the workload's own count. ``auc`` is None where the
    validation cases at hand are of one class, and so is ``threshold``, the one with the best balanced accuracy."""

    n: int
    train_loss: float
    auc: float | None
    threshold: float | None
    loss: float
    images: int
    steps: int
    began: float
    at: float
    kept: bool


@dataclass(frozen=True)
class Window:
    """One inference window as the harness saw it: from sending `infer` (``began``) to the arrival of `inferred`
    (``at``). ``said`` is the event's own account of its latencies; ``predictions`` are those of its first pass."""

    mode: str
    batch: int
    asked_s: float
    began: float
    at: float
    said: Mapping[str, Any]
    predictions: tuple[float, ...]


@dataclass(frozen=True)
class Reading:
    """The meter's counters at an edge, and what workload and machine had used by then.

    Edges: ``idle begins``, ``idle ends``; of pass k ``go k``, ``epoch k.n``, ``trained k``, ``predicted k``; ``offline
    begins``, ``offline ends``, ``single begins``, ``single ends``; ``finish``.
    """

    edge: str
    counters: Counters
    usage: Usage
    machine: Machine


@dataclass
class Pass:
    """One training from `go` to `predicted`. The first is the run's result; the others repeat it from the same seed, so
    that its energy is measured over a window that is long enough."""

    number: int
    go_at: float | None = None
    trained_at: float | None = None
    predicted_at: float | None = None
    stopped_early: bool = False
    epochs: list[Epoch] = field(default_factory=list)
    observed: Mapping[str, Any] = field(default_factory=dict)
    allocator: Mapping[str, Any] = field(default_factory=dict)
    predictions: tuple[float, ...] | None = None


@dataclass
class Transcript:
    """Stamps are monotonic seconds of the harness; None where the conversation did not come so far."""

    started: float
    state: str = "start"
    hello_at: float | None = None
    done_at: float | None = None
    ended_at: float | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    ready: Mapping[str, Any] = field(default_factory=dict)
    profile: str | None = None
    profile_why: str = ""
    estimate_s: float | None = None
    ready_at: float | None = None
    first: Pass = field(default_factory=lambda: Pass(1))
    repetitions: list[Pass] = field(default_factory=list)
    windows: list[Window] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    sources: Sources | None = None
    preflight: Preflight | None = None
    event_delay_s: float | None = None
    trace: Trace = field(default_factory=Trace)

    @property
    def passes(self) -> list[Pass]:
        """The first and its repetitions."""
        return [self.first, *self.repetitions]
