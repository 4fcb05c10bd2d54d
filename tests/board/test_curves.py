from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from harness.board.curves import auc_curves, kept, loss_curves
from tests.standings.records import epoch

Run = dict[str, Any]


def run(number: int, *epochs: dict[str, Any], counts: bool = True) -> Run:
    return {"number": number, "counts": counts, "epochs": list(epochs)}


def epochs(auc: float, count: int = 5) -> list[dict[str, Any]]:
    return [epoch(n, auc, 100.0) for n in range(1, count + 1)]


def test_each_run_is_a_line_with_its_kept_epoch_ringed_and_its_number():
    svg = auc_curves([run(1, *epochs(0.78)), run(2, *epochs(0.75))], 0.74)
    assert svg is not None
    assert svg.count("<polyline") == svg.count('class="kept"') == 2
    assert re.findall(r'class="strong">(\d)</text>', svg) == ["1", "2"]
    assert "target 0.740" in svg
    assert "run 1: 5 epochs, kept 5 with " in svg and "run 2: 5 epochs, kept 5 with " in svg


def test_numbers_of_runs_that_end_together_do_not_lie_on_one_another():
    svg = auc_curves([run(n, *epochs(0.78)) for n in (1, 2, 3)], None)
    assert svg is not None
    heights = [float(y) for y in re.findall(r'y="([\d.]+)" class="strong">\d', svg)]
    assert len(heights) == 3 and all(b - a > 11.9 for a, b in pairwise(heights))


def test_more_runs_than_have_room_are_not_numbered_below_the_plot():
    svg = auc_curves([run(n, *epochs(0.78)) for n in range(1, 61)], None)
    assert svg is not None and svg.count("<polyline") == 60
    assert all(float(y) < 210 for y in re.findall(r'y="([\d.]+)" class="strong">\d', svg))


def test_a_run_that_does_not_count_is_paler():
    svg = auc_curves([run(1, *epochs(0.78)), run(1, *epochs(0.7), counts=False)], None)
    assert svg is not None
    assert svg.count('class="curve val"') == svg.count('class="curve val aside"') == 1


def test_one_epoch_is_a_point():
    svg = auc_curves([run(1, *epochs(0.78, 1))], None)
    assert svg is not None and "<polyline" not in svg and svg.count('class="dot val"') == 1


def test_epochs_that_could_not_be_scored_leave_the_loss_alone():
    blind = run(1, {**epoch(1, 0.7, 9.0), "val_auc": None})
    assert auc_curves([blind], None) is None and loss_curves([blind]) is not None
    assert auc_curves([run(1)], 0.7) is None and loss_curves([run(1)]) is None


def test_a_long_curve_keeps_its_kept_and_its_last_epoch():
    many = [{**each, "kept": each["n"] == 4321} for each in epochs(0.78, 5000)]
    assert kept(run(1, *many)) == (4321, many[4320]["val_auc"])
    svg = auc_curves([run(1, *many)], None)
    assert svg is not None
    (points,) = re.findall(r'points="([^"]*)"', svg)
    assert 200 <= len(points.split()) <= 202
    (x, y) = re.findall(r'cx="([\d.]+)" cy="([\d.]+)" r="4.5"', svg)[0]
    assert f"{x},{y}" in points.split()
    assert points.split()[-1].startswith("418")


def test_loss_has_two_lines_a_run_and_says_its_ends():
    svg = loss_curves([run(1, *epochs(0.78)), run(2, *epochs(0.78))])
    assert svg is not None and svg.count("<polyline") == 4
    assert "run 2, training: 0.604 to 0.434" in svg
