"""The commands that make the same runs, run a record again, and compute it again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from harness.board.markup import Html, join, tag
from harness.board.parts import command
from harness.board.words.entry import REPEAT

PUBLISHED = "leaderboard/results"
"""Where published entries lie in a checkout."""


def repeat(document: Mapping[str, Any]) -> Html:
    """What to type, quoted for a shell."""
    row = document["row"]
    entry = {key: row[key] for key in ("submission", "profile", "own_seed")} | {"runs": document["runs"]}
    return join(
        tag("p", REPEAT["own"], class_="note") if row["submission"]["division"] == "open" else None,
        tag("p", REPEAT["run"]),
        _typed(command(document["place"], entry)),
        tag("p", REPEAT["again"]),
        _typed("\n".join(f"harness {verb} {shlex.quote(record(document))}" for verb in ("reproduce", "verify"))),
        tag("p", REPEAT["where"], class_="note"),
    )


def record(document: Mapping[str, Any]) -> str:
    """How the entry's first run that counts is named to `harness reproduce` and `harness verify`."""
    run = next((run for run in document["runs"] if run["counts"]), document["runs"][0])
    judged = document["judged"]
    return str(run["run"]) if judged is None else f"{PUBLISHED}/{judged['entry']}/{run['run']}"


def _typed(text: str) -> Html:
    return tag("pre", tag("code", text), tabindex=0)
