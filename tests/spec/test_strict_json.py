from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.spec.document import MAX_DEPTH, Place
from harness.spec.strict_json import read_json


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "record.json"


def test_values_and_places(file: Path):
    file.write_text('{\n "a": [1, -2.5e1, true, null],\n "b": {"c": "x\\u00e9"}\n}\n')
    document = read_json(file)
    assert document.data == {"a": [1, -25.0, True, None], "b": {"c": "xé"}}
    assert document.keys[("b", "c")] == Place(3, 8)
    assert document.values[("a", 1)] == Place(2, 11)
    assert document.values[()] == Place(1, 1)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", ":1: the file does not hold a JSON object"),
        ("[1]", ":1: the file does not hold a JSON object"),
        ('{"a": 1} x', ":1: something stands after the JSON object"),
        ('{"a": 1,\n "a": 2}', ":2: the key 'a' stands here a second time"),
        ('{"a": NaN}', ":1: a JSON value is missing here (NaN and Infinity are none)"),
        ('{"a": -Infinity}', ":1: a JSON value is missing here (NaN and Infinity are none)"),
        ('{"a": 1e999}', ":1: this number is too large"),
        ('{"a": ' + "9" * 5000 + "}", ":1: this number has too many digits"),
        ('{"a": 1,}', ':1: a key in double quotes is missing here (JSON takes no "," before a "}")'),
        ('{"a" 1}', ":1: a ':' is missing here"),
        ('{"a": [1 2]}', ":1: a ',' is missing here"),
        ('{"a": "x\ny"}', ":1: the text that begins here is not a JSON string"),
        ('{"a": ' + "[" * 100_000, f":1: nested more than {MAX_DEPTH} levels deep"),
    ],
)
def test_what_is_no_json(file: Path, text: str, complaint: str):
    file.write_text(text)
    document = read_json(file)
    assert document.data is None
    assert [str(one).removeprefix(str(file)) for one in document.problems] == [complaint]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=st.dictionaries(st.text(), values), indent=st.sampled_from([None, 2]))
def test_it_agrees_with_the_standard_library(file: Path, value: dict[str, Any], indent: int | None):
    file.write_text(json.dumps(value, indent=indent), encoding="utf-8")
    assert read_json(file).data == json.loads(file.read_text(encoding="utf-8"))
