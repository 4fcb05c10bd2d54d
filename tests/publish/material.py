"""Entries of real, verifiable runs: the stub workload under rules whose windows take no time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from harness.data.dataset import Dataset
from harness.places import Home
from harness.run.execute import Finished
from harness.run.plan import Plan
from harness.spec.load import benchmark_of, ruleset_of
from harness.spec.model import Benchmark, Ruleset
from harness.spec.seed import seed_of_run
from harness.verify import record as verifying
from tests.run.material import plan, run_stub, with_profile, with_rules

NO_TIME = {"training_s": 0, "idle_s": 0, "offline_s": 0, "single_s": 0}
RUNS = 2


def official(number: int, submission: str = "mlp_fp32", **changes: object) -> Plan:
    """The plan of an official run of the tiny benchmark under rules with ``RUNS`` runs an entry."""
    made = with_rules(with_profile(plan(submission), "official", epochs=1, **NO_TIME), "entry", runs=RUNS)
    document = {**made.ruleset.document, "checks": [_lenient(check) for check in made.ruleset.document["checks"]]}
    made = replace(made, benchmark=benchmark_of(made.benchmark.document), ruleset=ruleset_of(document))
    seed = seed_of_run(made.ruleset, made.benchmark, number)
    made = replace(made, number=number, seed=seed, own_seed=False, requested_profile="official")
    return replace(made, **changes)  # type: ignore[arg-type]


def _lenient(check: dict[str, Any]) -> dict[str, Any]:
    """Of a window that takes no time, the time between two events is a large part."""
    return {**check, "parameters": {"largest_share": 1.0, "least_s": 0.0}} if check["id"] == "T1" else check


def rules() -> tuple[Benchmark, Ruleset]:
    """Those of `official`."""
    made = official(1)
    return made.benchmark, made.ruleset


def use_tiny_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let today's rules be those of `official`."""
    monkeypatch.setattr(verifying, "load_benchmark", lambda name: rules()[0])
    monkeypatch.setattr(verifying, "load_ruleset", lambda version: rules()[1])


def run(home: Home, dataset: Dataset, number: int, behaviour: str = "good", **changes: object) -> Finished:
    """One run of the stub in ``home``."""
    return run_stub(home, dataset, behaviour, official(number, **changes))[0]  # type: ignore[arg-type]
