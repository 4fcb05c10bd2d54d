"""From the words of a submission's ``efficiency`` to the strategies they stand for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.workload.efficiency.autocast import BFloat16Autocast, Float16Autocast, NoAutocast
from harness.workload.efficiency.checkpointing import BlockCheckpointing
from harness.workload.efficiency.combined import Efficiency
from harness.workload.efficiency.float32_products import Ieee, Tf32
from harness.workload.efficiency.float32_state import Float32State
from harness.workload.efficiency.int8_state import Int8State
from harness.workload.efficiency.memory_format import ChannelsLast, Contiguous
from harness.workload.efficiency.quantised_activations import ExactActivations, QuantisedActivations
from harness.workload.efficiency.quantised_gradients import ExactGradients, QuantisedGradients
from harness.workload.efficiency.strategy import Strategy
from harness.workload.efficiency.weights import BFloat16Weights, Float16Weights, Float32Weights
from harness.workload.failure import Refused

STRATEGIES: dict[str, dict[str, type[Strategy]]] = {
    "optimizer_state": {"float32": Float32State, "int8": Int8State},
    "weights": {"float32": Float32Weights, "float16": Float16Weights, "bfloat16": BFloat16Weights},
    "float32_matmul": {"ieee": Ieee, "tf32": Tf32},
    "autocast": {"none": NoAutocast, "float16": Float16Autocast, "bfloat16": BFloat16Autocast},
    "memory_format": {"contiguous": Contiguous, "channels_last": ChannelsLast},
    "saved_activations": {"exact": ExactActivations, "int8": QuantisedActivations},
    "gradients": {"exact": ExactGradients, "int8": QuantisedGradients},
    "activation_checkpointing": {"none": Strategy, "blocks": BlockCheckpointing},
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
