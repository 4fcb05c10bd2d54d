"""Scripts write numbers and ratios exactly as Python does."""

from __future__ import annotations

import random
import re

import pytest

from harness.board.figures import area, number, quantity
from tests.board.script.conftest import OpenView

pytestmark = pytest.mark.browser
UNITS = ("J", "s", "B", "1/s", "1")


def values() -> list[float]:
    """Every size that a figure may have, borders of units, and numbers that lie exactly between two roundings."""
    chance = random.Random(7)
    sizes = [chance.uniform(1, 10) * 10.0**power for power in range(-7, 13) for _ in range(12)]
    borders = [
        0.0,
        0.001,
        0.99995,
        1.0,
        9.995,
        10.0,
        59.95,
        99.949,
        99.95,
        100.0,
        3599.4,
        3599.5,
        3600.0,
        7199.6,
        1024.0,
    ]
    ties = [0.125, 0.375, 2.5, 3.5, 100.5, 101.5, 0.0625, 12.25, 12.75, 2.675, 1.005, 90.5, 150.5, 2**30 * 1.5]
    return [*sizes, *borders, *ties, *(-value for value in ties)]


def plain(html: str) -> str:
    return re.sub(r"</?span[^>]*>", "", html)


def test_numbers_quantities_and_areas_are_written_as_in_python(open_view: OpenView):
    page = open_view()
    found = page.evaluate("values => values.map(LeanMed.format.number)", values())
    assert found == [number(value) for value in values()]

    sizes = [value for value in values() if value >= 0]
    for unit in UNITS:
        found = page.evaluate(
            "([values, unit]) => values.map(value => LeanMed.format.text(value, unit))", [sizes, unit]
        )
        assert found == [plain(quantity(value, unit)) for value in sizes]
    areas = [0.0, 0.5, 0.7855, 0.78549999, 1.0, -0.0125, 0.0625, 0.8125, *(index / 997 for index in range(997))]
    found = page.evaluate(
        "values => values.map(value => [LeanMed.format.area(value), LeanMed.format.area(value, true)])", areas
    )
    assert found == [[area(value), area(value, sign=True)] for value in areas]


def test_the_reader_s_unit_stands_for_every_size_and_a_ratio_has_digits_enough(open_view: OpenView):
    page = open_view()
    found = page.evaluate(
        "[[90000, 'J', 'Wh'], [90000, 'J', 'kWh'], [36, 'J', 'Wh'], [3600, 's', 'min'], [45, 's', 's']]"
        ".map(each => LeanMed.format.text(...each).replace('\\u202f', ' '))"
    )
    assert found == ["25.0 Wh", "0.025 kWh", "0.010 Wh", "60.0 min", "45.0 s"]

    ratios = [[0.93, 0.90, 0.97], [0.578, 0.575, 0.582], [1.004, 1.001, 1.3], [0.05, 0.01, 0.4], [0.61, None, None]]
    found = page.evaluate(
        "ratios => ratios.map(each => ['times', 'between', 'tint'].map(name => LeanMed.cells[name](each)))",
        ratios,
    )
    assert found == [
        ["× 0.93", "0.90 to 0.97", "cheaper"],
        ["× 0.578", "0.575 to 0.582", "cheaper step-3"],
        ["× 1.004", "1.001 to 1.300", "dearer"],
        ["× 0.050", "0.010 to 0.400", "cheaper step-3"],
        ["× 0.61", "", "same"],
    ]
