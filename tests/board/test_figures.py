from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.board.figures import area, interval, number, quantity, short, span, tick
from harness.board.labels import Box, place
from harness.board.scale import Scale, nice_step, spread, ticks


def words(markup: str) -> str:
    return re.sub(r"<[^>]+>", "", markup).replace("\u202f", " ").replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (0.00124, "s", "1.24 ms"),
        (0.0000021, "s", "0.002 ms"),
        (48.31, "s", "48.3 s"),
        (99.96, "s", "1 min 40 s"),
        (245.4, "s", "4 min 05 s"),
        (3599.7, "s", "1 h 00 min"),
        (7391, "s", "2 h 03 min"),
        (0, "s", "0 ms"),
        (27_819_524, "B", "26.5 MiB"),
        (512, "B", "512 B"),
        (3 * 2**30, "B", "3.00 GiB"),
        (12_400, "J", "12.4 kJ"),
        (2157.9, "1/s", "2 158 /s"),
        (0.5, "1", "0.500"),
        (7.25, "W", "7.25 W"),
    ],
)
def test_quantities_read_well(value, unit, said):
    assert words(quantity(value, unit)) == said


@pytest.mark.parametrize(("value", "said"), [(0, "0"), (1234567, "1 234 567"), (-3.14159, "−3.14"), (2e-7, "2.00e−07")])
def test_numbers(value, said):
    assert number(value).replace("\u202f", " ") == said


def test_areas_and_intervals():
    assert (area(0.78251), area(-0.0123, sign=True), area(0.03, sign=True)) == ("0.783", "−0.012", "+0.030")
    assert words(interval({"lower": 0.75, "upper": 0.812}) or "") == "0.750 to 0.812"
    assert interval({"lower": None, "upper": None}) is None


def test_a_range_says_its_unit_once():
    assert words(span(41.0, 43.0, "s")) == "41.0 to 43.0 s"
    assert words(span(41.0, 143.0, "s")) == "41.0 s to 2 min 23 s"


def test_ticks_of_time_and_digests():
    assert [tick(value).replace("\u202f", " ") for value in (0, 0.5, 30, 90, 5400)] == [
        "0",
        "0.5 s",
        "30 s",
        "1.5 min",
        "1.5 h",
    ]
    assert (short("sha256:" + "a" * 64), short(None)) == ("a" * 12, "none")


finite = st.floats(0, 1e6)


@given(st.lists(finite, min_size=1), st.floats(0.01, 10))
def test_bounds_hold_all_values(values, step):
    low, high = spread(values, step)
    assert low <= min(values) + 1e-6 * step + 1e-6 and max(values) <= high + 1e-6 * step + 1e-6
    assert high > low


@given(st.lists(st.floats(0, 1), min_size=1))
def test_bounds_of_areas_stay_in_the_unit_interval(values):
    low, high = spread(values, 0.05, least=0.0, most=1.0)
    assert 0.0 <= low < high <= 1.0


@given(finite, st.floats(0.001, 1e6), st.integers(2, 10))
def test_steps_are_round_and_few(low, size, count):
    step = nice_step(low, low + size, count)
    assert f"{step:.0e}"[0] in "125"
    assert len(ticks(low, low + size, step)) <= count + 1


def test_a_scale_draws_outliers_at_its_edge():
    scale = Scale(0.5, 1.0, 10, 110)
    assert [scale.at(value) for value in (0.5, 0.75, 1.0, 0.2, 7)] == [10, 60, 110, 10, 110]


def test_labels_of_near_points_do_not_overlap():
    points = [("one", 100.0, 100.0), ("two", 103.0, 101.0), ("three", 104.0, 103.0)]
    labels = place(points, [Box(x - 5, y - 5, x + 5, y + 5) for _, x, y in points], Box(0, 0, 300, 200))
    boxes = [label.box for label in labels if label is not None]
    assert len(boxes) == 3
    assert not any(a.meets(b) for index, a in enumerate(boxes) for b in boxes[:index])
    assert all(box.inside(Box(0, 0, 300, 200)) for box in boxes)
