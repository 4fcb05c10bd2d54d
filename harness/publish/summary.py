"""What an entry's runs say together: the document ``entry.json`` beside its runs.

It takes predictions and labels, which whoever looks at the leaderboard does not have, so it is computed once, when the
entry is published, and computed again by whoever verifies it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from harness.compare.comparison import Side, compare, side_of
from harness.compare.runs import Entry, Found
from harness.data.dataset import Dataset
from harness.publish.attempts import Attempt, Attempts
from harness.publish.reference import conditions_of, is_reference, published, reference_of
from harness.record import digest
from harness.record.folder import RECORD
from harness.score.gates import Against, not_worse_than_the_reference
from harness.score.metrics import RunScores, Settings, metrics
from harness.spec.model import Benchmark, Ruleset

SCHEMA = "leanmed/entry/v1"


def entry_of(attempts: Attempts) -> Entry | None:
    """The runs that count, as `harness.compare` takes them; None where none is valid."""
    found = {
        number: Found(attempt.folder, attempt.record)
        for number, attempt in attempts.counted.items()
        if attempt.record is not None
    }
    valid = {number: run for number, run in found.items() if run.record["outcome"]["verdict"] == "valid"}
    failed = tuple(run for number, run in found.items() if number not in valid)
    return Entry(attempts.submission, valid, failed) if valid else None


def summary_of(
    attempts: Attempts, leaderboard: Path, dataset: Dataset, benchmark: Benchmark, ruleset: Ruleset
) -> dict[str, Any]:
    """The document, Q2 judged against what is published in ``leaderboard``."""
    root = reference_of(attempts.all[0].plan, leaderboard)
    if root is None or root.name == attempts.name.rpartition("/")[2]:
        return summarise(attempts, None, dataset, benchmark, ruleset)
    with published(root) as reference:
        return summarise(attempts, reference, dataset, benchmark, ruleset)


def summarise(
    attempts: Attempts, reference: Attempts | None, dataset: Dataset, benchmark: Benchmark, ruleset: Ruleset
) -> dict[str, Any]:
    """The document. ``reference`` are the attempts of the same model's plain submission under the same conditions,
    ``None`` where there is none. Raises `InvalidInput` where a run's files contradict its record."""
    some = attempts.all[0].plan
    ours = entry_of(attempts)
    theirs = None if reference is None else entry_of(reference)
    numbers = () if ours is None else tuple(sorted(ours.runs))
    side = None if ours is None else side_of(ours, numbers, dataset, benchmark, ruleset)
    compared = None
    if ours is not None and theirs is not None and set(numbers) & set(theirs.runs):
        compared = compare(ours, theirs, dataset, benchmark, ruleset)
    plain = is_reference(attempts.all[0].submission)
    judged = None
    if compared is not None:
        judged = compared.judgement.to_json()
    elif not plain:
        judged = not_worse_than_the_reference(Against(None, None), ruleset.gate("Q2")).to_json()
    why = (*_unreviewed(attempts, benchmark), *_unranked(attempts, ruleset, side, judged))
    return {
        "schema": SCHEMA,
        "entry": attempts.name,
        "shared": attempts.shared,
        "submission": {name: attempts.all[0].submission[name] for name in ("name", "division", "model")},
        "benchmark": {"id": benchmark.id, "digest": benchmark.digest},
        "ruleset": {"version": ruleset.version, "digest": ruleset.digest},
        "conditions": conditions_of(some),
        "attempts": [attempt_json(attempt) for attempt in attempts.all],
        "runs": list(numbers),
        "quality": None if ours is None or side is None else _quality(ours, side, numbers, dataset, ruleset),
        "gates": {
            "Q1": None if side is None else side.gate.to_json(),
            "Q2": judged,
        },
        "reference": plain,
        "against": None if compared is None or reference is None else reference.name,
        "difference": None if compared is None else compared.difference.to_json(),
        "costs": {} if compared is None else {name: ratio.to_json() for name, ratio in compared.costs.items()},
        "ranks": not why,
        "unranked": list(why),
    }


def attempt_json(attempt: Attempt) -> dict[str, Any]:
    """An attempt as a published document has it."""
    sealed = None if attempt.record is None else digest.of_file(attempt.folder.root / RECORD)
    return {"run": attempt.run, "number": attempt.number, "verdict": attempt.verdict, "record": sealed}


def _quality(entry: Entry, side: Side, numbers: Sequence[int], dataset: Dataset, ruleset: Ruleset) -> dict[str, Any]:
    runs = [
        RunScores(np.asarray(side.scores[place]), entry.runs[number].record["quality"].get("threshold"))
        for place, number in enumerate(numbers)
    ]
    found = metrics(runs, dataset.test_labels(), dataset.test_patients(), Settings.of(ruleset.statistics))
    return {
        "auc": side.auc.to_json(),
        "gain": side.gain.to_json(),
        "metrics": {name: estimate.to_json() for name, estimate in found.items()},
    }


def _unreviewed(attempts: Attempts, benchmark: Benchmark) -> tuple[str, ...]:
    """Hiding labels that anybody can look up proves nothing about a program that nobody has read."""
    if attempts.all[0].submission["division"] == "closed" or benchmark.labels == "private":
        return ()
    return ("Open division on public labels: its program may hold the answers, so its source needs a review.",)


def _unranked(
    attempts: Attempts, ruleset: Ruleset, side: Side | None, judged: Mapping[str, Any] | None
) -> tuple[str, ...]:
    """Why the entry has no rank; none where it has one."""
    failed = [attempt for attempt in attempts.counted.values() if attempt.verdict == "failed"]
    reasons = [f"Run {attempt.number} failed, and one failed run fails the entry." for attempt in failed]
    if len(attempts.counted) < ruleset.runs_of_entry:
        reasons.append(f"It has {len(attempts.counted)} of {ruleset.runs_of_entry} runs.")
    if side is not None and side.gate.verdict != "above":
        reasons.append(f"Q1: {side.gate.reason}")
    if judged is not None and not judged["ranks"]:
        reasons.append(f"Q2: {judged['reason']}")
    return tuple(reasons)
