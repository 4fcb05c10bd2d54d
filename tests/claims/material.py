"""Entries that nobody trained, with costs and skills as a test wants them, and the claims asked of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from harness.claims.answer import Answer
from harness.claims.survey import Survey, survey
from harness.data.dataset import Dataset
from harness.places import Home
from harness.record.folder import RECORD, write_json
from harness.run.outcome import Ended
from harness.spec.model import Benchmark
from tests.reference.material import RULESET, TINY, leave_run, with_targets

UNITS = {"peak_gpu_memory": "B", "gpu_energy": "J"}
NUMBERS = (1, 2, 3, 4, 5)
TARGET = {"test_auc": 0.7, "validation_auc": 0.7}
_TARGETS = with_targets(TINY, densenet121=TARGET, swinv2_base_window8_256=TARGET, vit_base_patch32_plus_256=TARGET)
OPEN: Benchmark = replace(_TARGETS, document={**_TARGETS.document, "claims_not_testable": {}})
"""The tiny benchmark with a target for every large model and every claim testable; same digest as its runs."""


def leave_entry(
    home: Home,
    dataset: Dataset,
    submission: str,
    *,
    skill: float = 3.0,
    numbers: Sequence[int] = NUMBERS,
    device: str = "cuda",
    ended: Ended = Ended.COMPLETED,
    costs: Mapping[str, Sequence[float | None]] | None = None,
    **changes: Any,
) -> None:
    """One run of each number; ``costs`` gives quantities their values [runs], None for one that was not measured."""
    for index, number in enumerate(numbers):
        folder = leave_run(
            home, dataset, number, submission=submission, skill=skill, device=device, ended=ended, **changes
        )
        record = json.loads((folder.root / RECORD).read_text())
        if ended is Ended.COMPLETED:
            # The made-up observations are those of float32, so that check W1 would refuse every other configuration.
            record["outcome"].update(verdict="valid", reasons=[])
        for name, values in (costs or {}).items():
            value = values[index]
            record["quantities"][name] = {
                "value": value,
                "unit": UNITS.get(name, "s"),
                "source": None if value is None else "made up",
                "scope": None,
                "reason": "censored: never reached" if value is None else None,
            }
        write_json(folder.root / RECORD, record)


def asked(home: Home, dataset: Dataset, benchmark: Benchmark = OPEN) -> Survey:
    return survey(benchmark, RULESET, home, lambda: dataset)


def answer(home: Home, dataset: Dataset, claim: str, benchmark: Benchmark = OPEN) -> Answer:
    """The answer to one claim where all runs are of one group."""
    (group,) = asked(home, dataset, benchmark).groups
    return next(each.answer for each in group.claims if each.claim["id"] == claim)
