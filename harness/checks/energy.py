"""The checks of what was metered: the counter, the samples beside it, and the state of the GPU meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from harness.checks.evidence import Answer, Evidence, Finding, Metered
from harness.meter.trace import Column, Trace
from harness.meter.window import WindowEnergy

Parameters = Mapping[str, Any]

# nvml.h, nvmlClocksEventReasons: what slows a card down although it has work to do.
THROTTLES = {
    "hardware_slowdown": "hardware slowdown",
    "too_hot_driver": "too hot (driver)",
    "too_hot_hardware": "too hot (hardware)",
    "power_brake": "power brake",
}
"""The parameters of G2, each a bit of NVML's, in words."""


def counter_never_falls(evidence: Evidence, parameters: Parameters) -> Finding:
    """E1. A counter that falls was reset, or wrapped around, in mid-run."""
    if (absent := _no_counter(evidence)) is not None:
        return absent
    readings = _metered(evidence).gpu_j
    falls = int((np.diff(readings) < 0).sum())
    if falls == 0:
        return Finding(Answer.PASSED, f"{len(readings)} readings of the energy counter, none less than the one before")
    return Finding(
        Answer.FAILED,
        f"{falls} of {len(readings)} readings of the energy counter are less than the one before",
        "the driver was reloaded or the GPU reset during the run: switch persistence mode on, and make the run again",
    )


def samples_fill_the_windows(evidence: Evidence, parameters: Parameters) -> Finding:
    """E2. Every window is sampled throughout."""
    windows = [window for window in _windows(evidence) if window.coverage is not None]
    if not windows:
        return _nothing_metered(evidence)
    worst = min(windows, key=lambda window: window.coverage or 0.0)
    longest = max(windows, key=lambda window: window.largest_gap_s or 0.0)
    sentence = (
        f"coverage is {worst.coverage:.1%} at least (window {worst.name}), "
        f"the longest gap {longest.largest_gap_s:.2f} s (window {longest.name})"
    )
    short = any((window.coverage or 0.0) < parameters["least_coverage"] for window in windows)
    if not short and (longest.largest_gap_s or 0.0) <= parameters["largest_gap_s"]:
        return Finding(Answer.PASSED, sentence)
    return Finding(
        Answer.FAILED,
        f"{sentence}; asked for are {parameters['least_coverage']:.0%} and {parameters['largest_gap_s']:g} s",
        "the machine was too busy to sample its GPU: end other programs, or give the harness a processor of its own",
    )


def counter_agrees_with_samples(evidence: Evidence, parameters: Parameters) -> Finding:
    """E3. Two ways to the same energy."""
    windows = [window for window in _windows(evidence) if window.disagreement is not None]
    if not windows:
        return _nothing_metered(evidence)
    # What the counter's steps leave open at the edges is no disagreement.
    worst = max(windows, key=_unexplained)
    sentence = (
        f"counter and integral of the sampled power differ by {worst.disagreement:+.1%} at most (window {worst.name}, "
        f"where the counter's steps explain {worst.edge_error or 0.0:.1%})"
    )
    if _unexplained(worst) <= parameters["largest_disagreement"]:
        return Finding(Answer.PASSED, sentence)
    return Finding(
        Answer.FAILED,
        f"{sentence}; allowed are {parameters['largest_disagreement']:.0%}",
        "compare this card's energies with those of the same card only, and see whether a longer window agrees better",
    )


def windows_are_long_enough(evidence: Evidence, parameters: Parameters) -> Finding:
    """E4. A window long enough for a counter that moves in steps and a power figure that is an average."""
    windows = [window for window in _windows(evidence) if window.edge_error is not None]
    if not windows:
        return _nothing_metered(evidence)
    # Passes of the same training count together: their mean is the result.
    passes = [window for window in windows if window.name.startswith("pass ")]
    alone = [window for window in windows if not window.name.startswith("pass ")]
    groups = [(window.name, [window]) for window in alone] + ([("training", passes)] if passes else [])
    short = [
        f"{name} ({sum(w.seconds for w in group):.1f} s, {sum(w.samples for w in group)} samples)"
        for name, group in groups
        if sum(w.samples for w in group) < parameters["least_samples"]
        or max(w.edge_error or 0.0 for w in group) / len(group) > parameters["largest_edge_error"]
    ]
    if not short:
        return Finding(Answer.PASSED, f"all {len(groups)} windows have {parameters['least_samples']} samples or more")
    return Finding(
        Answer.FAILED,
        f"too short for an energy figure: {', '.join(short)}",
        "run the official profile, whose windows last a minute",
    )


