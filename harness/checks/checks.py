"""The functions behind the ruleset's check ids. Pure: the same evidence and parameters give the same finding."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from harness.checks.card import card_is_whole, card_started_cool, driver_stays_loaded, nobody_set_the_clocks
from harness.checks.energy import (
    counter_agrees_with_samples,
    counter_never_falls,
    gpu_not_held_back,
    nobody_else_on_the_gpu,
    power_limit_stayed,
    repeated_training_is_the_same,
    samples_fill_the_windows,
    windows_are_long_enough,
)
from harness.checks.evidence import Answer, Evidence, Finding, Preflight
from harness.checks.host import (
    clocks_agree,
    events_came_at_once,
    memory_sufficed,
    nothing_was_swapped,
    processors_were_free,
)
from harness.checks.strategy import strategy_honoured

Parameters = Mapping[str, Any]


def latencies_add_up(evidence: Evidence, parameters: Parameters) -> Finding:
    """T1. The workload's own latencies fill the window that the harness saw, within a share of it, or what a busy
    scheduler may take of a short one."""
    if not evidence.windows:
        return Finding(Answer.NOT_MEASURABLE, "no inference window was held in this run")
    share, least = parameters["largest_share"], parameters["least_s"]
    texts, fits = [], True
    for window in evidence.windows:
        missing = abs(window.latency_s - window.seconds)
        off = missing / window.seconds
        fits = fits and missing <= max(share * window.seconds, least)
        texts.append(
            f"{window.mode}: {window.latency_s:.3f} s of latencies in a window of {window.seconds:.3f} s ({off:.2%})"
        )
    sentence = "; ".join(texts)
    if fits:
        return Finding(Answer.PASSED, sentence)
    return Finding(
        Answer.FAILED,
        f"{sentence}; at most {share:.0%}, or {least:g} s, may be missing",
        "time every batch, back to back, from the window's start to its end",
    )


def window_predictions_match(evidence: Evidence, parameters: Parameters) -> Finding:
    """P1. What was predicted while being timed is what was scored."""
    if not evidence.windows or evidence.predictions is None:
        return Finding(Answer.NOT_MEASURABLE, "no inference window was held in this run")
    numbers = _coarsest_numbers(evidence.efficiency)
    bound = parameters[f"largest_difference_{numbers}"]
    worst = max(
        abs(ours - scored)
        for window in evidence.windows
        for ours, scored in zip(window.predictions, evidence.predictions, strict=True)
    )
    sentence = (
        f"predictions in the windows differ from the scored ones by at most {worst:.2g} "
        f"(allowed in {numbers}: {bound:g})"
    )
    if worst <= bound:
        return Finding(Answer.PASSED, sentence)
    return Finding(
        Answer.FAILED,
        sentence,
        "the timed model must be the scored model, in the same precision and in evaluation mode",
    )


def _coarsest_numbers(efficiency: Mapping[str, Any]) -> str:
    """The coarsest numbers that the model computes in, as the parameters of P1 call them."""
    asked = {str(efficiency.get(key)) for key in ("weights", "autocast", "float32_matmul")}
    return next((numbers for numbers in ("bfloat16", "float16", "tf32") if numbers in asked), "float32")


def data_as_published(evidence: Evidence, parameters: Parameters) -> Finding:
    """D1. The prepared data are, to the byte, those that the benchmark file names."""
    if evidence.expected_data_digest is None:
        return Finding(Answer.NOT_MEASURABLE, "the benchmark file names no data digest")
    if evidence.data_digest == evidence.expected_data_digest:
        return Finding(Answer.PASSED, "the prepared data are those that the benchmark names, to the byte")
    return Finding(
        Answer.FAILED,
        f"the prepared data have digest {evidence.data_digest}, the benchmark names {evidence.expected_data_digest}",
        "prepare them again with `harness data prepare --rebuild`; if the digest stays, this machine builds other "
        "bytes: please report it",
    )


CHECKS: Mapping[str, Callable[[Evidence, Parameters], Finding]] = {
    "W1": strategy_honoured,
    "T1": latencies_add_up,
    "P1": window_predictions_match,
    "R1": repeated_training_is_the_same,
    "D1": data_as_published,
    "E1": counter_never_falls,
    "E2": samples_fill_the_windows,
    "E3": counter_agrees_with_samples,
    "E4": windows_are_long_enough,
    "G1": nobody_else_on_the_gpu,
    "G2": gpu_not_held_back,
    "G3": power_limit_stayed,
    "G4": card_is_whole,
    "G5": driver_stays_loaded,
    "G6": card_started_cool,
    "G7": nobody_set_the_clocks,
    "H1": processors_were_free,
    "H2": nothing_was_swapped,
    "H3": memory_sufficed,
    "H4": clocks_agree,
    "H5": events_came_at_once,
}

BEFORE = frozenset({"G1", "G4", "G5", "G6", "G7", "H1"})
"""What can be seen before the workload starts."""


def run_checks(evidence: Evidence, declared: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Every check that the ruleset declares, in its order, as it stands in a record."""
    return [
        {
            "id": check["id"],
            "title": check["title"],
            "severity": check["severity"],
            "answer": finding.answer.value,
            "sentence": finding.sentence,
            "remedy": finding.remedy,
        }
        for check in declared
        for finding in [CHECKS[check["id"]](evidence, check["parameters"])]
    ]


def check_before(seen: Preflight, declared: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The checks that fail already before the workload starts, as `run_checks` gives them."""
    evidence = Evidence(
        division="closed",
        efficiency={},
        device="",
        observed={},
        windows=(),
        predictions=None,
        data_digest="",
        expected_data_digest=None,
        host=seen.host,
        preflight=seen,
    )
    answered = run_checks(evidence, [check for check in declared if check["id"] in BEFORE])
    return [check for check in answered if check["answer"] == "failed"]
