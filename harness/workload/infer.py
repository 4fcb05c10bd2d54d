"""Inference windows: whole passes over the test images, each call of the model timed."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch

from harness.workload.device import synchronise
from harness.workload.images import Standardiser
from harness.workload.learner import Learner

_BUCKETS_PER_OCTAVE = 16


@dataclass
class Latencies:
    """A histogram of durations in nanoseconds, in buckets of a sixteenth of an octave (4.4 %)."""

    count: int = 0
    sum_ns: int = 0
    max_ns: int = 0
    buckets: Counter[int] = field(default_factory=Counter)

    def add(self, ns: int) -> None:
        """Count one duration."""
        self.count += 1
        self.sum_ns += ns
        self.max_ns = max(self.max_ns, ns)
        self.buckets[math.floor(_BUCKETS_PER_OCTAVE * math.log2(max(ns, 1)))] += 1

    def to_json(self) -> dict[str, Any]:
        """As it stands in the `inferred` event."""
        buckets = {str(bucket): count for bucket, count in sorted(self.buckets.items())}
        return {"count": self.count, "max_ns": self.max_ns, "buckets": buckets}


@dataclass(frozen=True)
class Window:
    """One inference window. ``first`` holds the probabilities of the first pass, float32 [N] on the device."""

    passes: int
    images: int
    latencies: Latencies
    first: torch.Tensor


def infer(
    learner: Learner,
    images: torch.Tensor,
    standardise: Standardiser,
    batch: int,
    seconds: float,
    progress: Callable[[float, float], None],
    started_ns: int,
) -> Window:
    """Pass over ``images`` (uint8 [N, C, H, W] on the device) until ``seconds`` are over; the last pass is finished.

    A latency runs from the end of the one before to the moment the device has finished this batch, and the first one
    from ``started_ns`` (`time.perf_counter_ns` when the command came): whatever the program does in between counts, so
    the latencies add up to the window.
    """
    device = images.device
    latencies, first, passes = Latencies(), [], 0
    last = started_ns
    learner.model.eval()
    with torch.inference_mode():
        while passes == 0 or last - started_ns < seconds * 1e9:
            for part in torch.split(images, batch):
                probabilities = learner.probabilities(standardise(part))
                synchronise(device)
                now = time.perf_counter_ns()
                latencies.add(now - last)
                last = now
                if passes == 0:
                    first.append(probabilities)
                progress(min((now - started_ns) / 1e9, seconds), seconds)
            passes += 1
    return Window(passes=passes, images=passes * len(images), latencies=latencies, first=torch.cat(first))
