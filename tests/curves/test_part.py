"""Rounding and thinning."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.curves.part import column, evenly, rounded


@given(st.floats(-1e12, 1e12))
def test_five_digits_are_kept(value: float):
    assert rounded(value) == pytest.approx(value, rel=6e-5)
    assert rounded(rounded(value)) == rounded(value)


def test_nothing_is_null_and_zero_has_no_sign():
    assert column([1 / 3, math.nan, -0.0]) == [0.33333, None, 0.0]
    assert str(rounded(-0.0)) == "0.0"


@given(st.lists(st.floats(0, 1), min_size=1, max_size=300), st.integers(2, 50))
def test_first_and_last_stay_and_never_too_many(steps: list[float], most: int):
    along = np.cumsum(steps)
    found = evenly(along, most)
    assert len(found) <= max(most, 1)
    assert (found[0], found[-1]) == (0, len(along) - 1)
    assert (np.diff(found) > 0).all()
