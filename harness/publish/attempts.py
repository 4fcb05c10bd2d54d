"""All that was tried for one entry: every run folder of the home with the same plan but for number and seed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import InvalidInput
from harness.places import Home
from harness.publish.reading import read_document
from harness.record import digest
from harness.record.folder import PLAN, RECORD, RunFolder
from harness.spec.digest import digest_of

OFFICIAL = "official"


@dataclass(frozen=True)
class Attempt:
    """One run folder. ``record`` is None where the run was interrupted: the harness itself was ended."""

    folder: RunFolder
    plan: Mapping[str, Any]
    record: Mapping[str, Any] | None

    @property
    def run(self) -> str:
        """The run's id."""
        return self.folder.root.name

    @property
    def number(self) -> int:
        """The run number, from 1."""
        return int(self.plan["number"])

    @property
    def verdict(self) -> str:
        """As in the record, or ``interrupted``."""
        return "interrupted" if self.record is None else str(self.record["outcome"]["verdict"])

    @property
    def profile(self) -> str:
        """The profile that was used. A run that ended before one was chosen counts as what was asked for, and `auto`
        as official: a failure must not leave an entry by coming early."""
        used = None if self.record is None else self.record["profile"]["used"]
        asked = str(self.plan["requested_profile"])
        return str(used or (OFFICIAL if asked == "auto" else asked))

    @property
    def official(self) -> bool:
        """Whether it counts for an entry: the official profile, and the rules' own seed."""
        return self.profile == OFFICIAL and not self.plan["own_seed"]

    @property
    def submission(self) -> Mapping[str, Any]:
        """The submission's document."""
        found: Mapping[str, Any] = self.plan["submission"]
        return found

    @property
    def when(self) -> tuple[str, str]:
        """For sorting by time: the run's id holds that of its start, and an interrupted run has no other."""
        return self.run.rsplit("-", 2)[-2], self.run

    @property
    def shared(self) -> str:
        """Digest of all that the runs of one entry share."""
        return digest_of({**self._work, "system": self.plan["system"]})

    @property
    def work(self) -> str:
        """Digest of what was run, on whatever machine: what an entry and its runs by another party share."""
        return digest_of(self._work)

    @property
    def _work(self) -> dict[str, Any]:
        plan = self.plan
        return {
            **{name: digest_of(plan[name]) for name in ("submission", "benchmark", "ruleset")},
            **{name: plan[name] for name in ("data", "runtime", "device")},
            "image": plan["image"]["identity"],
            "weights": plan["initialization"]["weights_sha256"],
        }


@dataclass(frozen=True)
class Attempts:
    """The official attempts of one entry, by number and time; ``name`` is that of its folder once published."""

    submission: str
    benchmark: str
    shared: str
    all: tuple[Attempt, ...]

    @property
    def name(self) -> str:
        """``<benchmark>/<submission>-<eight digits of the digest of what its runs share>``."""
        return f"{self.benchmark}/{self.submission}-{self.shared.removeprefix('sha256:')[:8]}"

    @property
    def counted(self) -> Mapping[int, Attempt]:
        """The attempt of each number that counts: the first that was not cut short by the machine or interrupted."""
        found: dict[int, Attempt] = {}
        for attempt in self.all:
            if attempt.verdict not in ("infrastructure", "interrupted"):
                found.setdefault(attempt.number, attempt)
        return found


def attempts_of(submission: str, benchmark: str, home: Home) -> Attempts:
    """The attempts of the entry of ``submission`` on ``benchmark`` that was worked on last.

    Runs of another image, machine, version of the rules or of the submission make another entry. Raises `InvalidInput`
    where there is no official attempt, with what there is instead.
    """
    groups: dict[str, list[Attempt]] = defaultdict(list)
    others: set[str] = set()
    for attempt in _tried(submission, benchmark, home):
        if attempt.official:
            groups[attempt.shared].append(attempt)
        else:
            others.add("seeds of their own" if attempt.plan["own_seed"] else f"profile {attempt.profile}")
    if not groups:
        there = f"; there are runs with {', '.join(sorted(others))}, which are never published" if others else ""
        raise InvalidInput(
            f"there is no official run of {submission} on {benchmark}{there}",
            remedy=f"`harness run submissions/{submission} --benchmark {benchmark} --profile official`",
        )
    shared = max(groups, key=lambda one: max(attempt.when for attempt in groups[one]))
    ordered = sorted(groups[shared], key=lambda attempt: (attempt.number, attempt.when))
    return Attempts(submission, benchmark, shared, tuple(ordered))


def home_id(home: Home) -> str:
    """What tells one home folder from another: the digest of its ledger's first line, the start of its first run.

    Raises `InvalidInput` where nothing was run.
    """
    lines = home.ledger.read_bytes().splitlines() if home.ledger.is_file() else []
    if not lines:
        raise InvalidInput(f"{home.ledger} holds no run", remedy="`harness run` makes the first")
    return digest.of_bytes(lines[0])


def _tried(submission: str, benchmark: str, home: Home) -> Iterator[Attempt]:
    for attempt in tried_in(home):
        if (attempt.submission["name"], attempt.plan["benchmark"]["id"]) == (submission, benchmark):
            yield attempt


def tried_in(home: Home) -> Iterator[Attempt]:
    """Every attempt in the home. A folder without a plan was never started (the plan is its first file). Raises
    `InvalidInput` for a plan or record that can't be read, because attempts are never left out."""
    for root in sorted(home.runs.iterdir()) if home.runs.is_dir() else ():
        if (root / PLAN).exists():
            record = _read(root / RECORD) if (root / RECORD).exists() else None
            yield Attempt(RunFolder(root), _read(root / PLAN), record)


def _read(path: Path) -> dict[str, Any]:
    return read_document(
        path, remedy="all attempts are published or none; `harness verify --ledger` shows what is wrong with the home"
    )
