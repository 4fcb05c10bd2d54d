"""Which published entry gate Q2 compares another with: the plain submission of the same model, run under the same
conditions."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.errors import InvalidInput
from harness.places import Home
from harness.publish.attempts import Attempt, Attempts, tried_in
from harness.publish.bundle import unpacked
from harness.publish.places import ENTRY, RESULTS
from harness.publish.reading import read_document
from harness.record.folder import PLAN, RECORD, RunFolder
from harness.spec.digest import digest_of
from harness.spec.load import benchmark_of
from harness.spec.schema import default_values, schemas

MOST_BYTES = 1024**3
"""What an entry's archives may unpack to, all of them together."""
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
        document = read_document(path)
        if document.get("reference") is True and document.get("conditions") == conditions_of(plan):
            found = path.parent
    return found


def conditions_of(plan: Mapping[str, Any]) -> dict[str, Any]:
    """What an entry shares with those that it is compared with, and its model: of an open submission, whose model is
    its own, the benchmark's yardstick, as that begins."""
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
        attempts, left = [], MOST_BYTES
        for path in sorted(path for path in root.iterdir() if path.is_dir()):
            run = stack.enter_context(unpacked(path))
            left -= sum(file.stat().st_size for file in run.iterdir())
            if left < 0:
                raise InvalidInput(
                    f"{root} unpacks to more than {MOST_BYTES // 1024**3} GiB",
                    remedy="take the folder again from where it was published",
                )
            record = read_document(run / RECORD) if (run / RECORD).is_file() else None
            attempts.append(Attempt(RunFolder(run), read_document(run / PLAN), record))
        yield attempts_in(attempts, root)


def attempts_in(attempts: Sequence[Attempt], root: Path) -> Attempts:
    """The attempts of the published entry in ``root``. Raises `InvalidInput` where they are none or of several."""
    try:
        found = {
            (attempt.shared, attempt.submission["name"], attempt.plan["benchmark"]["id"], attempt.official)
            for attempt in attempts
        }
        ordered = tuple(sorted(attempts, key=lambda attempt: (attempt.number, attempt.when)))
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise InvalidInput(
            f"a run in {root} has no plan or record of ours: {type(error).__name__}: {error}",
            remedy="take the folder again from where it was published",
        ) from error
    if len(found) != 1 or not next(iter(found))[3]:
        raise InvalidInput(
            f"{root} does not hold the official runs of one entry",
            remedy="take the folder again from where it was published",
        )
    ((shared, submission, benchmark, _),) = found
    return Attempts(str(submission), str(benchmark), shared, ordered)
