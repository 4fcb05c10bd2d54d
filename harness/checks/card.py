"""The checks of the card's state: seen just before a run, and of its clocks also during it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from harness.checks.evidence import Answer, Card, Evidence, Finding

Parameters = Mapping[str, Any]

# nvml.h, nvmlClocksEventReasons: limits that somebody set, apart from the power limit, which has a check of its own.
SET = {
    "application_clocks": "application clocks",
    "sync_boost": "a sync boost group",
    "display_clock": "the display's clock setting",
}
"""The parameters of G7, each a bit of NVML's, in words."""


def card_is_whole(evidence: Evidence, parameters: Parameters) -> Finding:
    """G4. A slice of a card shares its power, clocks and memory bandwidth with the others, and has no meter."""
    card = _card(evidence)
    if card is None:
        return _no_card(evidence)
    if card.mig is None:
        return Finding(Answer.NOT_MEASURABLE, "NVML does not tell whether the GPU is split")
    if not card.mig:
        return Finding(Answer.PASSED, "the GPU is not split (MIG is off)")
    return Finding(Answer.FAILED, "the GPU is split into slices (MIG)", "sudo nvidia-smi -mig 0")


def driver_stays_loaded(evidence: Evidence, parameters: Parameters) -> Finding:
    """G5. Without persistence mode the driver goes with the last program that uses the card."""
    card = _card(evidence)
    if card is None:
        return _no_card(evidence)
    if card.persistence is None:
        return Finding(Answer.NOT_MEASURABLE, "NVML does not tell whether persistence mode is on")
    if card.persistence:
        return Finding(Answer.PASSED, "persistence mode is on")
    return Finding(
        Answer.FAILED,
        "persistence mode is off, so that every run starts with loading the driver, and settings of the card are lost",
        "sudo nvidia-smi -pm 1",
    )


def card_started_cool(evidence: Evidence, parameters: Parameters) -> Finding:
    """G6. A card that is hot already slows down sooner than one that is not."""
    card = _card(evidence)
    if card is None:
        return _no_card(evidence)
    if card.temperature_c is None or card.slowdown_c is None:
        return Finding(Answer.NOT_MEASURABLE, "NVML does not tell how warm the GPU is, or where it slows down")
    margin = card.slowdown_c - card.temperature_c
    sentence = f"the run began at {card.temperature_c:g} °C, and the GPU slows down at {card.slowdown_c:g} °C"
    if margin >= parameters["least_margin_c"]:
        return Finding(Answer.PASSED, sentence)
    return Finding(
        Answer.FAILED,
        f"{sentence}; asked for are {parameters['least_margin_c']:g} °C between them",
        "let the card cool down, and see to the machine's cooling",
    )


def nobody_set_the_clocks(evidence: Evidence, parameters: Parameters) -> Finding:
    """G7. Clocks below the card's own are another card's: speed and energy both follow them."""
    if _card(evidence) is None and not _sampled(evidence):
        return _no_card(evidence)
    masks = _masks(evidence)
    if not masks:
        return Finding(Answer.NOT_MEASURABLE, "NVML does not tell what decides the GPU's clocks")
    found = {name: sum(mask & int(parameters[key]) != 0 for mask in masks) for key, name in SET.items()}
    told = ", ".join(f"{name} in {count}" for name, count in found.items() if count > 0)
    if not told:
        return Finding(Answer.PASSED, f"nobody had set the clocks, as {len(masks)} samples tell{_clocks(evidence)}")
    return Finding(
        Answer.FAILED,
        f"of {len(masks)} samples the clocks were held down by: {told}",
        "set the card's clocks free: sudo nvidia-smi -rac; sudo nvidia-smi -rgc",
    )


def _masks(evidence: Evidence) -> list[int]:
    card, masks = _card(evidence), []
    if card is not None and card.clock_reasons is not None:
        masks.append(card.clock_reasons)
    if evidence.metered is not None:
        column = evidence.metered.trace.throttle_reasons
        masks += [int(value) for value in column[~np.isnan(column)]]
    return masks


def _clocks(evidence: Evidence) -> str:
    """What the clocks were from `go` to `predicted`; empty where that was not sampled."""
    if evidence.metered is None:
        return ""
    passes = [window for window in evidence.metered.windows if window.name.startswith("pass ")]
    sampled = [evidence.metered.trace.within(window.begin, window.end).sm_clock_mhz for window in passes]
    clocks = np.concatenate([np.empty(0), *sampled])
    clocks = clocks[~np.isnan(clocks)]
    if len(clocks) == 0:
        return ""
    least, median, most = clocks.min(), np.median(clocks), clocks.max()
    return f"; while training they ran at {median:.0f} MHz (median; {least:.0f} to {most:.0f})"


def _card(evidence: Evidence) -> Card | None:
    return None if evidence.preflight is None else evidence.preflight.card


def _sampled(evidence: Evidence) -> bool:
    return evidence.metered is not None and len(evidence.metered.trace) > 0


def _no_card(evidence: Evidence) -> Finding:
    reason = None if evidence.preflight is None else evidence.preflight.reason
    return Finding(Answer.NOT_MEASURABLE, reason or "no GPU was looked at before this run")
