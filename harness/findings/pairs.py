"""The paired difference in mean test AUC of each two entries of a place, and which of them can be told apart.

Runs are paired by number, hence by seed, and patients are the same: see `harness.score.readers`. Each pair has its 95 %
interval, for whoever asks about these two alone. Who looks for differences in a whole table asks about all pairs at
once, and there Holm's procedure keeps the chance of any false *apart* at 5 % or less.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from harness.claims.multiplicity import holm
from harness.findings.evidence import Evidence, LackingError, Say, counts
from harness.record.cache import Cache
from harness.score.estimate import CONFIDENCE
from harness.score.readers import METHOD, RunAveragedDifference, difference_of
from harness.score.readings import Readings
from harness.standings.entry import Entry
from harness.standings.run import Place, Run

SCHEMA = "leanmed/pairs/v1"
CORRECTION = "Holm 1979 over the pairs of the place that have a p value"
MOST_ENTRIES = 200
"""Pairs grow with the square of entries: these are 19,900."""
_MANY = "single pairs are computed in tables of at most {most} entries; `harness compare` compares any two"
_LEVEL = 1 - CONFIDENCE
_SAME = "no interval: both order the cases exactly alike in every run of the same number"


@dataclass(frozen=True)
class _Side:
    """An entry with its valid runs by number."""

    slug: str
    entry: Entry
    runs: dict[int, Run]


@dataclass(frozen=True)
class _Pair:
    one: _Side
    other: _Side
    numbers: tuple[int, ...]

    @property
    def key(self) -> dict[str, Any]:
        """What the pair's figures depend on."""
        records = [
            [number, *(side.runs[number].document["digest"] for side in (self.one, self.other))]
            for number in self.numbers
        ]
        return {"schema": SCHEMA, "place": list(self.one.entry.place.key), "runs": records}


def pairs_of(entries: Sequence[Entry], evidence: Evidence, cache: Cache, say: Say) -> dict[str, Any]:
    """The document `schemas/pairs.schema.json` over all ``entries`` of one place, of at most `MOST_ENTRIES`."""
    place, counted = entries[0].place, [entry for entry in entries if counts(entry)]
    if len(counted) > MOST_ENTRIES:
        why = _MANY.format(most=MOST_ENTRIES)
        return _document(place, [], {entry.slug: why for entry in counted})
    pairs = _pairs(counted)
    found = {_names(pair): known for pair in pairs if (known := cache.get(pair.key)) is not None}
    new = [pair for pair in pairs if _names(pair) not in found]
    if new:
        say(f"{place.benchmark} on {place.system_title}: comparing {len(new)} pairs of entries")
    readings, left_out = _readings(new, evidence)
    for pair in new:
        if not {pair.one.slug, pair.other.slug} & left_out.keys():
            found[_names(pair)] = _figures(pair, readings)
            cache.put(pair.key, found[_names(pair)])
    shown = [pair for pair in pairs if not set(_names(pair)) & left_out.keys()]
    return _document(place, _judged([(pair, found[_names(pair)]) for pair in shown]), left_out)


def _document(place: Place, pairs: list[dict[str, Any]], left_out: dict[str, str]) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "place": place.slug,
        "method": METHOD,
        "correction": CORRECTION,
        "pairs": pairs,
        "left_out": [{"entry": name, "reason": left_out[name]} for name in sorted(left_out)],
    }


def _names(pair: _Pair) -> tuple[str, str]:
    return pair.one.slug, pair.other.slug


def _pairs(entries: Iterable[Entry]) -> list[_Pair]:
    """Each two entries with a run number in common, in the order of their slugs."""
    sides = [_Side(entry.slug, entry, {run.number: run for run in entry.valid}) for entry in entries]
    sides.sort(key=lambda side: side.slug)
    return [
        _Pair(one, other, common)
        for one, other in combinations(sides, 2)
        if (common := tuple(sorted(one.runs.keys() & other.runs.keys())))
    ]


def _readings(pairs: Iterable[_Pair], evidence: Evidence) -> tuple[dict[str, Readings], dict[str, str]]:
    """The runs of every entry of ``pairs``, placed, in the order of their numbers; and why those that are not there are
    left out."""
    sides = {side.slug: side for pair in pairs for side in (pair.one, pair.other)}
    readings, left_out = {}, {}
    for name, side in sides.items():
        try:
            dataset, entry = evidence.dataset(), evidence.of(side.entry)
        except LackingError as error:
            left_out[name] = str(error)
            continue
        scores = np.array([entry.runs[number].test_scores(dataset) for number in sorted(side.runs)])
        readings[name] = Readings.of(scores, dataset.test_labels(), dataset.test_patients())
    return readings, left_out


def _figures(pair: _Pair, readings: dict[str, Readings]) -> dict[str, Any]:
    """What one pair says, before any other is looked at."""
    ours, theirs = (_only(side, readings[side.slug], pair.numbers) for side in (pair.one, pair.other))
    found = difference_of(ours, theirs)
    return {"difference": _difference(found), "p": found.p_apart(), "same_order": found.same_order}


def _only(side: _Side, readings: Readings, numbers: Sequence[int]) -> Readings:
    there = sorted(side.runs)
    return readings if there == list(numbers) else readings.only([there.index(number) for number in numbers])


def _difference(found: RunAveragedDifference) -> dict[str, Any]:
    shown = found.estimate.to_json()
    return {**shown, "reason": _SAME} if found.same_order and shown["lower"] is None else shown


def _judged(pairs: Sequence[tuple[_Pair, dict[str, Any]]]) -> list[dict[str, Any]]:
    """All pairs, with what is said of them together."""
    tested = [index for index, (_, figures) in enumerate(pairs) if figures["p"] is not None]
    adjusted = dict(zip(tested, holm([pairs[index][1]["p"] for index in tested]), strict=True))
    return [
        {
            "entries": list(_names(pair)),
            "runs": list(pair.numbers),
            "difference": figures["difference"],
            "p": figures["p"],
            "p_holm": adjusted.get(index),
            # Who orders all cases alike in all runs can't be told apart, whatever the test.
            "apart": adjusted[index] <= _LEVEL if index in adjusted else (False if figures["same_order"] else None),
        }
        for index, (pair, figures) in enumerate(pairs)
    ]
