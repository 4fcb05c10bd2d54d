from __future__ import annotations

import re

import pytest

from harness.board.tints import less, ratio, tint


def of(value: float, lower: float | None, upper: float | None) -> dict[str, float | None]:
    return {"value": value, "lower": lower, "upper": upper}


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        (of(0.95, 0.93, 0.97), "cheaper"),
        (of(0.8, 0.7, 0.9), "cheaper step-2"),
        (of(0.5, 0.4, 0.6), "cheaper step-3"),
        (of(1.05, 1.01, 1.09), "dearer"),
        (of(1.2, 1.1, 1.3), "dearer step-2"),
        (of(3.0, 2.0, 4.0), "dearer step-3"),
        (of(0.5, 0.2, 1.1), "same"),
        (of(1.0, 1.0, 1.0), "same"),
        (of(0.5, None, None), "same"),
    ],
)
def test_only_an_interval_that_leaves_1_out_has_a_tint_and_larger_factors_a_stronger_one(found, kind):
    assert tint(found) == kind


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (of(0.93, 0.9, 0.97), "× 0.93 0.90 to 0.97"),
        (of(0.578, 0.573, 0.583), "× 0.578 0.573 to 0.583"),
        (of(0.98, 0.962, 0.996), "× 0.980 0.962 to 0.996"),
        (of(0.034, 0.02, 0.05), "× 0.034 0.020 to 0.050"),
        (of(12.34, 11.1, 13.9), "× 12.34 11.10 to 13.90"),
        (of(0.62, None, None), "× 0.62 "),
    ],
)
def test_digits_never_hide_how_sure_a_ratio_is_or_that_it_is_not_1(found, said):
    assert re.sub(r"<[^>]+>", "", ratio(found)) == said


def test_a_ratio_below_1_is_a_saving_in_per_cent():
    assert [each.replace("\u202f", " ") for each in less(of(0.58, 0.57, 0.59))] == ["42 %", "41 to 43 %"]
    assert [each.replace("\u202f", " ") for each in less(of(0.976, 0.95, 0.998))] == ["2.4 %", "0.2 to 5.0 %"]
