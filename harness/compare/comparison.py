"""A candidate against a reference: is its quality no worse, and what does it cost in comparison?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from harness.compare.runs import Entry, common
from harness.data.dataset import Dataset
from harness.score.auc import auc_estimate
from harness.score.averaged import averaged_auc, averaged_difference
from harness.score.estimate import Estimate
from harness.score.gate import Gate
from harness.score.gates import Against, Quality, not_worse_than_the_reference, reaches_the_target
from harness.score.noninferiority import Judgement, RunsNeeded, runs_needed
from harness.score.ratio import METHOD, paired_ratio
from harness.score.readers import RunAveragedDifference, run_averaged_difference
from harness.spec.model import Benchmark, Ruleset

COSTS = (
    *("gpu_energy", "time_to_predictions", "training_time", "time_to_target", "peak_gpu_memory", "peak_host_memory"),
    *("cpu_energy", "cpu_time", "offline_gpu_energy", "single_gpu_energy", "single_latency_p50", "single_latency_p99"),
)
"""Quantities of which less is better."""


@dataclass(frozen=True)
class Side:
    """One of the two: its name, mean AUC, gain and gate Q1 over the common runs, and its runs that failed or are
    invalid; ``scores`` are its test scores float64 [runs, cases]."""

    name: str
    model: str
    auc: Estimate
    gain: Estimate
    gate: Gate
    failed: tuple[str, ...]
    scores: np.ndarray = field(repr=False, compare=False)


@dataclass(frozen=True)
class Comparison:
    """``numbers`` are the common runs; ``costs`` the candidate's over the reference's, by quantity."""

    benchmark: str
    numbers: tuple[int, ...]
    candidate: Side
    reference: Side
    difference: RunAveragedDifference
    judgement: Judgement
    needed: RunsNeeded | None
    costs: Mapping[str, Estimate]

    def to_json(self) -> dict[str, Any]:
        """All of it."""
        return {
            "benchmark": self.benchmark,
            "runs": list(self.numbers),
            **{
                role: {
                    "name": side.name,
                    "model": side.model,
                    "auc": side.auc.to_json(),
                    "gain": side.gain.to_json(),
                    "gate": side.gate.to_json(),
                    "failed": list(side.failed),
                }
                for role, side in (("candidate", self.candidate), ("reference", self.reference))
            },
            "difference": self.difference.to_json(),
            "judgement": self.judgement.to_json(),
            "runs_needed": None if self.needed is None else {"runs": self.needed.runs, "reason": self.needed.reason},
            "costs": {name: ratio.to_json() for name, ratio in self.costs.items()},
        }


def compare(candidate: Entry, reference: Entry, dataset: Dataset, benchmark: Benchmark, ruleset: Ruleset) -> Comparison:
    """Compare the runs that both have. Every score is computed again from a run's predictions.

    The margin is that of gate Q2, from the gain of ``reference`` over the trivial model. Raises `InvalidInput` where a
    run's files contradict its record.
    """
    numbers = common(candidate, reference)
    labels, patients = dataset.test_labels(), dataset.test_patients()
    sides = [side_of(entry, numbers, dataset, benchmark, ruleset) for entry in (candidate, reference)]
    difference = run_averaged_difference(sides[0].scores, sides[1].scores, labels, patients)
    judgement = not_worse_than_the_reference(Against(difference, sides[1].gain.value), ruleset.gate("Q2"))
    allowed = judgement.margin
    known = difference.components is not None and difference.estimate.value is not None and allowed is not None
    return Comparison(
        benchmark=dataset.benchmark,
        numbers=numbers,
        candidate=sides[0],
        reference=sides[1],
        difference=difference,
        judgement=judgement,
        needed=_needed(difference, allowed) if known else None,
        costs={name: _ratio(candidate, reference, numbers, name) for name in COSTS},
    )


def _needed(difference: RunAveragedDifference, allowed: float | None) -> RunsNeeded:
    assert difference.components is not None
    assert difference.estimate.value is not None
    assert allowed is not None
    return runs_needed(difference.components, difference.estimate.value, allowed)


def _scores(entry: Entry, numbers: Sequence[int], dataset: Dataset) -> np.ndarray:
    """Test scores float64 [runs, cases]."""
    return np.array([entry.runs[number].test_scores(dataset) for number in numbers])


def side_of(entry: Entry, numbers: Sequence[int], dataset: Dataset, benchmark: Benchmark, ruleset: Ruleset) -> Side:
    """What the runs ``numbers`` of an entry say together. Raises `InvalidInput` where a run's files contradict its
    record."""
    scores = _scores(entry, numbers, dataset)
    labels, patients = dataset.test_labels(), dataset.test_patients()
    submission = next(iter(entry.runs.values())).record["submission"]
    model = str(submission["model"])
    rows = list(scores)
    auc = averaged_auc(rows, labels, patients)
    gain = averaged_difference(rows, dataset.test_trivial(), labels, patients)
    target = benchmark.target(benchmark.yardstick if submission["division"] == "open" else model)
    quality = Quality(
        auc,
        auc_estimate(dataset.test_trivial(), labels, patients),
        target=target["test_auc"],
        no_target=target["reason"] if target["test_auc"] is None else None,
    )
    gate = reaches_the_target(quality, ruleset.gate("Q1"))
    failed = tuple(str(run.record["run"]) for run in entry.failed)
    return Side(entry.name, model, auc, gain, gate, failed, scores)


def _ratio(candidate: Entry, reference: Entry, numbers: Sequence[int], name: str) -> Estimate:
    """The ratio over the runs of which both measured the quantity; some are measured in one run of an entry only."""
    found = [
        tuple(entry.runs[number].record["quantities"][name] for entry in (candidate, reference)) for number in numbers
    ]
    both = [
        (one["value"], other["value"]) for one, other in found if (one["value"] or 0) > 0 and (other["value"] or 0) > 0
    ]
    if not both:
        reasons = [each["reason"] for pair in found for each in pair if each["reason"]]
        return Estimate.absent(METHOD, reasons[0] if reasons else "it was not measured in a common run")
    return paired_ratio([one for one, _ in both], [other for _, other in both])
