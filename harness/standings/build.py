"""The standings: one JSON document for all tables, and one for each entry, from everything that was found.

They are functions of the records and the benchmark files alone, to the byte: no time, no machine, no order of files.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from harness.standings.baselines import baselines_of
from harness.standings.benchmarks import BenchmarkText
from harness.standings.collect import Collection
from harness.standings.entry import Entry, group
from harness.standings.ranking import SPOKEN, primary_cost, ranks_of
from harness.standings.row import document_of, row_of
from harness.standings.status import STATUSES, status_of

SCHEMA = "leanmed/standings/v2"
LEVELS = 7
"""In the standings that is as deep as the fields of an entry."""


@dataclass(frozen=True)
class Standings:
    """``document`` is everything that the tables show (schemas/standings.schema.json); ``entries`` are what it was made
    of."""

    document: dict[str, Any]
    entries: tuple[Entry, ...]

    def in_full(self) -> Iterator[dict[str, Any]]:
        """Each entry in full (schemas/standing.schema.json), in the order of ``entries``."""
        rows = {
            (table["slug"], row["slug"]): (row, table, benchmark)
            for benchmark in self.document["benchmarks"]
            for table in benchmark["tables"]
            for row in table["entries"]
        }
        for entry in self.entries:
            yield document_of(entry, *rows[entry.place.slug, entry.slug])


def build(collection: Collection, benchmarks: Iterable[BenchmarkText]) -> Standings:
    """The standings over ``collection``; ``benchmarks`` are described even where nothing was run on them."""
    entries = group(collection.runs, collection.judged, collection.again)
    statuses = Counter(status_of(entry)[0] for entry in entries)
    document = {
        "schema": SCHEMA,
        "counts": {
            "runs": len(collection.runs),
            "entries": len(entries),
            "statuses": {status: statuses[status] for status in STATUSES},
            "interrupted": len(collection.interrupted),
            "unreadable": len(collection.unreadable),
        },
        "benchmarks": _benchmarks(entries, {text.digest: text for text in benchmarks}),
        "interrupted": [asdict(each) for each in sorted(collection.interrupted, key=lambda each: each.source)],
        "unreadable": [asdict(each) for each in sorted(collection.unreadable, key=lambda each: each.source)],
    }
    return Standings(document, tuple(entries))


def to_text(document: dict[str, Any]) -> str:
    """The document as it is written to a file, the same for the same content: `LEVELS` deep a line for each member,
    and below that everything on its line, so that a difference between two files is told by entry and field."""
    return _lines(document, LEVELS, 0) + "\n"


def _lines(value: Any, levels: int, depth: int) -> str:
    if not levels or not value or not isinstance(value, dict | list):
        return _in_one_line(value)
    if isinstance(value, dict):
        members = [f"{_in_one_line(key)}: {_lines(value[key], levels - 1, depth + 1)}" for key in sorted(value)]
    else:
        members = [_lines(member, levels - 1, depth + 1) for member in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    inner, outer = "\n" + " " * (depth + 1), "\n" + " " * depth
    return f"{opening}{inner}{f',{inner}'.join(members)}{outer}{closing}"


def _in_one_line(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False)


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
    ordered = sorted(entries, key=lambda entry: _sorting(entry, cost))
    ranking, sentence = ranks_of(ordered, cost)
    baselines = baselines_of(entries)
    place = entries[0].place
    return {
        "slug": place.slug,
        "place": asdict(place),
        "sorted_by": cost,
        "note": _note(may_stand, cost, sentence) + _open_note(place.division, text),
        "baselines": [
            {"name": name, "model": model, "entry": entry.slug} for (name, model), entry in sorted(baselines.items())
        ],
        "entries": [row_of(entry, ranking.get(entry.slug), baselines) for entry in ordered],
    }


def _sorting(entry: Entry, cost: str) -> tuple[object, ...]:
    """By status, entries with a rank first; within each what costs less."""
    value = entry.value(cost)
    return (
        STATUSES.index(status_of(entry)[0]),
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
        f"Sorted by {SPOKEN[cost]}, entries with a rank first. {ranking} Compare within this table only: it "
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
