from __future__ import annotations

import pytest

from harness.standings.build import build
from harness.standings.collect import collect
from tests.standings.records import BENCHMARK, changed, record, write


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (record(profile="quick", time=29.0), "Profile quick: only official runs are compared."),
        (changed(record(), "own_seed", True), "Run with a seed of its own instead of the ruleset's."),
    ],
)
def test_what_is_not_compared_has_no_ratio_to_a_run_that_is(tmp_path, document, reason):
    standings = build(collect([write(tmp_path, record("densenet_fp32"), document)]), [BENCHMARK]).document
    (table,) = standings["benchmarks"][0]["tables"]
    (row,) = [row for row in table["entries"] if row["status"] == "not compared"]
    assert row["ratios"]["float32"]["entry"] is not None
    found = row["ratios"]["float32"]["costs"]["time_to_predictions"]
    assert (found["value"], found["reason"]) == (None, f"it is not compared: {reason}")


def test_a_run_that_is_compared_has_its_ratio(tmp_path):
    standings = build(collect([write(tmp_path, record("densenet_fp32", time=200.0), record(time=100.0))]), []).document
    (table,) = standings["benchmarks"][0]["tables"]
    first, second = table["entries"]
    assert first["ratios"]["float32"]["costs"]["time_to_predictions"]["value"] == pytest.approx(0.5)
    assert second["ratios"]["float32"] == {"entry": second["slug"], "costs": {}, "reason": None}
