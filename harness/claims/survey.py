"""All claims on a benchmark: one answer for each group of runs that were made under the same conditions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.claims.answer import Answer, Missing, Verdict, not_testable
from harness.claims.claims import CLAIMS, submissions_of
from harness.claims.group import Group
from harness.compare.runs import Entry, all_entries
from harness.data.dataset import Dataset
from harness.places import Home
from harness.spec.model import Benchmark, Ruleset

SCHEMA = "leanmed/claims/v1"


@dataclass(frozen=True)
class Asked:
    """A claim with its answer, what is missing for one that decides, and the command that makes it."""

    claim: Mapping[str, Any]
    answer: Answer
    missing: tuple[Missing, ...]
    command: str | None

    def to_json(self) -> dict[str, Any]:
        """As `schemas/claims.schema.json` has it."""
        return {
            **{key: " ".join(self.claim[key].split()) for key in ("id", "title", "sentence", "source")},
            **self.answer.to_json(),
            "missing": [
                {"submission": one.submission, "runs": list(one.runs), "failed": list(one.failed)}
                for one in self.missing
            ],
            "command": self.command,
        }


@dataclass(frozen=True)
class Answers:
    """The claims over one group of runs. ``conditions`` (system, runtime, device, rules) are None where there is no
    run."""

    conditions: Mapping[str, str] | None
    claims: tuple[Asked, ...]

    def to_json(self) -> dict[str, Any]:
        """As `schemas/claims.schema.json` has it."""
        return {
            "conditions": None if self.conditions is None else dict(self.conditions),
            "claims": [asked.to_json() for asked in self.claims],
        }


@dataclass(frozen=True)
class Survey:
    """Everything about one benchmark. ``left_out`` counts groups of another version of the benchmark or its data."""

    benchmark: Benchmark
    groups: tuple[Answers, ...]
    left_out: int

    def to_json(self) -> dict[str, Any]:
        """As `schemas/claims.schema.json` has it."""
        return {
            "id": self.benchmark.id,
            "digest": self.benchmark.digest,
            "groups": [group.to_json() for group in self.groups],
            "left_out": self.left_out,
        }


def survey(benchmark: Benchmark, ruleset: Ruleset, home: Home, prepared: Callable[[], Dataset]) -> Survey:
    """Answer every claim from the runs in the home folder. ``prepared`` gives the benchmark's data set, and is asked
    only where there are runs. Raises `InvalidInput` where a run's files contradict its record."""
    names = {name for claim in ruleset.claims for name in submissions_of(claim)}
    found = _closed(all_entries(benchmark.id, home, names))
    if not found:
        return Survey(benchmark, (answers({}, benchmark, ruleset, None, None),), 0)
    dataset = prepared()
    current = {
        conditions: {name: the_one(several) for name, several in entries.items()}
        for conditions, entries in found.items()
        if _first(entries)["benchmark"]["digest"] == benchmark.digest
        and _first(entries)["data"]["digest"] == dataset.digest
    }
    groups = [
        answers(chosen, benchmark, ruleset, dataset, _conditions(_first(found[conditions])))
        for conditions, chosen in sorted(current.items())
    ]
    return Survey(benchmark, tuple(groups) or (answers({}, benchmark, ruleset, None, None),), len(found) - len(current))


def the_one(several: Sequence[Entry]) -> Entry:
    """Of several programs of one name the one with the most runs, of these the latest: never a mixture."""
    return max(several, key=lambda entry: (len(entry.runs), entry.last))


def answers(
    entries: Mapping[str, Entry],
    benchmark: Benchmark,
    ruleset: Ruleset,
    dataset: Dataset | None,
    conditions: Mapping[str, str] | None,
) -> Answers:
    """Every claim over ``entries``, one of each submission, all of the closed division and made under ``conditions``
    with ``dataset``; both are None where there is no run. Raises `InvalidInput` where a run's files contradict its
    record."""
    device = None if conditions is None else conditions["device"]
    options = () if conditions is None else ("--runtime", conditions["runtime"])
    group = Group(entries, benchmark, ruleset, dataset, device)
    return Answers(conditions, tuple(_one(group, claim, options) for claim in ruleset.claims))


def _closed(
    found: Mapping[tuple[str, ...], Mapping[str, list[Entry]]],
) -> dict[tuple[str, ...], dict[str, list[Entry]]]:
    """Only entries of the closed division: an open submission may have the name that a claim names, and is not it."""
    kept = {
        conditions: {
            name: [entry for entry in entries if _division(entry) == "closed"] for name, entries in by_name.items()
        }
        for conditions, by_name in found.items()
    }
    whole = {conditions: {name: one for name, one in by_name.items() if one} for conditions, by_name in kept.items()}
    return {conditions: by_name for conditions, by_name in whole.items() if by_name}


def _division(entry: Entry) -> str:
    return str(next(iter(entry.runs.values())).record["submission"]["division"])


def _first(entries: Mapping[str, Sequence[Entry]]) -> Mapping[str, Any]:
    """Any record of these entries: what all of them share is read there."""
    return next(iter(next(iter(entries.values()))[0].runs.values())).record


def _conditions(record: Mapping[str, Any]) -> dict[str, str]:
    return {
        "system": record["system"]["title"],
        "system_id": record["system"]["id"],
        "runtime": record["runtime"],
        "device": record["device"],
        "ruleset_digest": record["ruleset"]["digest"],
    }


def _one(group: Group, claim: Mapping[str, Any], options: tuple[str, ...]) -> Asked:
    reason = group.benchmark.document["claims_not_testable"].get(claim["id"])
    if reason is not None:
        return Asked(claim, not_testable(f"on this benchmark: {reason}"), (), None)
    answer = CLAIMS[claim["id"]](group, claim)
    if answer.verdict is not Verdict.UNDECIDED:
        return Asked(claim, answer, (), None)
    missing = group.missing(dict.fromkeys(name for part in answer.parts for name in part.submissions))
    absent = [f"submissions/{one.submission}" for one in missing if one.runs]
    words = ["harness run", *absent, "--benchmark", group.benchmark.id, "--profile official", *options]
    return Asked(claim, answer, missing, " ".join(words) if absent else None)
