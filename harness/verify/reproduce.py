"""The same plan once more, here and now, and what that says of the record."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import yaml

import harness
from harness.data.dataset import Dataset
from harness.data.prepare import prepare
from harness.errors import InvalidInput
from harness.image.build import identity_of
from harness.image.host import host_identity
from harness.places import Home, resources
from harness.protocol import PREDICTED, decode_predictions
from harness.record.folder import EVENTS, PLAN, RECORD, SYSTEM
from harness.run.entry import Display, Request, run
from harness.run.plan import Plan
from harness.score.auc import auc_difference
from harness.score.estimate import Estimate
from harness.spec.load import check_submission, load_benchmark, load_ruleset, load_submission
from harness.spec.model import Submission
from harness.system.system import capture
from harness.verify.planned import plan_on_file
from harness.verify.record import verify


class Verdict(StrEnum):
    """What a repetition shows."""

    IDENTICAL = "identical"
    """Every prediction is the same to the last bit; a run that failed ended in the same way."""
    WITHIN = "within the interval"
    """Other predictions; the interval of the difference of their AUCs on the same cases holds 0."""
    DIFFERENT = "different"
    """Another AUC than other patients or rounding explain, or another end."""
    NOT_COMPARABLE = "not comparable"
    """Something else would be run or was: another machine, image or data set."""


@dataclass(frozen=True)
class Row:
    """A quantity then and now, None where it was not measured."""

    name: str
    unit: str
    then: float | None
    now: float | None


@dataclass(frozen=True)
class Reproduction:
    """The verdict with a sentence; ``difference`` is the AUC now less the AUC then, None where there is none. ``now``
    is None where nothing was run, because it could not have been compared."""

    verdict: Verdict
    reason: str
    difference: Estimate | None
    rows: tuple[Row, ...]
    then: Path
    now: Path | None

    def to_json(self) -> dict[str, Any]:
        """All of it."""
        return {
            "verdict": self.verdict.value,
            "reason": self.reason,
            "difference": None if self.difference is None else self.difference.to_json(),
            "quantities": [{"name": row.name, "unit": row.unit, "then": row.then, "now": row.now} for row in self.rows],
            "then": str(self.then),
            "now": None if self.now is None else str(self.now),
        }


def reproduce(root: Path, home: Home, display: Display, program: Path | None = None) -> Reproduction:
    """Run the plan of the record in ``root`` again. Nothing is run where another machine or image than the record's is
    all that there is here. ``program`` is the submission's folder where it is not in the checkout: a record holds what
    its file says and no program, and the image's identity shows whether it is the same.

    Raises `InvalidInput` where the record does not follow from its own files, or where it was made under rules, on a
    version of the benchmark or on data that are not those of today; and what `harness.run.entry.run` raises.
    """
    document = _read(root, PLAN)
    plan = plan_on_file(document, _read(root, SYSTEM))
    if load_ruleset(plan.ruleset.version).digest != plan.ruleset.digest:
        raise _of_another_time("rules")
    if load_benchmark(plan.benchmark.id).digest != plan.benchmark.digest:
        raise _of_another_time("a version of the benchmark")
    dataset = prepare(plan.benchmark.id, home, display.say)
    verification = verify(root, dataset)
    if not verification.holds:
        raise InvalidInput(
            f"{root.name} is not what its own files say: {verification.differences[0]}",
            remedy=f"`harness verify {root.name}` names every difference; what was changed can't be run again",
        )
    record = _read(root, RECORD)
    with tempfile.TemporaryDirectory(prefix="leanmed-again-") as place:
        folder = _submission_folder(plan, Path(place), program)
        submission = load_submission(folder, plan.ruleset, [plan.benchmark])
        if submission.digest != plan.submission.digest:
            raise InvalidInput(f"{folder} holds another submission than the record's", remedy="name the record's own")
        if others := _others_here(record, plan, submission, display):
            rows = tuple(_row(name, quantity, None) for name, quantity in record["quantities"].items())
            reason = f"here is another {' and another '.join(others)} than it was run with, so nothing was run"
            return Reproduction(Verdict.NOT_COMPARABLE, reason, None, rows, root, None)
        (result,) = run(_request(folder, plan, record), home, display)
    return judge(root, record, result.folder, result.record, dataset)


def _submission_folder(plan: Plan, place: Path, program: Path | None) -> Path:
    """The folder that the plan's submission is in: the one that was named, else that of the checkout, else, in the
    closed division, one made anew in ``place``, whose file says the same in other bytes (an image holds the file)."""
    if program is not None:
        return program
    known = resources() / "submissions" / plan.submission.name
    there, _ = check_submission(known, plan.ruleset, [plan.benchmark]) if known.is_dir() else (None, [])
    if there is not None and there.digest == plan.submission.digest:
        return known
    if plan.submission.open:
        raise InvalidInput(
            f"{plan.submission.name} brings its own program, which a record does not hold",
            remedy="name the submission's folder with --submission",
        )
    folder = place / plan.submission.name
    folder.mkdir()
    (folder / "submission.yaml").write_text(yaml.safe_dump(dict(plan.submission.document), allow_unicode=True))
    return folder


def _request(folder: Path, plan: Plan, record: Mapping[str, Any]) -> Request:
    return Request(
        submissions=(folder,),
        benchmark=plan.benchmark.id,
        runs=plan.number,
        seed=plan.seed if plan.own_seed else None,
        runtime=plan.runtime,
        # What auto chose then, so that a faster machine does not run something else.
        profile=record["profile"]["used"] or plan.requested_profile,
        device=plan.device,
        again=plan.number,
    )


def _others_here(record: Mapping[str, Any], plan: Plan, submission: Submission, display: Display) -> list[str]:
    """What this machine has another of than the record says."""
    if capture().id != record["system"]["id"]:
        return ["machine"]
    if plan.runtime == "host":
        identity = host_identity(Path(harness.__file__).parent)
    else:
        identity = identity_of(submission, say=display.say)
    return ["image"] if identity["identity"] != record["image"]["identity"] else []


def _row(name: str, then: Mapping[str, Any], now: Mapping[str, Any] | None) -> Row:
    return Row(name, then["unit"], then["value"], None if now is None else now["value"])


def judge(then: Path, old: Mapping[str, Any], now: Path, new: Mapping[str, Any], dataset: Dataset) -> Reproduction:
    """Two records of the same plan."""
    rows = tuple(_row(name, quantity, new["quantities"][name]) for name, quantity in old["quantities"].items())
    ends = old["outcome"]["ended"], new["outcome"]["ended"]
    scores = _predictions(then, dataset), _predictions(now, dataset)
    both = scores[0] is not None and scores[1] is not None
    difference = _difference(scores[1], scores[0], dataset) if both else None
    if others := _others(old, new):
        verdict, reason = Verdict.NOT_COMPARABLE, f"it was run with another {' and '.join(others)}"
    elif ends[0] != ends[1]:
        verdict, reason = Verdict.DIFFERENT, f"it ended as `{ends[1]}`, and then as `{ends[0]}`"
    elif scores[0] is None or scores[1] is None:
        verdict, reason = Verdict.IDENTICAL, f"it ended as `{ends[1]}` again, before it gave test predictions"
    elif np.array_equal(scores[0], scores[1]):
        verdict, reason = Verdict.IDENTICAL, f"all {len(scores[0])} test predictions are the same to the last bit"
    else:
        assert difference is not None
        verdict, reason = _by_interval(difference)
    return Reproduction(verdict, reason, difference, rows, then, now)


def _others(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """What differs between the two that must not."""
    parts: dict[str, Callable[[Mapping[str, Any]], Any]] = {
        "machine": lambda record: record["system"]["id"],
        "image": lambda record: record["image"]["identity"],
        "data set": lambda record: record["data"]["digest"],
        "seed": lambda record: record["seed"],
    }
    return [name for name, part in parts.items() if part(old) != part(new)]


def _by_interval(difference: Estimate) -> tuple[Verdict, str]:
    if difference.value is None or difference.lower is None or difference.upper is None:
        same = difference.value == 0
        return (Verdict.WITHIN if same else Verdict.DIFFERENT), f"the difference of the AUCs is {difference.value}"
    seen = f"the AUC differs by {difference.value:+.4f} [{difference.lower:+.4f}, {difference.upper:+.4f}]"
    if difference.lower <= 0 <= difference.upper:
        return Verdict.WITHIN, seen
    return Verdict.DIFFERENT, seen


def _difference(ours: Any, theirs: Any, dataset: Dataset) -> Estimate:
    one, other = dataset.scored("test", ours), dataset.scored("test", theirs)
    return auc_difference(one.scores, other.scores, one.labels, one.patients)


def _predictions(root: Path, dataset: Dataset) -> np.ndarray | None:
    """The first pass's test predictions, float64 [images], None where the run gave none."""
    for line in (root / EVENTS).read_bytes().splitlines():
        event = json.loads(line)
        if event.get("event") == PREDICTED:
            return np.asarray(decode_predictions(event["predictions"], event["images"]), dtype=np.float64)
    return None


def _read(root: Path, name: str) -> dict[str, Any]:
    try:
        document = json.loads((root / name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidInput(
            f"{root / name} can't be read: {error}", remedy="name the folder of a finished run, which holds record.json"
        ) from error
    if not isinstance(document, dict):
        raise InvalidInput(f"{root / name} holds no object", remedy="the file was changed after its run")
    return document


def _of_another_time(what: str) -> InvalidInput:
    return InvalidInput(
        f"the record was made under {what} that this version of LeanMed does not have",
        remedy="use the version of LeanMed that made it (its image names the code), or make a new run",
    )
