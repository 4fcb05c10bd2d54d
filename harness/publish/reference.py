"""Which published entry gate Q2 compares another with: the plain submission of the same model, run under the same
conditions."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.places import Home
from harness.publish.attempts import Attempt, Attempts, tried_in
from harness.publish.bundle import unpacked
from harness.publish.places import ENTRY, RESULTS
from harness.record.folder import PLAN, RECORD, RunFolder
from harness.spec.load import benchmark_of
from harness.spec.schema import default_values, schemas

CONDITIONS = ("benchmark", "ruleset", "data", "system", "runtime", "device", "initialization")
"""Parts of a plan in which an entry and its reference are the same."""


def is_reference(submission: Mapping[str, Any]) -> bool:
    """Whether a submission document is the plain one of its model: closed division, every setting as it is without any
    trick."""
    plain = default_values(schemas()["submission"]["properties"]["efficiency"])
    return submission["division"] == "closed" and {**plain, **submission["efficiency"]} == dict(plain)


def reference_of(plan: Mapping[str, Any], leaderboard: Path) -> Path | None:
    """The folder of the published reference of an entry with this ``plan``; of several the last by name."""
    benchmark = str(plan["benchmark"]["id"])
    found = None
    for path in sorted((leaderboard / RESULTS / benchmark).glob(f"*/{ENTRY}")):
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["reference"] and _same(plan, document["conditions"]):
            found = path.parent
    return found


def _same(plan: Mapping[str, Any], conditions: Mapping[str, Any]) -> bool:
    return conditions == conditions_of(plan)


def conditions_of(plan: Mapping[str, Any]) -> dict[str, Any]:
    """What an entry shares with those that it is compared with, and its model: of an open submission, whose model is
    its own, the benchmark's yardstick, as that begins."""
    from harness.spec.digest import digest_of

    model, initialization = plan["submission"]["model"], plan["initialization"]
    if plan["submission"]["division"] == "open":
        benchmark = benchmark_of(plan["benchmark"])
        model = benchmark.yardstick
        begun = None if model is None else benchmark.initialization(model)
        initialization = {"kind": begun, "weights_sha256": None}
    return {
        "model": model,
        "initialization": digest_of(initialization),
        **{name: digest_of(plan[name]) for name in ("benchmark", "ruleset")},
        **{name: plan[name] for name in ("data", "system", "runtime", "device")},
    }


def plain_submissions(plan: Mapping[str, Any], home: Home) -> set[str]:
    """Names of the plain submissions of the model of ``plan`` with a valid official run in ``home`` under its
    conditions."""
    return {
        str(attempt.plan["submission"]["name"])
        for attempt in tried_in(home)
        if attempt.official
        and attempt.verdict == "valid"
        and is_reference(attempt.submission)
        and conditions_of(attempt.plan) == conditions_of(plan)
    }


@contextlib.contextmanager
def published(root: Path) -> Iterator[Attempts]:
    """The attempts of the published entry in ``root``, unpacked for as long as the context lasts. Raises `InvalidInput`
    for one that can't be."""
    with contextlib.ExitStack() as stack:
        attempts = []
        for path in sorted(path for path in root.iterdir() if path.is_dir()):
            run = stack.enter_context(unpacked(path))
            record = json.loads((run / RECORD).read_text(encoding="utf-8")) if (run / RECORD).is_file() else None
            attempts.append(Attempt(RunFolder(run), json.loads((run / PLAN).read_text(encoding="utf-8")), record))
        first = attempts[0].plan
        yield Attempts(
            first["submission"]["name"],
            first["benchmark"]["id"],
            attempts[0].shared,
            tuple(sorted(attempts, key=lambda attempt: (attempt.number, attempt.when))),
        )
