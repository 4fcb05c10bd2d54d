"""The standings: one JSON document (schemas/standings.schema.json) from everything that was found.

It is a function of the records and the benchmark files alone, to the byte: no time, no machine, no order of files.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from itertools import groupby
from typing import Any

from harness.standings.benchmarks import BenchmarkText
from harness.standings.collect import Collection
from harness.standings.entry import Entry, group
from harness.standings.ranking import primary_cost, ranks_of

SCHEMA = "leanmed/standings/v1"


def build(collection: Collection, benchmarks: Iterable[BenchmarkText]) -> dict[str, Any]:
    """The standings over ``collection``; ``benchmarks`` are described even where nothing was run on them."""
    entries = group(collection.runs, collection.judged, collection.again)
    return {
        "schema": SCHEMA,
        "counts": {
            "runs": len(collection.runs),
            "listed": sum(not entry.set_aside for entry in entries),
            "set_aside": sum(bool(entry.set_aside) for entry in entries),
            "interrupted": len(collection.interrupted),
            "unreadable": len(collection.unreadable),
        },
        "benchmarks": _benchmarks(entries, {text.digest: text for text in benchmarks}),
        "interrupted": [asdict(each) for each in sorted(collection.interrupted, key=lambda each: each.source)],
        "unreadable": [asdict(each) for each in sorted(collection.unreadable, key=lambda each: each.source)],
    }


def to_text(standings: dict[str, Any]) -> str:
    """The document as it is written to a file: readable, and the same for the same standings."""
    return json.dumps(standings, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def _benchmarks(entries: list[Entry], texts: dict[str, BenchmarkText]) -> list[dict[str, Any]]:
    titles = {(text.id, text.digest): text.title for text in texts.values()}
    for entry in entries:
        titles.setdefault((entry.place.benchmark, entry.place.benchmark_digest), entry.place.benchmark_title)
    return [
        {
            "id": name,
            "digest": digest,
            "title": title,
            "text": _text(texts.get(digest)),
            "tables": _tables(
                [e for e in entries if (e.place.benchmark, e.place.benchmark_digest) == (name, digest)],
                texts.get(digest),
            ),
        }
        for (name, digest), title in sorted(titles.items())
    ]


def _text(text: BenchmarkText | None) -> dict[str, Any] | None:
    """What the benchmark file says, or None for a record of a benchmark that this installation does not have."""
    if text is None:
        return None
    return {key: value for key, value in asdict(text).items() if key not in ("id", "digest", "title")}


def _tables(entries: list[Entry], text: BenchmarkText | None) -> list[dict[str, Any]]:
    """One table for each place, in the order in which `group` put them."""
    return [_table(list(found), text) for _, found in groupby(entries, key=lambda entry: entry.place.key)]


def _table(entries: list[Entry], text: BenchmarkText | None) -> dict[str, Any]:
    may_stand = [entry for entry in entries if not entry.set_aside]
    cost = primary_cost(may_stand)
    listed = sorted(may_stand, key=lambda entry: _sorting(entry, cost))
    ranks, sentence = ranks_of(listed, cost)
    return {
        "place": asdict(entries[0].place),
        "sorted_by": cost,
        "note": _note(listed, cost, sentence) + _open_note(entries[0].place.division, text),
        "listed": [{**entry.to_json(), "rank": ranks.get(place)} for place, entry in enumerate(listed)],
        "set_aside": [{**entry.to_json(), "rank": None} for entry in entries if entry.set_aside],
    }


def _sorting(entry: Entry, cost: str) -> tuple[object, ...]:
    """Entries with a rank first; among them, and among the others, what costs less."""
    value = entry.value(cost)
    return (
        not entry.ranks,
        value is None,
        value,
        entry.first.submission["name"],
        entry.first.submission["digest"],
        entry.first.id,
    )


def _note(listed: list[Entry], cost: str, ranking: str) -> str:
    """What the table is and what it is not."""
    if not listed:
        return "No official, valid run yet, so there is nothing to compare."
    return (
        f"Sorted by {cost.replace('_', ' ')}, entries with a rank first. {ranking} Compare within this table only: it "
        "holds one machine, one runtime and one version of the rules."
    )


def _open_note(division: str, text: BenchmarkText | None) -> str:
    """What a table of the open division is not."""
    if division != "open":
        return ""
    known = (
        ""
        if text is not None and text.labels == "private"
        else (
            " The labels of this benchmark are public, so that nothing shows that a program does not hold the answers: "
            "every entry needs a review of its source, and none has a rank."
        )
    )
    return f" Open division: each program is its submitter's own.{known}"
