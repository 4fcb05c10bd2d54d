"""Invented documents of what is found over the entries of a table: pairs and claims. Nothing here was measured."""

from __future__ import annotations

import random
from collections.abc import Mapping
from itertools import combinations
from typing import Any

from tests.standings.records import estimate


def invented_pairs(table: Mapping[str, Any], *, without: frozenset[str] = frozenset()) -> dict[str, Any]:
    """As `schemas/pairs.schema.json` has it, over the entries with a test AUC but those ``without`` predictions."""
    able = [row for row in table["entries"] if row["summary"] and row["summary"]["auc"]["value"] is not None]
    chance = random.Random(7)
    pairs = []
    for one, other in combinations(sorted(able, key=lambda row: row["slug"]), 2):
        if {one["slug"], other["slug"]} & without:
            continue
        runs = sorted(_numbers(one) & _numbers(other))
        value = one["summary"]["auc"]["value"] - other["summary"]["auc"]["value"]
        p = round(min(1.0, chance.random() * 0.02 / (abs(value) + 0.001)), 6)
        pairs.append(
            {
                "entries": [one["slug"], other["slug"]],
                "runs": runs,
                "difference": estimate(value, 0.008 + 0.01 * chance.random()),
                "p": p,
                "p_holm": min(1.0, 12 * p),
                "apart": 12 * p <= 0.05,
            }
        )
    return {
        "schema": "leanmed/pairs/v1",
        "place": table["slug"],
        "method": "invented",
        "correction": "invented",
        "pairs": pairs,
        "left_out": [{"entry": slug, "reason": "its predictions are not published"} for slug in sorted(without)],
    }


def _numbers(row: Mapping[str, Any]) -> set[int]:
    return {int(number) for runs in row["costs"].values() for number in runs}
