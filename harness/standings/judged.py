"""What a published entry's ``entry.json`` says: gates, intervals and ratios that take predictions and labels, which the
records alone don't hold; and what ``again.json`` says of it, where another party ran it again. Both were computed by
`harness publish`, and anybody can compute them again with `harness verify`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from harness.standings.fields import Node, UnreadableError
from harness.standings.run import METRICS, QUANTITIES

SCHEMA = "leanmed/entry/v1"
PUBLISHED = "verified from raw files"
LOCAL = "self-reported"
RUN_AGAIN = "run again by another party"
RERUN_SCHEMA = "leanmed/again/v1"
CONFIRMS = ("identical", "within the interval")
"""Verdicts of a repetition that found the entry's quality again."""


@dataclass(frozen=True)
class Judged:
    """A published entry. ``records`` are the digests of its runs' records, by which it is found; ``ranks`` says whether
    it may have a rank; ``document`` is what the standings hold."""

    name: str
    records: frozenset[str]
    ranks: bool
    auc: dict[str, Any]
    gain: dict[str, Any]
    gate: dict[str, Any]
    document: dict[str, Any]


@dataclass(frozen=True)
class Rerun:
    """What another party's runs of the published entry ``entry`` came to; ``document`` is what the standings hold."""

    entry: str
    confirms: bool
    document: dict[str, Any]


def read_rerun(document: object) -> Rerun:
    """The repetition in a parsed ``again.json``. Raises `UnreadableError`."""
    node = Node(document)
    schema = node.text_at("schema")
    if schema != RERUN_SCHEMA:
        raise UnreadableError(f"its format is {schema!r}; this version reads {RERUN_SCHEMA!r}")
    verdict = node.text_at("verdict")
    return Rerun(
        entry=node.text_at("entry"),
        confirms=verdict in CONFIRMS,
        document={
            "by": node.text_at("by"),
            "system": node.get("system").maybe_text("title"),
            "same_system": node.get("same_system").truth(),
            "verdict": verdict,
            "reason": node.text_at("reason"),
        },
    )


def read_judged(document: object) -> Judged | None:
    """The entry in a parsed ``entry.json``; None for one without a valid run, which has nothing to show beyond its
    records. Raises `UnreadableError`."""
    node = Node(document)
    schema = node.text_at("schema")
    if schema != SCHEMA:
        raise UnreadableError(f"its format is {schema!r}; this version reads {SCHEMA!r}")
    quality = node.maybe("quality")
    if quality is None:
        return None
    gates, against = node.get("gates"), node.maybe_text("against")
    q2, difference, costs = gates.maybe("Q2"), node.maybe("difference"), node.get("costs")
    return Judged(
        name=node.text_at("entry"),
        records=frozenset(
            found for attempt in node.get("attempts").each() if (found := attempt.maybe_text("record")) is not None
        ),
        ranks=node.get("ranks").truth(),
        auc=quality.get("auc").estimate(),
        gain=quality.get("gain").estimate(),
        gate=_gate(gates.get("Q1")),
        document={
            "entry": node.text_at("entry"),
            "reference": node.get("reference").truth(),
            "against": against,
            "difference": None if difference is None else difference.get("estimate").estimate(),
            "non_inferiority": None if q2 is None else _outcome(q2),
            "metrics": {name: quality.get("metrics").get(name).estimate() for name in METRICS},
            "costs": {name: costs.get(name).estimate() for name in QUANTITIES if costs.maybe(name) is not None},
            "unranked": [reason.text() for reason in node.get("unranked").each()],
            "attempts": [_attempt(attempt) for attempt in node.get("attempts").each()],
        },
    )


def _gate(node: Node) -> dict[str, Any]:
    return {
        "verdict": node.text_at("verdict"),
        "target": node.maybe_number("target"),
        "reason": node.maybe_text("reason"),
    }


def _outcome(node: Node) -> dict[str, Any]:
    return {
        "outcome": node.text_at("outcome"),
        "margin": node.maybe_number("margin"),
        "reason": node.text_at("reason"),
    }


def _attempt(node: Node) -> dict[str, Any]:
    return {key: node.text_at(key) for key in ("run", "verdict")} | {"number": node.get("number").whole()}
