"""From the words of a submission's ``efficiency`` to the strategies they stand for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.workload.efficiency.combined import Efficiency
from harness.workload.efficiency.float32_state import Float32State
from harness.workload.efficiency.int8_state import Int8State
from harness.workload.efficiency.strategy import Strategy
from harness.workload.failure import Refused

STRATEGIES: dict[str, dict[str, type[Strategy]]] = {
    "optimizer_state": {"float32": Float32State, "int8": Int8State},
}
"""For each key its values; the first is what holds where the submission does not name the key."""


def choose_efficiency(asked: Mapping[str, Any]) -> Efficiency:
    """All strategies of a submission, in the registry's order. Raises `Refused` for an unknown key or value."""
    for key in asked:
        if key not in STRATEGIES:
            raise Refused(f"efficiency.{key} is not known; known: {', '.join(STRATEGIES)}")
    chosen = []
    for key, values in STRATEGIES.items():
        value = asked.get(key, next(iter(values)))
        if not isinstance(value, str) or value not in values:
            raise Refused(f"efficiency.{key} can't be {str(value)[:80]!r}; known: {', '.join(values)}")
        chosen.append(values[value]())
    return Efficiency(tuple(chosen))
