"""Small pieces that pages share: chips, badges, ranks, places, and the command that repeats an entry."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from harness.board.markup import Html, join, tag
from harness.board.notes import cut
from harness.board.words.common import CHIP, CHIPS, DEVICE, RANK, RUNTIME, STATUS, VERDICTS
from harness.board.words.table import PLACE, TABLE

PLAIN = frozenset({"float32", "ieee", "exact", "contiguous", "no", "none"})
"""Values of efficiency settings that change nothing."""


def chips(submission: Mapping[str, Any]) -> Html:
    """What differs from plain float32, a chip each; one quiet chip where nothing does, or for a program of its own."""
    changed = strategies(submission)
    if changed:
        return join(*[tag("span", text, class_="chip") for text in changed])
    return tag("span", CHIP["open" if submission["division"] == "open" else "plain"], class_="chip quiet")


def strategies(submission: Mapping[str, Any]) -> list[str]:
    """What differs from plain float32, each as people call it; empty for a program of its own."""
    if submission["division"] == "open":
        return []
    efficiency: Mapping[str, str] = submission["efficiency"]
    return [strategy(key, value) for key, value in sorted(efficiency.items()) if value not in PLAIN]


def chip_words(submission: Mapping[str, Any]) -> str:
    """What the chips beside an entry's name say, for a search."""
    open_division = submission["division"] == "open"
    said = strategies(submission) or [CHIP["open" if open_division else "plain"]]
    return " ".join(said if submission["division"] == "closed" else [*said, CHIP["review"]])


def strategy(key: str, value: str) -> str:
    """A setting as people call it: ``AMP``, ``8-bit optimiser``; of an unknown one the record's own words."""
    known = CHIPS.get(key, {}).get(value)
    return CHIP["other"].format(name=key.replace("_", " "), value=value) if known is None else known


def rank_text(rank: Mapping[str, Any]) -> str:
    """``1`` or ``2–4``."""
    return RANK["one" if rank["best"] == rank["worst"] else "range"].format(**rank)


def status_badge(status: str) -> Html:
    """The word of an entry that has no rank."""
    return tag("span", STATUS.get(status, status), class_="badge")


_GATE_KINDS = {"above": "good", "below": "bad"}
_OUTCOME_KINDS = {"non-inferior": "good", "inferior": "bad"}


def gate_chip(gate: Mapping[str, Any]) -> Html:
    """The verdict of the quality gate as a word; its class only adds colour."""
    verdict = gate["verdict"]
    kind = _GATE_KINDS.get(verdict, "quiet")
    reason = None if gate["reason"] is None else cut(gate["reason"])
    return tag("span", VERDICTS.get(verdict, verdict), class_=f"verdict {kind}", title=reason)


def outcome_chip(judged: Mapping[str, Any]) -> Html:
    """Gate Q2 as a word: the outcome, or that this is what others are compared with."""
    found = judged["non_inferiority"]
    if found is None:
        return tag("span", TABLE["reference"], class_="verdict quiet")
    kind = _OUTCOME_KINDS.get(found["outcome"], "quiet")
    return tag("span", found["outcome"], class_=f"verdict {kind}", title=cut(found["reason"]))


def place_chips(place: Mapping[str, Any]) -> Html:
    """Container or host, device, rules, and the division where it is not the closed one."""
    texts = [runtime(place), device(place), PLACE["rules"].format(ruleset=place["ruleset"])]
    chips = [tag("span", text, class_="chip quiet") for text in texts]
    if place["division"] != "closed":
        chips.append(tag("span", PLACE["division"].format(division=place["division"]), class_="chip"))
    return tag("span", chips, class_="chips")


def runtime(place: Mapping[str, Any]) -> str:
    """Container, or host."""
    return str(RUNTIME.get(place["runtime"], place["runtime"]))


def device(place: Mapping[str, Any]) -> str:
    """GPU or CPU."""
    return str(DEVICE.get(place["device"], place["device"]))


def command(place: Mapping[str, Any], entry: Mapping[str, Any]) -> str:
    """The command that makes the same runs, quoted for a shell."""
    words = ["harness", "run", f"submissions/{entry['submission']['name']}", "--benchmark", place["benchmark"]]
    words += ["--runs", str(max(run["number"] for run in entry["runs"])), "--runtime", place["runtime"]]
    words += ["--device", place["device"], "--profile", entry["profile"]]
    if entry["own_seed"]:
        words += ["--seed", str(entry["runs"][0]["seed"])]
    return shlex.join(words)
