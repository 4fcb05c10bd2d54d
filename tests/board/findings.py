"""Invented documents of what is found over the entries of a table: pairs and claims. Nothing here was measured."""

from __future__ import annotations

import math
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
        half = 0.008 + 0.01 * chance.random()
        p = round(math.erfc(abs(value) * 1.96 / half / math.sqrt(2)), 6)
        pairs.append(
            {
                "entries": [one["slug"], other["slug"]],
                "runs": runs,
                "difference": estimate(value, half),
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


def part(
    what: str,
    quantity: str,
    kind: str,
    effect: tuple[float, float | None, float | None] | None,
    verdict: str,
    *,
    reason: str | None = None,
    entries: tuple[str, ...] = (),
    bound: float | None = None,
) -> dict[str, Any]:
    """A part of a claim with an invented effect."""
    value, lower, upper = effect or (None, None, None)
    return {
        "what": what,
        "submissions": ["densenet_amp", "densenet_fp32"],
        "quantity": quantity,
        "kind": kind,
        "effect": {
            "value": value,
            "lower": lower,
            "upper": upper,
            "method": "invented",
            "reason": reason or "an entry is not whole" if lower is None else None,
        },
        "runs": [1, 2, 3, 4, 5] if lower is not None else [],
        "p_shown": None if reason else 0.001,
        "p_opposite": None if reason else 0.999,
        "verdict": verdict,
        "reason": reason,
        "entries": list(entries),
        **({} if bound is None else {"bound": bound}),
    }


def invented_claims(table: Mapping[str, Any]) -> dict[str, Any]:
    """As `place` of `schemas/claims.schema.json` has it, with a claim of each verdict."""
    slugs = {row["submission"]["name"]: row["slug"] for row in table["entries"]}
    amp = tuple(slugs[name] for name in ("densenet_amp", "densenet_fp32") if name in slugs)
    eight = tuple(slugs[name] for name in ("densenet_8bit", "densenet_fp32") if name in slugs)
    source = "Selvan, Schön, Dam, 2023, arXiv 2303.10181; in our words"
    shared: dict[str, Any] = {"source": source, "missing": [], "command": None}
    place = table["place"]
    never = "large transformers do not train well enough on about 1,300 images"
    return {
        "schema": "leanmed/claims-of-place/v1",
        "place": table["slug"],
        "benchmark": {"id": place["benchmark"], "digest": place["benchmark_digest"]},
        "ruleset": {"version": place["ruleset"], "digest": place["ruleset_digest"]},
        "conditions": {
            "system": place["system_title"],
            "system_id": place["system"],
            "runtime": place["runtime"],
            "device": place["device"],
            "ruleset_digest": place["ruleset_digest"],
        },
        "claims": [
            {
                "id": "C1",
                "title": "AMP saves memory and training time of a CNN and does not hurt its performance",
                "sentence": "Automatic mixed precision cuts memory and training time without hurting performance.",
                "verdict": "supported",
                "reason": "3 of 3 parts are shown",
                "p_supported": 0.0004,
                "p_contradicted": 1.0,
                "parts": [
                    part(
                        "densenet_amp needs less peak GPU memory than densenet_fp32",
                        "peak_gpu_memory",
                        "ratio",
                        (0.61, 0.608, 0.612),
                        "shown",
                        entries=amp,
                    ),
                    part(
                        "densenet_amp needs less training time than densenet_fp32",
                        "training_time",
                        "ratio",
                        (0.62, 0.58, 0.66),
                        "shown",
                        entries=amp,
                    ),
                    part(
                        "densenet_amp is not worse than densenet_fp32 by the margin or more (Q2)",
                        "auc",
                        "difference",
                        (-0.004, -0.0085, 0.0005),
                        "shown",
                        entries=amp,
                        bound=-0.01,
                    ),
                ],
                **shared,
            },
            {
                "id": "C2",
                "title": "The 8-bit optimiser often improves convergence and lowers resource use",
                "sentence": "The 8-bit optimiser often improves convergence and lowers resource use.",
                "verdict": "contradicted",
                "reason": "the opposite is shown of: densenet_8bit needs less time to target than densenet_fp32",
                "p_supported": 0.9,
                "p_contradicted": 0.012,
                "parts": [
                    part(
                        "densenet_8bit needs less time to target than densenet_fp32",
                        "time_to_target",
                        "ratio",
                        (1.31, 1.12, 1.54),
                        "opposite shown",
                        entries=eight,
                    ),
                    part(
                        "densenet_8bit needs less GPU energy than densenet_fp32",
                        "gpu_energy",
                        "ratio",
                        (0.98, None, None),
                        "undecided",
                        reason="an entry is not whole",
                        entries=eight,
                    ),
                ],
                **shared,
            },
            {
                "id": "C3",
                "title": "Transformers are more sensitive to low precision than CNNs",
                "sentence": "Transformers are more sensitive to low-precision settings than convolutional networks.",
                "verdict": "not testable",
                "reason": never,
                "p_supported": None,
                "p_contradicted": None,
                "parts": [],
                **shared,
            },
            {
                "id": "C4",
                "title": "DenseNet with 8-bit optimiser, and Swin with 8-bit optimiser and half precision, are best",
                "sentence": "The best configurations are DenseNet and Swin with the 8-bit optimiser.",
                "verdict": "undecided",
                "reason": "runs are missing",
                "p_supported": 1.0,
                "p_contradicted": 1.0,
                "parts": [
                    part(
                        "densenet_8bit reaches the quality target (Q1)",
                        "auc",
                        "value",
                        (0.781, 0.750, 0.812),
                        "shown",
                        entries=eight,
                        bound=0.7472,
                    ),
                    part(
                        "swin_8bit_half is not worse than swin_fp32 by the margin or more (Q2)",
                        "auc",
                        "difference",
                        None,
                        "undecided",
                        reason="runs are missing",
                    ),
                ],
                "source": source,
                "missing": [
                    {"submission": "swin_8bit_half", "runs": [1, 2, 3, 4, 5], "failed": []},
                    {"submission": "densenet_amp_8bit", "runs": [4, 5], "failed": [3]},
                ],
                "command": "harness run submissions/swin_8bit_half submissions/densenet_amp_8bit --benchmark "
                "lidc-nodules --profile official --runs 5 --runtime docker",
            },
        ],
        "reason": None,
        "left_out": [{"entry": "cnn_8bit-b1cd16e804", "reason": "its predictions are not published"}],
    }
