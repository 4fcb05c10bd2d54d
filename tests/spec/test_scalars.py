from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.spec.scalars import LARGEST_WHOLE, RefusedScalarError, resolve_plain


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("false", False),
        ("0", 0),
        ("-12", -12),
        ("+3", 3),
        ("3e-4", 3e-4),
        ("3.0e-4", 3e-4),
        ("1E5", 1e5),
        (".5", 0.5),
        ("1.", 1.0),
    ],
)
def test_core_schema(text: str, value: object):
    found = resolve_plain(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "text",
    ["no", "yes", "on", "off", "True", "TRUE", "n", "1_000", "0x10", "0o7", "1:30", "2023-01-01", "nan", "Infinity",
     "1e", "e5", "."],
)  # fmt: skip
def test_what_yaml_1_1_would_take_for_something_else_is_text(text: str):
    assert resolve_plain(text) == text


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (".nan", "'.nan' is not a finite number"),
        ("-.inf", "'-.inf' is not a finite number"),
        ("1e999", "'1e999' is too large for a number"),
        ("010", "'010' begins with a zero, which some readers take as octal; leave it out, or use quotes"),
        ("9007199254740992", "'9007199254740992' is too large for a whole number; put it in quotes if it is text"),
        ("9" * 5000, "'999999999999999999999999…' is too large for a whole number; put it in quotes if it is text"),
    ],
)
def test_refused_numbers(text: str, complaint: str):
    with pytest.raises(RefusedScalarError) as caught:
        resolve_plain(text)
    assert str(caught.value) == complaint


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-LARGEST_WHOLE, LARGEST_WHOLE))
def test_every_number_that_json_writes_is_read_back(value: float):
    assert resolve_plain(json.dumps(value)) == value
