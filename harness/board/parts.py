"""Small pieces that the overview and the details share: names, chips, anchors."""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Mapping
from typing import Any

from harness.board.markup import Html, tag

VERDICT_WORDS = {
    "above": "above target",
    "below": "below",
    "no target": "unranked",
    "not judged": "not judged",
    "mixed": "mixed",
}


def anchor(kind: str, *identity: object) -> str:
    """An id for the page that depends on what it names and on nothing else."""
    text = json.dumps(identity, sort_keys=True, default=str)
    return f"{kind}-{hashlib.sha256(text.encode()).hexdigest()[:10]}"


def entry_anchor(place: Mapping[str, Any], entry: Mapping[str, Any]) -> str:
    """The id of an entry's details."""
    return anchor("entry", place, entry["submission"]["digest"], entry["image"], [run["run"] for run in entry["runs"]])


_PLAIN = frozenset({"float32", "ieee", "exact", "contiguous", "no", "none"})
"""Values of efficiency settings that change nothing."""


def chips(submission: Mapping[str, Any]) -> Html:
    """What differs from plain float32, a chip each; one quiet chip where nothing does, or for a program of its own."""
    efficiency: Mapping[str, str] = submission["efficiency"]
    if submission["division"] == "open":
        return tag("span", "its own program", class_="chip quiet")
    changed = [(key, value) for key, value in efficiency.items() if value not in _PLAIN]
    if not changed:
        return tag("span", "float32 throughout", class_="chip quiet")
    return Html("".join(tag("span", f"{key.replace('_', ' ')} {value}", class_="chip") for key, value in changed))


def rank_text(rank: Mapping[str, Any]) -> str:
    """``rank 1`` or ``rank 2–4 of 7``."""
    if rank["best"] == rank["worst"]:
        return f"rank {rank['best']} of {rank['of']}"
    return f"rank {rank['best']}–{rank['worst']} of {rank['of']}"


_OUTCOMES = {"non-inferior": "good", "inferior": "bad"}


def outcome_chip(judged: Mapping[str, Any]) -> Html:
    """Gate Q2 as a word: the outcome, or that this is what others are compared with."""
    if judged["non_inferiority"] is None:
        return tag("span", "reference", class_="verdict quiet")
    outcome = judged["non_inferiority"]["outcome"]
    return tag("span", outcome, class_=f"verdict {_OUTCOMES.get(outcome, 'quiet')}")


def gate_chip(gate: Mapping[str, Any]) -> Html:
    """The verdict of the quality gate as a word; its class only adds colour."""
    verdict = gate["verdict"]
    kind = {"above": "good", "below": "bad"}.get(verdict, "quiet")
    return tag("span", VERDICT_WORDS.get(verdict, verdict), class_=f"verdict {kind}")


def command(place: Mapping[str, Any], entry: Mapping[str, Any]) -> str:
    """The command that makes the same runs, quoted for a shell."""
    words = ["harness", "run", f"submissions/{entry['submission']['name']}", "--benchmark", place["benchmark"]]
    words += ["--runs", str(max(run["number"] for run in entry["runs"])), "--runtime", place["runtime"]]
    words += ["--device", place["device"], "--profile", entry["profile"]]
    if entry["own_seed"]:
        words += ["--seed", str(entry["runs"][0]["seed"])]
    return shlex.join(words)
