"""What the entries of a place, published and at home, say of the paper's claims, by `harness.claims`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from harness.claims.claims import submissions_of
from harness.claims.survey import answers, the_one
from harness.compare import runs as comparing
from harness.findings.evidence import Evidence, LackingError, Say, counts
from harness.record.cache import Cache
from harness.spec.model import Benchmark, Ruleset
from harness.standings.entry import Entry
from harness.standings.run import Place

SCHEMA = "leanmed/claims-of-place/v1"


def claims_of(
    entries: Sequence[Entry], benchmark: Benchmark | None, ruleset: Ruleset, evidence: Evidence, cache: Cache, say: Say
) -> dict[str, Any]:
    """The document ``place`` of `schemas/claims.schema.json` over all ``entries`` of one place, under today's
    ``ruleset`` and ``benchmark``, None for a benchmark that this installation does not have."""
    place = entries[0].place
    document = {
        "schema": SCHEMA,
        "place": place.slug,
        "benchmark": {"id": place.benchmark, "digest": place.benchmark_digest},
        "ruleset": {"version": ruleset.version, "digest": ruleset.digest},
        "conditions": _conditions(place),
    }
    if (reason := _unasked(place, benchmark)) is not None:
        return {**document, "claims": [], "reason": reason, "left_out": []}
    assert benchmark is not None
    try:
        claims, left_out = _asked(_named(entries, ruleset, benchmark), place, benchmark, ruleset, evidence, cache, say)
    except LackingError as error:
        return {**document, "claims": [], "reason": str(error), "left_out": []}
    shown = [{"entry": name, "reason": left_out[name]} for name in sorted(left_out)]
    return {**document, "claims": claims, "reason": None, "left_out": shown}


def _conditions(place: Place) -> dict[str, str]:
    return {
        "system": place.system_title,
        "system_id": place.system,
        "runtime": place.runtime,
        "device": place.device,
        "ruleset_digest": place.ruleset_digest,
    }


def _unasked(place: Place, benchmark: Benchmark | None) -> str | None:
    """Why no claim is asked here at all, or None."""
    if place.division != "closed":
        return "the claims are about configurations of the closed division"
    if benchmark is None:
        return "this version of LeanMed has no such benchmark, so that it has no claims for it"
    if place.benchmark_digest != benchmark.digest:
        return "these runs were made under another version of the benchmark than the one that the claims are asked of"
    return None


def _named(entries: Iterable[Entry], ruleset: Ruleset, benchmark: Benchmark) -> list[Entry]:
    """Entries of submissions that a claim names, by slug. A model that the benchmark does not have has no target to be
    held against, and is none that a claim means."""
    names = {name for claim in ruleset.claims for name in submissions_of(claim)}
    return [
        entry
        for entry in sorted(entries, key=lambda entry: entry.slug)
        if counts(entry)
        and entry.first.submission["name"] in names
        and entry.first.submission["model"] in benchmark.models
    ]


def _asked(
    entries: Sequence[Entry],
    place: Place,
    benchmark: Benchmark,
    ruleset: Ruleset,
    evidence: Evidence,
    cache: Cache,
    say: Say,
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Every claim with its answer and the entries behind it; and why entries were left out. Raises `LackingError` where
    there are entries and no labels."""
    key = _key(entries, place, benchmark, ruleset)
    if (known := cache.get(key)) is not None:
        return known, {}
    if entries:
        say(f"{place.benchmark} on {place.system_title}: asking the paper's claims (entries: {len(entries)})")
    dataset = evidence.dataset() if entries else None
    chosen, slugs, left_out = _chosen(entries, evidence)
    found = answers(chosen, benchmark, ruleset, dataset, _conditions(place)).to_json()["claims"]
    claims = [{**claim, "parts": [_with_entries(part, slugs) for part in claim["parts"]]} for claim in found]
    if not left_out:
        cache.put(key, claims)
    return claims, left_out


def _key(entries: Iterable[Entry], place: Place, benchmark: Benchmark, ruleset: Ruleset) -> dict[str, Any]:
    """What the answers depend on."""
    return {
        "schema": SCHEMA,
        "place": list(place.key),
        "benchmark": benchmark.digest,
        "ruleset": ruleset.digest,
        "entries": {
            entry.slug: [[run.number, run.verdict, run.document["digest"]] for run in entry.counted]
            for entry in entries
        },
    }


def _chosen(
    entries: Iterable[Entry], evidence: Evidence
) -> tuple[dict[str, comparing.Entry], dict[str, str], dict[str, str]]:
    """Of each submission the entry that answers, and its slug; and why entries that can't be read are left out."""
    readable: dict[str, list[tuple[comparing.Entry, str]]] = defaultdict(list)
    left_out = {}
    for entry in entries:
        try:
            found = evidence.of(entry)
        except LackingError as error:
            left_out[entry.slug] = str(error)
        else:
            readable[found.name].append((found, entry.slug))
    chosen = {name: the_one([entry for entry, _ in several]) for name, several in readable.items()}
    slugs = {name: next(slug for entry, slug in several if entry is chosen[name]) for name, several in readable.items()}
    return chosen, slugs, left_out


def _with_entries(part: Mapping[str, Any], slugs: Mapping[str, str]) -> dict[str, Any]:
    """The part with the entries that stand behind it."""
    return {**part, "entries": [slugs[name] for name in part["submissions"] if name in slugs]}
