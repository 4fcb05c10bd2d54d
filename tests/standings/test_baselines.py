"""Costs over the plain configuration of the same model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.score.estimate import Estimate
from harness.score.ratio import paired_ratio
from harness.standings.baselines import BASELINES, plain_settings
from harness.standings.build import build
from harness.standings.collect import collect
from tests.standings.records import BENCHMARK, changed, record, write


def rows_of(folder: Path, *documents: dict[str, Any]) -> dict[str, dict[str, Any]]:
    standings = build(collect([write(folder / "runs", *documents)]), [BENCHMARK])
    return {entry["row"]["submission"]["name"]: entry["row"] for entry in standings.in_full()}


def three(name: str, *times: float, **other: Any) -> list[dict[str, Any]]:
    return [record(name, number=number, time=time, **other) for number, time in enumerate(times, start=1)]


def same(found: dict[str, Any], expected: Estimate) -> bool:
    """Whether the figures are the same but for digits that are left out."""
    figures = (expected.value, expected.lower, expected.upper)
    shown = [found[name] for name in ("value", "lower", "upper")]
    return shown == pytest.approx(figures, rel=1e-9) and found["method"] == expected.method


def test_a_baseline_differs_from_a_plain_submission_in_nothing_else():
    assert plain_settings("float32")["float32_matmul"] == "ieee"
    assert plain_settings("tf32") == {**plain_settings("float32"), "float32_matmul": "tf32"}
    assert set(BASELINES) == {"float32", "tf32"}


def test_ratios_are_paired_by_run_number(tmp_path):
    rows = rows_of(tmp_path, *three("densenet_fp32", 30.0, 40.0, 50.0), *three("densenet_8bit", 15.0, 19.0, 26.0))
    found = rows["densenet_8bit"]["ratios"]["float32"]
    assert found["entry"] == rows["densenet_fp32"]["slug"]
    assert same(found["costs"]["time_to_predictions"], paired_ratio([15.0, 19.0, 26.0], [30.0, 40.0, 50.0]))
    assert "gpu_energy" not in found["costs"]  # neither measured it
    assert rows["densenet_fp32"]["ratios"]["float32"]["costs"] == {}


def test_only_common_runs_are_paired(tmp_path):
    rows = rows_of(tmp_path, *three("densenet_fp32", 30.0, 40.0), *three("densenet_8bit", 15.0, 10.0, 1.0))
    found = rows["densenet_8bit"]["ratios"]["float32"]["costs"]["time_to_predictions"]
    assert same(found, paired_ratio([15.0, 10.0], [30.0, 40.0]))


def test_tf32_is_a_baseline_of_its_own(tmp_path):
    tf32 = three("densenet_tf32", 20.0, 22.0, efficiency={"float32_matmul": "tf32"})
    rows = rows_of(tmp_path, *three("densenet_fp32", 30.0, 40.0), *tf32, *three("densenet_8bit", 15.0, 19.0))
    ratios = rows["densenet_8bit"]["ratios"]
    assert ratios["tf32"]["entry"] == rows["densenet_tf32"]["slug"]
    assert ratios["tf32"]["costs"]["time_to_predictions"]["value"] == pytest.approx((15 / 20 * 19 / 22) ** 0.5)
    assert rows["densenet_tf32"]["ratios"]["float32"]["entry"] == rows["densenet_fp32"]["slug"]


@pytest.mark.parametrize("path", ["submission.model", "submission.division", "system.id", "runtime"])
def test_a_baseline_is_of_the_same_model_division_and_place(tmp_path, path):
    other = {"submission.model": "cnn", "submission.division": "open", "system.id": "another", "runtime": "host"}
    plain = changed(changed(record("densenet_fp32", time=30.0), path, other[path]), "run", "plain")
    found = rows_of(tmp_path, plain, record("densenet_8bit", time=15.0))["densenet_8bit"]["ratios"]["float32"]
    assert found == {
        "entry": None,
        "costs": {},
        "reason": "no valid float32 run of densenet121 in this table",
    }


def test_a_failed_plain_entry_is_no_baseline(tmp_path):
    rows = rows_of(tmp_path, record("densenet_fp32", verdict="failed"), record("densenet_8bit"))
    assert rows["densenet_8bit"]["ratios"]["float32"]["entry"] is None


def test_of_two_plain_entries_the_one_with_more_runs_is_the_baseline(tmp_path):
    other = changed(changed(record("densenet_fp32", time=99.0), "image.identity", "another"), "run", "other")
    rows = rows_of(tmp_path, other, *three("densenet_fp32", 30.0, 40.0), record("densenet_8bit", time=15.0))
    found = rows["densenet_8bit"]["ratios"]["float32"]["costs"]["time_to_predictions"]
    assert found["value"] == pytest.approx(0.5)


def test_a_ratio_has_no_digits_that_depend_on_the_processor(tmp_path):
    rows = rows_of(tmp_path, *three("densenet_fp32", 30.1, 40.7, 50.3), *three("densenet_8bit", 15.3, 19.9, 26.1))
    found = rows["densenet_8bit"]["ratios"]["float32"]["costs"]["time_to_predictions"]
    for name in ("value", "lower", "upper"):
        assert len(repr(found[name]).replace(".", "").lstrip("0")) <= 10
