"""Worked examples for the rules: a good run, and what each check says when one thing about it is different.

The page of the rules is made by asking the checks themselves, and a test holds each answer against the one given here.
Every figure is made up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from harness.checks.evidence import Answer, Card, Evidence, Host, Metered, Preflight, Spans, WindowEvidence
from harness.meter.trace import Trace
from harness.meter.window import WindowEnergy

_WATTS = 250.0
_AT = np.arange(0.0, 125.0, 0.1)


@dataclass(frozen=True)
class Example:
    """One run for one check: what is special about it in words, what the check is shown, and what it must answer."""

    check: str
    story: str
    evidence: Evidence
    answer: Answer


def _trace(**columns: float) -> Trace:
    """A sample every 0.1 s over 125 s, all alike."""
    usual = dict.fromkeys((field.name for field in fields(Trace) if field.name != "at"), np.nan)
    usual |= {"power_instant_w": _WATTS, "foreign_processes": 0.0, "throttle_reasons": 0x4, "power_limit_w": 700.0}
    values = {name: np.full(len(_AT), float(value)) for name, value in (usual | columns).items()}
    return Trace(at=_AT, **values)


def _window(name: str, begin: float, end: float, **changes: Any) -> WindowEnergy:
    joules = _WATTS * (end - begin)
    usual = {
        "counter_j": joules,
        "integral_j": joules,
        "samples": round(10 * (end - begin)),
        "coverage": 1.0,
        "largest_gap_s": 0.1,
        "disagreement": 0.0,
        "edge_error": 0.02 / (end - begin),
    }
    return WindowEnergy(name=name, begin=begin, end=end, **(usual | changes))


_METERED = Metered(
    windows=(_window("pass 1", 0.0, 60.0), _window("offline", 62.0, 122.0)),
    trace=_trace(),
    gpu_j=(0.0, 15000.0, 15500.0, 30500.0),
    reason=None,
)
_CARD = Card(
    mig=False,
    persistence=True,
    temperature_c=41.0,
    slowdown_c=87.0,
    power_limit_w=700.0,
    clock_reasons=0x1,
    processes=0,
)
_HOST = Host("from go to predicted", seconds=100.0, busy_s=190.0, stolen_s=0.0, workload_s=185.0, swapped_pages=0)

GOOD = Evidence(
    division="closed",
    efficiency={"optimizer_state": "int8"},
    device="cuda",
    observed={
        "parameters": {"float32": 400},
        "gradients": {"float32": 400},
        "saved_activations": {"float32": 4000},
        "optimizer_state": {"uint8": 190, "float32": 15},
        "logits": "float32",
        "float32_products": "float32",
        "loss_scale_skips": 0,
    },
    windows=(WindowEvidence("offline", 60.0, 59.9, (0.25, 0.75)),),
    predictions=(0.25, 0.75),
    data_digest="sha256:5ca1e",
    expected_data_digest="sha256:5ca1e",
    repeated_predictions=((0.25, 0.75),),
    metered=_METERED,
    host=_HOST,
    oom_killed=False,
    spans=Spans(engine_s=120.0, least_s=119.5, most_s=121.0),
    preflight=Preflight(Host("just before the start", 0.25, 0.01, 0.0, 0.0, 0), _CARD, None),
    event_delay_s=0.001,
)
"""A run in 8-bit optimiser state on a GPU, of which every check says *passed*."""


def _but(**changes: Any) -> Evidence:
    return replace(GOOD, **changes)


def _metered(**changes: Any) -> Evidence:
    return _but(metered=replace(_METERED, **changes))


def _card(**changes: Any) -> Evidence:
    assert GOOD.preflight is not None
    return _but(preflight=replace(GOOD.preflight, card=replace(_CARD, **changes)))


def _host(**changes: Any) -> Evidence:
    return _but(host=replace(_HOST, **changes))


_NO_CARD = Preflight(Host("just before the start", 0.25, 0.01, 0.0, 0.0, 0), None, "the run used no GPU")
_NO_GPU = _but(
    device="cpu", metered=Metered((), Trace(), (), "the run used no GPU"), repeated_predictions=(), preflight=_NO_CARD
)

_CHANGED: Mapping[str, tuple[tuple[str, Evidence, Answer], ...]] = {
    "W1": (
        (
            "The optimiser's library fell back to float32 without a word.",
            _but(observed={**GOOD.observed, "optimizer_state": {"float32": 800}}),
            Answer.FAILED,
        ),
        (
            "Half-precision weights were asked for, and the live parameters were float32.",
            _but(efficiency={"optimizer_state": "int8", "weights": "float16"}),
            Answer.FAILED,
        ),
    ),
    "T1": (
        (
            "The workload timed its batches and left out their way to the GPU: 6 of 60 seconds.",
            _but(windows=(WindowEvidence("offline", 60.0, 54.0, (0.25, 0.75)),)),
            Answer.FAILED,
        ),
    ),
    "P1": (
        (
            "The timed passes predicted something else than what was scored.",
            _but(windows=(WindowEvidence("offline", 60.0, 59.9, (0.27, 0.75)),)),
            Answer.FAILED,
        ),
        (
            "The same difference under bfloat16 autocast is rounding.",
            _but(
                efficiency={"optimizer_state": "int8", "autocast": "bfloat16"},
                observed={**GOOD.observed, "logits": "bfloat16"},
                windows=(WindowEvidence("offline", 60.0, 59.9, (0.27, 0.75)),),
            ),
            Answer.PASSED,
        ),
    ),
    "R1": (
        (
            "The second training, which is there for its energy, gave other predictions.",
            _but(repeated_predictions=((0.31, 0.75),)),
            Answer.FAILED,
        ),
        ("A long training was not repeated.", _but(repeated_predictions=()), Answer.NOT_MEASURABLE),
    ),
    "D1": (
        ("Somebody prepared other images.", _but(data_digest="sha256:07her"), Answer.FAILED),
        (
            "The benchmark is provisional and names no digest yet.",
            _but(expected_data_digest=None),
            Answer.NOT_MEASURABLE,
        ),
    ),
    "E1": (
        ("The driver was reloaded in mid-run.", _metered(gpu_j=(0.0, 15000.0, 200.0, 15200.0)), Answer.FAILED),
        ("A run on a CPU.", _NO_GPU, Answer.NOT_MEASURABLE),
    ),
    "E2": (
        (
            "The sampler got no processor for 4 of 60 seconds.",
            _metered(windows=(_window("pass 1", 0.0, 60.0, coverage=0.94, largest_gap_s=4.0),)),
            Answer.FAILED,
        ),
    ),
    "E3": (
        (
            "The counter says 15.0 kJ, the power samples add up to 12.0.",
            _metered(windows=(_window("pass 1", 0.0, 60.0, integral_j=12000.0, disagreement=0.2),)),
            Answer.FAILED,
        ),
    ),
    "E4": (
        (
            "A window of 1 s, in which a counter that moves every 20 ms is off by 2 %.",
            _metered(windows=(_window("offline", 0.0, 1.0),)),
            Answer.FAILED,
        ),
    ),
    "G1": (
        (
            "A notebook of somebody else held memory on the card.",
            _metered(trace=_trace(foreign_processes=1)),
            Answer.FAILED,
        ),
    ),
    "G2": (
        ("The card was too hot (0x20).", _metered(trace=_trace(throttle_reasons=0x20)), Answer.FAILED),
        (
            "The card ran at its power limit (0x4), as every card does under full load.",
            _metered(trace=_trace(throttle_reasons=0x4)),
            Answer.PASSED,
        ),
    ),
    "G3": (
        (
            "Somebody lowered the power limit half-way.",
            _metered(trace=replace(_trace(), power_limit_w=np.where(_AT < 60, 700.0, 400.0))),
            Answer.FAILED,
        ),
    ),
    "G4": (("The card was cut into slices (MIG).", _card(mig=True), Answer.FAILED),),
    "G5": (("Persistence mode was off.", _card(persistence=False), Answer.FAILED),),
    "G6": (("The card came from another training, at 78 °C.", _card(temperature_c=78.0), Answer.FAILED),),
    "G7": (("Application clocks were set (0x2).", _card(clock_reasons=0x2), Answer.FAILED),),
    "H1": (
        ("A second training ran on the same processors.", _host(busy_s=195.0, workload_s=100.0), Answer.FAILED),
        ("The engine does not tell what the workload used.", _host(workload_s=None), Answer.NOT_MEASURABLE),
    ),
    "H2": (("The machine swapped.", _host(swapped_pages=1200), Answer.FAILED),),
    "H3": (
        ("The kernel ended a data loader for its memory, and the rest went on.", _but(oom_killed=True), Answer.FAILED),
    ),
    "H4": (
        (
            "The virtual machine stood still for a minute, and only the engine noticed.",
            _but(spans=Spans(engine_s=180.0, least_s=119.5, most_s=121.0)),
            Answer.FAILED,
        ),
    ),
    "H5": (("One event took 2 s to arrive.", _but(event_delay_s=2.0), Answer.FAILED),),
}

EXAMPLES: tuple[Example, ...] = tuple(
    Example(check, story, evidence, answer)
    for check, changed in _CHANGED.items()
    for story, evidence, answer in changed
)
