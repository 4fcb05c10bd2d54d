"""Runs of one submission under one set of conditions, and what they say together."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from statistics import fmean
from typing import Any

from harness.standings.judged import LOCAL, PUBLISHED, RUN_AGAIN, Judged, Rerun
from harness.standings.run import ONCE, QUANTITIES, Place, Run, slug


@dataclass(frozen=True)
class Entry:
    """Runs that may be averaged: same submission, image, profile and place, none with a seed of its own or simulated.

    ``runs`` are in the order of run number and start. The image counts by its identity, not only by its kind: runs
    of two images are runs of two programs. ``judged`` is what was published of the runs that count, if anything was,
    and ``again`` what other parties found of it.
    """

    place: Place
    runs: tuple[Run, ...]
    judged: Judged | None = None
    again: tuple[Rerun, ...] = ()

    @property
    def first(self) -> Run:
        """Any run: what all of them share is read here."""
        return self.runs[0]

    @cached_property
    def slug(self) -> str:
        """The entry's name in file names and links: of its submission's name what is plain, and digits of what its runs
        share, so that another run changes no link."""
        return slug(self.first.submission["name"], _identity(self.first))

    @cached_property
    def counted(self) -> tuple[Run, ...]:
        """The run of each number that counts, whatever came of it: a published one, else the first that the machine did
        not cut short. Whatever was run again under its number (`harness reproduce`) is shown, and changes nothing: it
        neither makes a failed run good nor spoils a valid one."""
        published = frozenset() if self.judged is None else self.judged.records
        found: dict[int, Run] = {}
        for run in sorted(self.runs, key=lambda run: run.document["digest"] not in published):
            if run.verdict != "infrastructure":
                found.setdefault(run.number, run)
        return tuple(found[number] for number in sorted(found))

    @cached_property
    def valid(self) -> tuple[Run, ...]:
        """The runs whose figures count."""
        return tuple(run for run in self.counted if run.verdict == "valid")

    @property
    def comparable(self) -> bool:
        """Whether its runs are official ones, with the ruleset's seeds, measured and on patients' data."""
        run = self.first
        return run.profile == "official" and not (run.own_seed or run.simulated or run.phantom)

    @cached_property
    def set_aside(self) -> tuple[str, ...]:
        """Why the entry may not stand in its table: none for an entry that may."""
        reasons = []
        if self.first.profile != "official":
            reasons.append(f"Profile {self.first.profile}: only official runs are compared.")
        if self.first.own_seed:
            reasons.append("Run with a seed of its own instead of the ruleset's.")
        if self.first.simulated:
            reasons.append("Its energy was played back or made up, not measured.")
        reasons += [_blame(run) for run in self.counted if run.verdict != "valid"]
        if not self.valid and not reasons:
            reasons += [_blame(run) for run in self.runs]
        if self.first.phantom:
            reasons.append("Its data are phantoms, made up to try the tool, and no patients'.")
        return tuple(reasons)

    @property
    def ranks(self) -> bool:
        """Whether it passed every gate with all its runs published, and may stand in its table."""
        return self.judged is not None and self.judged.ranks and not self.set_aside

    @property
    def provenance(self) -> str:
        """How far the entry's quality is proven."""
        if self.judged is None:
            return LOCAL
        return RUN_AGAIN if any(each.confirms for each in self.again) else PUBLISHED

    @cached_property
    def measured(self) -> dict[str, dict[int, float]]:
        """Each quantity of each valid run that measured it, by run number."""
        values = [(run.number, run.document["quantities"]) for run in self.valid]
        return {
            name: {number: found for number, each in values if (found := each[name]["value"]) is not None}
            for name in QUANTITIES
        }

    def value(self, name: str) -> float | None:
        """The mean of a quantity over the valid runs, or None."""
        found: float | None = _mean_quantity(self.valid, name)["value"]
        return found

    @cached_property
    def summary(self) -> dict[str, Any] | None:
        """Means over the valid runs; None without one."""
        return _summary(self.valid, self.judged) if self.valid else None

    @property
    def run_documents(self) -> list[dict[str, Any]]:
        """Every run in full, and whether it counts."""
        counted = self.counted
        return [{**run.document, "counts": run in counted} for run in self.runs]

    @property
    def judged_document(self) -> dict[str, Any] | None:
        """What was published of the runs that count, and what other parties found of it."""
        if self.judged is None:
            return None
        return {**self.judged.document, "again": [each.document for each in self.again]}


