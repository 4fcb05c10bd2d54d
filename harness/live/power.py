"""The power that a running meter last told: the mean between two of its readings.

While a run goes on its journal holds counters of energy at the edges of windows; samples of power are written when it
is over.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from harness.quantity import Quantity
from harness.standings.fields import Node, clean

SOURCES = {"gpu": "gpu_j", "cpu": "cpu_j", "dram": "dram_j"}
"""Each source of energy with the name of its counter, in joules."""
LEAST_S = 1.0
"""Seconds between the two readings. Counters move in steps, and of a shorter time a step would be much."""
_MOST_EDGES = 1000
"""Readings that are kept; a run takes some ten a second at most."""
_TOO_EARLY = "the meter was not read twice yet, a second apart"
_NOT_SAID = "the run has not said yet what is metered"


@dataclass
class Power:
    """Takes what the meter says, in the order of the journal."""

    _said: dict[str, dict[str, str | None]] = field(default_factory=dict)
    _edges: deque[tuple[str, float, dict[str, float | None]]] = field(default_factory=lambda: deque(maxlen=_MOST_EDGES))

    def sources(self, fact: Node) -> None:
        """Where energies come from, or why there are none. Raises `UnreadableError`."""
        for name in SOURCES:
            source = fact.get(name)
            self._said[name] = {key: source.maybe_text(key) for key in ("name", "scope", "reason")}

    def read(self, edge: str, at: float, line: Node) -> None:
        """The counters at an edge. Raises `UnreadableError`."""
        self._edges.append((edge, at, {name: line.maybe_number(key) for name, key in SOURCES.items()}))
        # Kept: the newest reading that is old enough to compare with, and everything after it.
        while len(self._edges) > 2 and at - self._edges[1][1] >= LEAST_S:
            self._edges.popleft()

    def to_json(self) -> dict[str, dict[str, Any]]:
        """One quantity in watts for each source."""
        return {name: self._quantity(name).to_json() for name in SOURCES}

    def _quantity(self, name: str) -> Quantity:
        said = self._said.get(name)
        if said is None:
            return Quantity.absent("W", _NOT_SAID)
        if said["name"] is None:
            return Quantity.absent("W", said["reason"] or "no reason was given", scope=said["scope"])
        if len(self._edges) < 2 or self._edges[-1][1] - self._edges[0][1] < LEAST_S:
            return Quantity.absent("W", _TOO_EARLY, scope=said["scope"])
        (first, began, before), (last, ended, after) = self._edges[0], self._edges[-1]
        had, has = before[name], after[name]
        if had is None or has is None or not 0 <= has - had < math.inf:
            return Quantity.absent("W", "the meter lost its counter", scope=said["scope"])
        source = clean(f"{said['name']}, mean from “{first}” to “{last}”")
        return Quantity((has - had) / (ended - began), "W", source, said["scope"])
