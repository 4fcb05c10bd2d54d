"""All findings over all entries: what a site shows beside its standings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cache as once
from pathlib import Path
from typing import Any

from harness.findings.claims import claims_of
from harness.findings.evidence import Evidence, Labels, Prepared, Say
from harness.findings.pairs import pairs_of
from harness.record.cache import Cache
from harness.spec.load import benchmark_ids, load_benchmark, load_ruleset
from harness.spec.model import Benchmark
from harness.standings.entry import Entry


def findings(
    entries: Sequence[Entry], prepared: Prepared, cache: Path | None, say: Say
) -> dict[str, dict[str, dict[str, Any]]]:
    """By the slug of each place ``{"pairs": …, "claims": …}``, the documents of `harness.findings.pairs` and
    `harness.findings.claims`.

    ``prepared`` is asked only for labels that something new takes; ``cache`` is the folder in which what was found is
    kept, None for none; ``say`` gets a line before what takes long. What can't be read is left out with a reason.
    Raises `harness.errors.InvalidInput` where the rules of this installation break their schema.
    """
    kept, labels, ruleset, known = Cache(cache, say), Labels(prepared, say), load_ruleset(), set(benchmark_ids())

    @once
    def benchmark(name: str) -> Benchmark | None:
        return load_benchmark(name) if name in known else None

    found = {}
    for name, members in sorted(_by_place(entries).items()):
        place = members[0].place
        evidence = Evidence(place, labels)
        found[name] = {
            "pairs": pairs_of(members, evidence, kept, say),
            "claims": claims_of(members, benchmark(place.benchmark), ruleset, evidence, kept, say),
        }
    return found


def _by_place(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    """The entries of each place, whatever order they came in."""
    places: dict[str, list[Entry]] = defaultdict(list)
    for entry in sorted(entries, key=lambda entry: entry.slug):
        places[entry.place.slug].append(entry)
    return places