def group(runs: Iterable[Run], published: Iterable[Judged] = (), again: Iterable[Rerun] = ()) -> list[Entry]:
    """The entries that ``runs`` make up, in a fixed order, each with what was ``published`` of it and what other
    parties found when they ran it ``again``."""
    judged: dict[str, list[Judged]] = defaultdict(list)
    for each in sorted(published, key=lambda each: each.name):
        for record in each.records:
            judged[record].append(each)

    def within(run: Run) -> tuple[object, ...]:
        return (*_identity(run), run.number, run.document["started"], run.id)

    ordered = sorted(runs, key=within)
    reruns = sorted(again, key=lambda each: (each.entry, str(each.document["by"]), str(each.document["reason"])))
    entries = []
    for _, found in groupby(ordered, key=_identity):
        members = tuple(found)
        one = _published(members, judged)
        of_it = tuple(each for each in reruns if one is not None and each.entry == one.name)
        entries.append(Entry(members[0].place, members, one, of_it))
    return entries


def _identity(run: Run) -> tuple[object, ...]:
    """What runs of one entry share."""
    submission = run.submission
    image = (run.image["identity"] or "", run.image["kind"])
    own = (run.own_seed, str(run.document["seed"]) if run.own_seed else "")
    what = (submission["name"], submission["digest"], run.weights)
    return (run.place.key, what, image, run.profile, own, run.simulated)


def _published(members: Sequence[Run], judged: Mapping[str, Sequence[Judged]]) -> Judged | None:
    """What was published of these runs: an entry all of whose records are here, and which has each number that is.
    ``judged`` is what was published of each record, by the record's digest and in the order of names."""
    here = {str(run.document["digest"]): run.number for run in members if run.verdict != "infrastructure"}
    there = {str(run.document["digest"]) for run in members}
    found = [each for record in there for each in judged.get(record, ())]
    for each in sorted(found, key=lambda each: (each.name, sorted(each.records))):
        published = {here[record] for record in each.records if record in here}
        if each.records <= there and published == set(here.values()):
            return each
    return None


def _blame(run: Run) -> str:
    what = {"failed": "failed", "invalid": "is invalid"}.get(run.verdict, "was cut short by the machine")
    reasons = run.document["outcome"]["reasons"] or [run.document["outcome"]["said"] or "no reason was recorded"]
    return f"Run {run.number} {what}: {'; '.join(reasons)}"


def _summary(valid: Sequence[Run], judged: Judged | None) -> dict[str, Any]:
    """Means over the runs; of a published entry those that were computed from predictions, with intervals."""
    quality = [run.document["quality"] for run in valid]
    return {
        "count": len(valid),
        "auc": _mean_estimate([each["auc"] for each in quality]) if judged is None else judged.auc,
        "trivial": _mean_estimate([each["trivial"] for each in quality]),
        "gain": _mean_estimate([each["gain"] for each in quality]) if judged is None else judged.gain,
        "gate": _gate([each["gate"] for each in quality]) if judged is None else judged.gate,
        "quantities": {name: _mean_quantity(valid, name) for name in QUANTITIES},
    }


def _mean_estimate(estimates: list[dict[str, Any]]) -> dict[str, Any]:
    """One run's estimate, or the mean over runs. A mean has no interval here: runs share patients, so it takes their
    predictions, which the standings don't hold. Runs that agree to the last digit (the trivial model) keep theirs."""
    if all(each == estimates[0] for each in estimates):
        return estimates[0]
    values = [each["value"] for each in estimates if each["value"] is not None]
    reason = f"mean of {len(values)} runs: its interval needs their predictions; each run's own is given with the run"
    if len(values) < len(estimates):
        reason = f"{len(estimates) - len(values)} of {len(estimates)} runs have no value"
    mean = fmean(values) if len(values) == len(estimates) else None
    return {"value": mean, "lower": None, "upper": None, "method": estimates[0]["method"], "reason": reason}


def _mean_quantity(runs: Sequence[Run], name: str) -> dict[str, Any]:
    """The mean of a quantity over the runs that measured it, with their number and range.

    Some quantities are measured in one run of an entry by design (inference windows), so fewer values than runs are
    no flaw; times and energies, which every run must have, are absent if one lacks them.
    """
    found = [run.document["quantities"][name] for run in runs]
    values = [each["value"] for each in found if each["value"] is not None]
    missing = [each["reason"] for each in found if each["value"] is None]
    blank = {"value": None, "least": None, "most": None, "count": len(values), "unit": QUANTITIES[name]}
    if not values:
        return {**blank, "reason": missing[0] if missing else "there is no valid run"}
    if missing and name not in ONCE:
        return {**blank, "reason": f"{len(missing)} of {len(found)} runs lack it: {missing[0]}"}
    return {**blank, "value": fmean(values), "least": min(values), "most": max(values), "reason": None}


def _gate(gates: list[dict[str, Any]]) -> dict[str, Any]:
    """What the single runs were called: their common verdict, or how many got which."""
    counts = Counter(gate["verdict"] for gate in gates)
    if len(gates) == 1:
        return gates[0]
    if len(counts) == 1:
        return {**gates[0], "reason": f"Each of {len(gates)} runs: {gates[0]['verdict']}. Run 1: {gates[0]['reason']}"}
    said = ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items()))
    return {"verdict": "mixed", "target": gates[0]["target"], "reason": f"Of {len(gates)} runs: {said}."}
