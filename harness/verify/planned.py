"""A run's plan as its folder holds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from harness.run.plan import Plan
from harness.spec.load import benchmark_of, ruleset_of, submission_of
from harness.system.system import System
from harness.weights.shelf import Weights


@dataclass(frozen=True)
class _SystemOnFile:
    """Of a machine that may be another one than this, all that a record says of it."""

    id: str
    title: str


def plan_on_file(plan: Mapping[str, Any], system: Mapping[str, Any]) -> Plan:
    """The plan in ``plan.json``, made on the machine in ``system.json``. Raises `KeyError`, `TypeError` or `ValueError`
    where they are not such documents."""
    return Plan(
        submission=submission_of(plan["submission"], Path()),
        benchmark=benchmark_of(plan["benchmark"]),
        ruleset=ruleset_of(plan["ruleset"]),
        data_digest=plan["data"],
        number=plan["number"],
        seed=plan["seed"],
        own_seed=plan["own_seed"],
        requested_profile=plan["requested_profile"],
        runtime=plan["runtime"],
        device=plan["device"],
        image=plan["image"],
        # A plan is carried out on the machine itself only; here it is played again, which asks for no more.
        system=cast(System, _SystemOnFile(system["id"], system["title"])),
        cpus=tuple(plan["cpus"]),
        weights=_weights(plan["submission"]["model"], plan["weights"]),
    )


def _weights(model: str, document: Mapping[str, Any] | None) -> Weights | None:
    return None if document is None else Weights(model, Path(document["file"]), document["sha256"], document)
