"""From a conversation to a record: checks, score, gate, quantities, verdict (DESIGN sections 8 and 9)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np

from harness.checks.checks import run_checks
from harness.checks.evidence import Evidence, Host, Spans, WindowEvidence
from harness.data.dataset import Dataset
from harness.run.energy import Measurement, measurement_of
from harness.run.outcome import VERDICTS, Outcome, Verdict
from harness.run.plan import Plan, counts_of
from harness.run.quantities import collect
from harness.run.transcript import Epoch, Transcript
from harness.score.auc import AREA_METHOD, DIFFERENCE_METHOD, auc_difference, auc_estimate
from harness.score.estimate import Estimate
from harness.score.gate import judge
from harness.score.metrics import RunScores, Settings, metrics
from harness.score.stratified import auc_within


def build_record(
    plan: Plan,
    dataset: Dataset,
    transcript: Transcript,
    outcome: Outcome,
    *,
    run_id: str,
    began: datetime,
    ended: datetime,
    files: dict[str, str],
) -> dict[str, Any]:
    """The document of ``record.json``. ``files`` holds the digests of all other files of the run's folder."""
    target = plan.target
    measurement = measurement_of(transcript, plan.ruleset)
    quantities = collect(
        transcript,
        measurement,
        number=plan.number,
        division=plan.submission.division,
        validation_target=target["validation_auc"],
        no_target=target["reason"] if target["validation_auc"] is None else None,
    )
    checks = _checks(plan, transcript, measurement, outcome) if outcome.ended == "completed" else []
    verdict, reasons = _judge(outcome, checks)
    return {
        "schema": "leanmed/record/v1",
        "run": run_id,
        "key": plan.key,
        "submission": _submission(plan),
        "benchmark": {"id": plan.benchmark.id, "title": plan.benchmark.title, "digest": plan.benchmark.digest},
        "ruleset": {"version": plan.ruleset.version, "digest": plan.ruleset.digest},
        "data": {"digest": dataset.digest, "cases": counts_of(dataset), "phantom": dataset.phantom},
        "number": plan.number,
        "seed": plan.seed,
        "own_seed": plan.own_seed,
        "initialization": plan.initialization,
        "profile": {
            "requested": plan.requested_profile,
            "used": transcript.profile,
            "why": transcript.profile_why,
            "estimate_s": None if transcript.estimate_s is None else round(transcript.estimate_s, 1),
        },
        "runtime": plan.runtime,
        "device": plan.device,
        "system": {"id": plan.system.id, "title": plan.system.title},
        "image": dict(plan.image),
        "outcome": outcome.to_json(verdict, reasons),
        "quality": _quality(plan, dataset, transcript, target),
        "quantities": {name: quantity.to_json() for name, quantity in quantities.items()},
        "versions": dict(transcript.versions),
        "ready": {name: value for name, value in transcript.ready.items() if name != "observed"},
        "observed": dict(transcript.first.observed),
        "allocator": dict(transcript.first.allocator),
        "stopped_early": transcript.first.stopped_early,
        "epochs": [_epoch(epoch) for epoch in transcript.first.epochs],
        "preflight": None if transcript.preflight is None else transcript.preflight.to_json(),
        "measurement": None if measurement is None else measurement.to_json(),
        "checks": checks,
        "started": _iso(began),
        "finished": _iso(ended),
        "files": files,
    }


def _submission(plan: Plan) -> dict[str, Any]:
    submission = plan.submission
    return {
        "name": submission.name,
        "title": submission.title,
        "description": submission.description,
        "division": submission.division,
        "model": submission.model,
        "efficiency": dict(submission.efficiency),
        "digest": submission.digest,
    }


def _epoch(epoch: Epoch) -> dict[str, Any]:
    seconds = epoch.at - epoch.began
    return {
        "n": epoch.n,
        "train_loss": epoch.train_loss,
        "val_auc": epoch.auc,
        "val_loss": epoch.loss,
        "seconds": round(seconds, 6),
        "images": epoch.images,
        "images_per_second": round(epoch.images / seconds, 4),
        "kept": epoch.kept,
    }


def _checks(
    plan: Plan, transcript: Transcript, measurement: Measurement | None, outcome: Outcome
) -> list[dict[str, Any]]:
    evidence = Evidence(
        division=plan.submission.division,
        efficiency=plan.submission.efficiency,
        device=plan.device,
        observed=transcript.first.observed,
        windows=tuple(
            WindowEvidence(w.mode, w.at - w.began, w.said["sum_ns"] * 1e-9, w.predictions) for w in transcript.windows
        ),
        predictions=transcript.first.predictions,
        data_digest=plan.data_digest,
        expected_data_digest=plan.benchmark.document["data"]["digest"],
        repeated_predictions=tuple(
            again.predictions for again in transcript.repetitions if again.predictions is not None
        ),
        metered=None if measurement is None else measurement.evidence(),
        host=_host(transcript),
        oom_killed=outcome.oom_killed,
        spans=_spans(transcript, outcome),
        preflight=transcript.preflight,
        event_delay_s=transcript.event_delay_s,
    )
    return run_checks(evidence, plan.ruleset.document["checks"])


