"""Quality targets from a reference summary, and whether a benchmark file holds just these. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from harness.reference.summary import Reference, ReferenceModel, ReferenceRun
from harness.score.estimate import Estimate
from harness.score.target import ScoredEpoch, time_to_target
from harness.spec.model import Benchmark, Ruleset

DECIMALS = 4
CHANCE = 0.5


@dataclass(frozen=True)
class TargetRule:
    """Gate Q1's parameters: a target is this ``share`` of what at least ``least_runs`` reference runs reach."""

    share: float
    least_runs: int

    @classmethod
    def of(cls, ruleset: Ruleset) -> TargetRule:
        """The rule of a ruleset."""
        parameters = ruleset.gate("Q1")
        return cls(parameters["target_share"], parameters["least_reference_runs"])


@dataclass(frozen=True)
class Targets:
    """The targets of one model. ``reason`` says why one is None (None where both are there); ``reached`` counts the
    reference runs that reach the validation target, None where there is none."""

    test_auc: float | None
    validation_auc: float | None
    reason: str | None
    reached: int | None
    runs: int

    def as_written(self) -> dict[str, Any]:
        """As it must stand in the benchmark file under ``quality.targets.<model>``."""
        values: dict[str, Any] = {"test_auc": self.test_auc, "validation_auc": self.validation_auc}
        return values if self.reason is None else {**values, "reason": self.reason}


def targets_of(reference: Reference, rule: TargetRule) -> dict[str, Targets]:
    """The targets of every model in the summary."""
    return {name: _targets(model, reference.trivial, rule) for name, model in reference.models.items()}


def held_level(aucs: Sequence[float | None]) -> float | None:
    """The highest validation AUC that a run held for two consecutive epochs, max over e of min(v_e, v_e+1); None where
    no two consecutive epochs have a value. It is the highest target that `harness.score.target` would call reached."""
    levels = [min(first, second) for first, second in pairwise(aucs) if first is not None and second is not None]
    return max(levels, default=None)


def reaches(run: ReferenceRun, target: float) -> bool:
    """Whether the run holds ``target`` on validation, by the rule that times it."""
    epochs = [ScoredEpoch(float(n), auc) for n, auc in enumerate(run.validation_auc, start=1)]
    return time_to_target(epochs, target=target, no_target=None).value is not None


def block(reference: Reference, benchmark: Benchmark, rule: TargetRule) -> dict[str, dict[str, Any]]:
    """All of ``quality.targets`` as it must stand in the benchmark file, in the order of its models.

    A model without reference runs has no target; the file's own reason for that stands.
    """
    found = targets_of(reference, rule)
    written: Mapping[str, Mapping[str, Any]] = benchmark.document["quality"]["targets"]
    return {
        model: found[model].as_written() if model in found else _without_runs(written.get(model, {}), rule)
        for model in benchmark.models
    }


def differences(reference: Reference, benchmark: Benchmark, rule: TargetRule) -> list[str]:
    """Where the benchmark file says something else than the summary gives: one sentence a value. Empty: equal."""
    found = [f"{model} is not a model of {benchmark.id}" for model in reference.models if model not in benchmark.models]
    pinned = benchmark.document["data"]["digest"]
    if pinned != reference.data:
        found.append(f"data.digest is {pinned}, the reference runs were made on {reference.data}")
    written: Mapping[str, Mapping[str, Any]] = benchmark.document["quality"]["targets"]
    for model, expected in block(reference, benchmark, rule).items():
        for key in ("test_auc", "validation_auc", "reason"):
            ours, theirs = expected.get(key), written.get(model, {}).get(key)
            if ours != theirs:
                found.append(f"{model}: {key} is {_shown(theirs)}, the summary gives {_shown(ours)}")
    return found


def _targets(model: ReferenceModel, trivial: Estimate, rule: TargetRule) -> Targets:
    count = len(model.runs)
    if count < rule.least_runs:
        made = "1 has been made" if count == 1 else f"{count} have been made"
        return Targets(None, None, f"needs at least {rule.least_runs} reference runs, and {made}", None, count)
    test, no_test = _test_target(model, trivial, rule.share)
    validation, no_validation = _validation_target(model.runs, rule.share)
    reasons = [reason for reason in (no_test, no_validation) if reason is not None]
    reached = None if validation is None else sum(reaches(run, validation) for run in model.runs)
    return Targets(test, validation, "; ".join(reasons) or None, reached, count)


def _test_target(model: ReferenceModel, trivial: Estimate, share: float) -> tuple[float | None, str | None]:
    """The test target, or why there is none: a model that a ruler may equal sets no standard."""
    mean, gain = model.test_auc.value, model.gain
    if mean is None or trivial.value is None or gain.value is None or gain.lower is None:
        absent = next(one.reason for one in (model.test_auc, trivial, gain) if one.reason is not None)
        return None, f"no test target, for the gain over the trivial model is not known ({absent})"
    if gain.lower <= 0:
        return None, (
            f"no test target, for the reference's mean gain over the trivial model, {gain.value:+.4f} "
            f"[{gain.lower:+.4f}, {gain.upper:+.4f}], is not surely above 0; tune the hyperparameters on validation"
        )
    target = _share_of(mean, share)
    if target <= max(trivial.value, CHANCE):
        return None, (
            f"no test target, for {share} of the reference's mean test AUC {mean:.4f} does not exceed the trivial "
            f"model's {trivial.value:.4f}; tune the hyperparameters on validation"
        )
    return target, None


def _validation_target(runs: Sequence[ReferenceRun], share: float) -> tuple[float | None, str | None]:
    levels = [held_level(run.validation_auc) for run in runs]
    held = [level for level in levels if level is not None]
    if len(held) < len(levels):
        without = len(levels) - len(held)
        return None, (
            f"no validation target, for {without} of {len(levels)} runs have no two consecutive epochs with a "
            "validation AUC"
        )
    target = _share_of(float(np.mean(held)), share)
    if target <= CHANCE:
        return (
            None,
            f"no validation target, for {target:.4f} is not above chance; tune the hyperparameters on validation",
        )
    return target, None


def _share_of(mean: float, share: float) -> float:
    return round(share * mean, DECIMALS)


def _without_runs(written: Mapping[str, Any], rule: TargetRule) -> dict[str, Any]:
    no_runs = f"needs at least {rule.least_runs} reference runs, which have not been made yet"
    return {"test_auc": None, "validation_auc": None, "reason": written.get("reason", no_runs)}


def _shown(value: float | str | None) -> str:
    return "null" if value is None else repr(value)