def nobody_else_on_the_gpu(evidence: Evidence, parameters: Parameters) -> Finding:
    """G1. Others' work would be counted as the run's."""
    card = None if evidence.preflight is None else evidence.preflight.card
    if card is not None and card.processes:
        return Finding(
            Answer.FAILED,
            f"{card.processes} process(es) used the GPU before the workload was started",
            "end them (`nvidia-smi` lists them), or run on a GPU that nobody uses",
        )
    counts = _column(evidence, "foreign_processes")
    if counts is None:
        return _nothing_metered(evidence)
    if len(counts) == 0:
        return Finding(Answer.NOT_MEASURABLE, "NVML does not tell which processes use the GPU")
    seen = int((counts > 0).sum())
    if seen == 0:
        return Finding(Answer.PASSED, f"no process but the workload's in {len(counts)} samples")
    return Finding(
        Answer.FAILED,
        f"another process was on the GPU in {seen} of {len(counts)} samples",
        "end it (`nvidia-smi` lists them), or run on a GPU that nobody uses",
    )


def gpu_not_held_back(evidence: Evidence, parameters: Parameters) -> Finding:
    """G2. Heat or a weak supply slows a card down, and then its time is not its own."""
    masks = _column(evidence, "throttle_reasons")
    if masks is None:
        return _nothing_metered(evidence)
    if len(masks) == 0:
        return Finding(Answer.NOT_MEASURABLE, "NVML does not tell what slows the GPU down")
    bits = masks.astype(np.int64)
    seen = {name: int(((bits & int(parameters[key])) != 0).sum()) for key, name in THROTTLES.items()}
    found = {name: count for name, count in seen.items() if count > 0}
    if not found:
        return Finding(Answer.PASSED, f"nothing but its power limit slowed the GPU down in {len(masks)} samples")
    told = ", ".join(f"{name} in {count}" for name, count in found.items())
    return Finding(
        Answer.FAILED,
        f"of {len(masks)} samples the GPU was slowed down by: {told}",
        "see to the machine's cooling and power supply, let the card cool down, and make the run again",
    )


def power_limit_stayed(evidence: Evidence, parameters: Parameters) -> Finding:
    """G3. Another limit is another machine."""
    limits = _column(evidence, "power_limit_w")
    if limits is None:
        return _nothing_metered(evidence)
    if len(limits) == 0:
        return Finding(Answer.NOT_MEASURABLE, "NVML does not tell the GPU's power limit")
    card = None if evidence.preflight is None else evidence.preflight.card
    if card is not None and card.power_limit_w is not None:
        limits = np.append(limits, card.power_limit_w)
    least, most = float(limits.min()), float(limits.max())
    if least == most:
        return Finding(Answer.PASSED, f"the power limit was {least:g} W from before the start to the end")
    return Finding(
        Answer.FAILED,
        f"the power limit was changed during the run, between {least:g} W and {most:g} W",
        "leave the card's settings as they are while a run goes on",
    )


def repeated_training_is_the_same(evidence: Evidence, parameters: Parameters) -> Finding:
    """R1. The same training, from the same seed, comes to the same model."""
    if evidence.predictions is None or not evidence.repeated_predictions:
        return Finding(Answer.NOT_MEASURABLE, "the training was not repeated in this run")
    worst = max(
        float(np.abs(np.subtract(again, evidence.predictions)).max()) for again in evidence.repeated_predictions
    )
    sentence = (
        f"predictions of {len(evidence.repeated_predictions)} repetitions differ from the first by at most {worst:.2g}"
    )
    if worst <= parameters["largest_difference"]:
        return Finding(Answer.PASSED, sentence)
    return Finding(
        Answer.FAILED,
        f"{sentence}; allowed are {parameters['largest_difference']:g}",
        "something in the training does not depend on the seed alone; the log names operations that do not repeat",
    )


def _unexplained(window: WindowEnergy) -> float:
    return abs(window.disagreement or 0.0) - (window.edge_error or 0.0)


def _metered(evidence: Evidence) -> Metered:
    assert evidence.metered is not None
    return evidence.metered


def _windows(evidence: Evidence) -> tuple[WindowEnergy, ...]:
    return () if evidence.metered is None else evidence.metered.windows


def _column(evidence: Evidence, name: str) -> Column | None:
    """What was told of a column; None where there are no samples at all."""
    trace: Trace | None = None if evidence.metered is None else evidence.metered.trace
    if trace is None or len(trace) == 0:
        return None
    values: Column = getattr(trace, name)
    return values[~np.isnan(values)]


def _no_counter(evidence: Evidence) -> Finding | None:
    if evidence.metered is None or len(evidence.metered.gpu_j) == 0:
        return _nothing_metered(evidence)
    return None


def _nothing_metered(evidence: Evidence) -> Finding:
    reason = None if evidence.metered is None else evidence.metered.reason
    return Finding(Answer.NOT_MEASURABLE, reason or "no GPU was metered in this run")
