"""Finished runs that nobody trained: real run folders, written by the journal and the record's own builder, with
made-up predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np

from harness.data.dataset import Dataset
from harness.places import Home
from harness.protocol import encode_predictions
from harness.record.folder import PLAN, RunFolder, write_json
from harness.reference.summary import Reference, ReferenceModel, ReferenceRun
from harness.run.journal import Journal
from harness.run.outcome import Ended, Outcome
from harness.run.plan import Plan
from harness.run.results import build_record
from harness.run.transcript import Epoch, Pass, Transcript
from harness.score.auc import roc_auc
from harness.score.estimate import Estimate
from harness.spec.load import load_ruleset
from harness.spec.model import Benchmark
from harness.spec.seed import seed_of_run
from tests.run.material import plan as plan_of_tiny

RULESET = load_ruleset()
TINY: Benchmark = plan_of_tiny().benchmark
"""The benchmark as it would be if the tiny data set were its own."""
DIGEST = "sha256:" + "0" * 64
OBSERVED = {
    "parameters": {"float32": 400},
    "gradients": {"float32": 400},
    "optimizer_state": {"float32": 800},
    "optimizer": "AdamW",
}


def made_plan(number: int, submission: str = "mlp_fp32", **changes: Any) -> Plan:
    """The plan of an official run with the rules' seed."""
    seed = seed_of_run(RULESET, TINY, number)
    official = {"number": number, "seed": seed, "own_seed": False, "requested_profile": "official"}
    return replace(_plan_of(submission), **{**official, **changes})


@cache
def _plan_of(submission: str) -> Plan:
    """Reading rules, benchmark and machine takes longer than all the rest of leaving a run."""
    return plan_of_tiny(submission)


def guesses(labels: Any, seed: int, skill: float = 2.0) -> tuple[float, ...]:
    """Probabilities [cases], as float32 holds them, that know something of the labels."""
    random = np.random.default_rng(seed)
    logits = skill * (np.asarray(labels, dtype=float) - 0.5) + random.normal(size=len(labels))
    return tuple(float(value) for value in (1 / (1 + np.exp(-logits))).astype(np.float32))


def leave_run(
    home: Home,
    dataset: Dataset,
    number: int,
    *,
    submission: str = "mlp_fp32",
    skill: float = 2.0,
    epochs: int = 3,
    profile: str = "official",
    ended: Ended = Ended.COMPLETED,
    minute: int | None = None,
    **changes: Any,
) -> RunFolder:
    """Leave the folder of a finished run in ``home``. ``minute`` is when it finished; ``changes`` go into its plan."""
    plan = made_plan(number, submission, **changes)
    run_id = plan.new_run_id()
    folder = RunFolder.create(home.runs, run_id)
    folder.clear_data()
    write_json(folder.root / PLAN, plan.to_json(run_id))
    test = guesses(dataset.test_labels(), number, skill)
    scored = []
    with Journal(folder.root, origin=0.0, max_log_bytes=1000) as journal:
        for n in range(1, epochs + 1):
            validation = guesses(dataset.val_labels(), 100 * number + n, skill)
            fields = {"n": n, "loss": 0.7, "images": 12, "steps": 1, "predictions": encode_predictions(validation)}
            journal.event(float(n), "epoch", n, float(n), fields)
            auc = roc_auc(validation, dataset.val_labels())
            scored.append(Epoch(n, 0.7, auc, 0.5, 0.7, 12, 1, n - 0.5, float(n), kept=n == 1))
        journal.event(
            epochs + 1.0, "predicted", epochs + 1, 1.0, {"predictions": encode_predictions(test), "images": 40}
        )
    transcript = Transcript(
        started=0.0,
        state="done",
        versions={"python": "3.11.2", "torch": "2.9.0", "bitsandbytes": "0.50.2"},
        ready={"device": plan.device, "device_name": "a processor", "parameters": 100},
        profile=profile,
        profile_why="it was asked for",
        ready_at=0.1,
        first=Pass(
            number=1,
            go_at=0.2,
            trained_at=epochs + 0.5,
            predicted_at=epochs + 1.0,
            epochs=scored,
            observed=OBSERVED,
            predictions=test,
        ),
    )
    end = datetime(2026, 11, 23, 20, tzinfo=UTC) + timedelta(minutes=number if minute is None else minute)
    record = build_record(
        plan, dataset, transcript, Outcome(ended, "done"), run_id=run_id, began=end, ended=end, files=folder.digests()
    )
    folder.close(record)
    return folder


def with_targets(benchmark: Benchmark, **targets: dict[str, Any]) -> Benchmark:
    """The benchmark with other targets of some models."""
    quality = benchmark.document["quality"]
    return replace(
        benchmark,
        document={**benchmark.document, "quality": {**quality, "targets": {**quality["targets"], **targets}}},
    )


def estimate(value: float, half: float = 0.02) -> Estimate:
    return Estimate(value, value - half, value + half, "made up")


def summary(
    aucs: Sequence[float],
    *,
    trivial: float = 0.70,
    half: float = 0.02,
    validation: Sequence[float | None] = (0.70, 0.80, 0.78, 0.90),
    model: str = "mlp",
) -> Reference:
    """A summary of made-up runs that reached ``aucs``; ``half`` is half the width of every interval."""
    runs = tuple(
        ReferenceRun(
            number=number,
            seed=number,
            test_auc=auc,
            gain=estimate(auc - trivial, half),
            validation_auc=tuple(validation),
            submission=f"{model}_fp32",
            run=f"run {number}",
            image=DIGEST,
            versions={"torch": "2.9.0"},
            device_name="a processor",
            system=DIGEST,
            system_title="a machine",
            runtime="host",
            device="cpu",
        )
        for number, auc in enumerate(aucs, start=1)
    )
    mean = float(np.mean(aucs))
    averages = ReferenceModel(runs, estimate(mean, half), estimate(mean - trivial, half))
    return Reference(TINY.id, DIGEST, estimate(trivial), {model: averages})
