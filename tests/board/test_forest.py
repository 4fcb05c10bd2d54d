from __future__ import annotations

import re
from typing import Any

from harness.board.forest import forest
from tests.standings.records import estimate

ABSENT = {"value": None, "lower": None, "upper": None, "method": None, "reason": "no run gave predictions"}


def summary(auc: dict[str, Any], target: float | None = 0.74, trivial: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"auc": auc, "trivial": trivial or estimate(0.7, 0.03), "gate": {"target": target}}


def test_the_mean_and_each_run_have_a_line_and_a_number():
    svg = forest(summary(estimate(0.78, 0.03)), [(1, estimate(0.77, 0.03)), (2, estimate(0.79, 0.03))])
    assert svg is not None
    assert svg.count('class="value"') == svg.count('class="range') == 3
    assert [name for name in ("mean of 2 runs", "run 1", "run 2") if name in svg] == [
        "mean of 2 runs",
        "run 1",
        "run 2",
    ]
    assert "Trivial model: 0.700. Target: 0.740." in svg


def test_values_stand_in_their_order():
    svg = forest(summary(estimate(0.78, 0.03)), [(1, estimate(0.76, 0.03)), (2, estimate(0.80, 0.03))])
    assert svg is not None
    mean, low, high = (float(x) for x in re.findall(r'class="value" cx="([\d.]+)"', svg))
    assert low < mean < high


def test_a_single_run_is_not_shown_twice_and_need_not_have_a_target():
    svg = forest(summary(estimate(0.78, 0.03), target=None), [(1, estimate(0.78, 0.03))])
    assert svg is not None and svg.count('class="value"') == 1 and "No target." in svg and "one run" in svg


def test_what_is_not_known_is_not_drawn():
    assert forest(summary(ABSENT), [(1, ABSENT)]) is None
    svg = forest(summary({**estimate(0.78, 0.0), "lower": None, "upper": None}, trivial=ABSENT), [])
    assert svg is not None and 'class="range' not in svg and "trivial" not in svg.lower()
