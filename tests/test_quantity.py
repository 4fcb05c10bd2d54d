"""Typed absence: a value or a reason, never both, never neither."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.quantity import Quantity


@given(st.floats(allow_nan=False, allow_infinity=False), st.text(), st.none() | st.text())
def test_a_measured_quantity_survives_json(value, unit, source):
    quantity = Quantity(value, unit, source=source)
    assert Quantity.from_json(quantity.to_json()) == quantity


def test_an_absent_quantity_is_null_with_its_reason():
    document = Quantity.absent("J", "no meter").to_json()
    assert document == {"value": None, "unit": "J", "source": None, "scope": None, "reason": "no meter"}
    assert Quantity.from_json(document).reason == "no meter"


def test_neither_or_both_is_refused():
    with pytest.raises(ValueError, match="either a value or a reason"):
        Quantity(None, "J")
    with pytest.raises(ValueError, match="either a value or a reason"):
        Quantity(1.0, "J", reason="not measured")


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_value_is_finite(value):
    with pytest.raises(ValueError, match="finite"):
        Quantity(value, "J")
