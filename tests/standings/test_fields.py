from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.standings.fields import LONGEST_TEXT, Node, UnreadableError, clean, clean_end

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(st.text(alphabet=st.characters(codec=None)))
def test_clean_text_can_be_written_and_hides_nothing(text):
    kept = clean(text)
    kept.encode()
    assert len(kept) <= LONGEST_TEXT
    assert not any(char in kept for char in "\u202e\u200b\x00\x1b\u2066")


def test_long_text_is_cut_with_a_mark():
    assert clean("a" * (LONGEST_TEXT + 1)) == "a" * (LONGEST_TEXT - 1) + "…"
    assert clean("a" * LONGEST_TEXT) == "a" * LONGEST_TEXT


def test_of_long_last_words_the_end_is_kept():
    assert clean_end("a" * 3000 + "the reason") == "…" + "a" * (LONGEST_TEXT - 11) + "the reason"
    assert clean_end("short") == "short"


def test_errors_name_the_path():
    node = Node({"a": {"b": [{"c": "x"}]}})
    with pytest.raises(UnreadableError, match=r"^a\.b\[0\]\.c is not a number$"):
        next(iter(node.get("a").get("b").each())).get("c").number()
    with pytest.raises(UnreadableError, match=r"^a\.z is missing$"):
        node.get("a").get("z")
    with pytest.raises(UnreadableError, match=r"^the document is not an object$"):
        Node([]).get("a")


@pytest.mark.parametrize("value", [math.nan, math.inf, 10**400, True, "1", None, []])
def test_a_number_is_finite_and_no_truth_value(value):
    with pytest.raises(UnreadableError):
        Node(value).number()


@pytest.mark.parametrize("value", [-1, 2**63, 1.0, False, "1"])
def test_a_whole_number_is_in_range(value):
    with pytest.raises(UnreadableError):
        Node(value).whole()


@given(json_values)
def test_any_value_is_read_or_refused(value):
    for method in ("text", "truth", "number", "whole", "quantity", "estimate", "mapping"):
        try:
            getattr(Node(value), method)()
        except UnreadableError as error:
            assert str(error)


@pytest.mark.parametrize(
    "value",
    [
        {"value": 1.0, "unit": "s", "reason": "both"},
        {"value": None, "unit": "s"},
        {"value": 1.0},
    ],
)
def test_a_quantity_has_a_unit_and_either_a_value_or_a_reason(value):
    with pytest.raises(UnreadableError):
        Node(value).quantity()


@pytest.mark.parametrize("value", [{"value": 0.7}, {"value": 0.7, "lower": 0.6}, {"lower": 0.6, "upper": 0.8}])
def test_an_estimate_without_interval_has_a_reason(value):
    with pytest.raises(UnreadableError):
        Node(value).estimate()