def _host(transcript: Transcript) -> Host | None:
    """The machine from `go` to `predicted`."""
    readings = {reading.edge: reading for reading in transcript.readings}
    begin, end = readings.get("go 1"), readings.get("predicted 1")
    if begin is None or end is None:
        return None
    known = begin.usage.cpu_s is not None and end.usage.cpu_s is not None
    return Host(
        span="from go to predicted",
        seconds=end.counters.at - begin.counters.at,
        busy_s=end.machine.busy_s - begin.machine.busy_s,
        stolen_s=end.machine.stolen_s - begin.machine.stolen_s,
        workload_s=(end.usage.cpu_s or 0.0) - (begin.usage.cpu_s or 0.0) if known else None,
        swapped_pages=end.machine.swapped_pages - begin.machine.swapped_pages,
    )


def _spans(transcript: Transcript, outcome: Outcome) -> Spans | None:
    """The container lived at least from `hello` to `done`, and at most from before its start to after its end."""
    hello, done, ended = transcript.hello_at, transcript.done_at, transcript.ended_at
    if outcome.lived_s is None or hello is None or done is None or ended is None:
        return None
    return Spans(outcome.lived_s, least_s=done - hello, most_s=ended - transcript.started)


def _judge(outcome: Outcome, checks: list[dict[str, Any]]) -> tuple[Verdict, tuple[str, ...]]:
    """How the end is judged, with every reason. A failed check of severity `invalid` makes a completed run invalid."""
    verdict = VERDICTS[outcome.ended]
    blocking = tuple(
        f"{check['id']} {check['title']}: {check['sentence']}"
        for check in checks
        if check["answer"] == "failed" and check["severity"] == "invalid"
    )
    if verdict is Verdict.VALID and blocking:
        verdict = Verdict.INVALID
    return verdict, outcome.reasons + blocking


def _quality(plan: Plan, dataset: Dataset, transcript: Transcript, target: Mapping[str, Any]) -> dict[str, Any]:
    auc, trivial, gain = _estimates(dataset, transcript)
    profile = {} if transcript.profile is None else plan.profile(transcript.profile)
    gate = judge(
        auc,
        trivial,
        target=target["test_auc"],
        no_target=target["reason"] if target["test_auc"] is None else None,
        judged=bool(profile.get("quality", False)),
    )
    kept = [epoch for epoch in transcript.first.epochs if epoch.kept]
    threshold = kept[-1].threshold if kept else None
    return {
        "auc": auc.to_json(),
        "validation_auc": kept[-1].auc if kept else None,
        "threshold": threshold,
        "trivial": {"auc": trivial.to_json(), "gain": gain.to_json()},
        "within": _within(dataset, transcript),
        "metrics": _metrics(plan, dataset, transcript, threshold),
        "gate": gate.to_json(),
    }


def _metrics(plan: Plan, dataset: Dataset, transcript: Transcript, threshold: float | None) -> dict[str, Any] | None:
    """Figures of quality besides the area; None without predictions."""
    if transcript.first.predictions is None:
        return None
    scored = dataset.scored("test", np.asarray(transcript.first.predictions))
    run = RunScores(scored.scores, threshold)
    found = metrics([run], scored.labels, scored.patients, Settings.of(plan.ruleset.statistics))
    return {name: estimate.to_json() for name, estimate in found.items()}


def _within(dataset: Dataset, transcript: Transcript) -> dict[str, Any] | None:
    """The test AUC where only cases of one stratum are compared; None for data without strata, or no predictions."""
    if dataset.strata is None or transcript.first.predictions is None:
        return None
    scored = dataset.scored("test", np.asarray(transcript.first.predictions))
    assert scored.strata is not None
    found = auc_within(scored.scores, scored.labels, scored.patients, scored.strata)
    return {"of": dataset.strata, "strata": found.strata, "cases": found.cases, "auc": found.auc.to_json()}


def _estimates(dataset: Dataset, transcript: Transcript) -> tuple[Estimate, Estimate, Estimate]:
    """Test AUC of the model, of the trivial model on the same cases, and the difference."""
    if transcript.first.predictions is None:
        reason = f"the run ended in state `{transcript.state}`, before it gave test predictions"
        return (
            Estimate.absent(AREA_METHOD, reason),
            Estimate.absent(AREA_METHOD, reason),
            Estimate.absent(DIFFERENCE_METHOD, reason),
        )
    scored = dataset.scored("test", np.asarray(transcript.first.predictions))
    return (
        auc_estimate(scored.scores, scored.labels, scored.patients),
        auc_estimate(scored.trivial, scored.labels, scored.patients),
        auc_difference(scored.scores, scored.trivial, scored.labels, scored.patients),
    )


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
