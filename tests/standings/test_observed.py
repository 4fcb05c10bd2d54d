from __future__ import annotations

import pytest

from harness.standings.fields import LONGEST_TEXT, Node, UnreadableError
from harness.standings.observed import GROUPS, MOST_FACTS, read_observed


def test_groups_facts_and_the_optimiser_are_told_apart():
    found = read_observed(Node({"parameters": {"float32": 8}, "optimizer": "AdamW", "threads": 2, "fused": False}))
    assert found == {
        "parameters": {"float32": 8},
        "optimizer": "AdamW",
        "facts": {"threads": 2.0, "fused": False},
    }


def test_every_group_of_the_workload_is_read():
    found = read_observed(Node({name: {"uint8": 1} for name in GROUPS}))
    assert list(found) == list(GROUPS)


def test_nothing_observed_is_an_empty_document():
    assert read_observed(None) == read_observed(Node({})) == {}


def test_what_is_nested_or_null_is_passed_over_and_there_is_a_limit():
    assert read_observed(Node({"a": [1], "b": {"c": 1}, "d": None})) == {}
    many = read_observed(Node({f"f{index:03}": index for index in range(500)}))
    assert len(many["facts"]) == MOST_FACTS
    (text,) = read_observed(Node({"a": "x" * 9999}))["facts"].values()
    assert len(text) == LONGEST_TEXT


@pytest.mark.parametrize(
    "wrong", [{"gradients": 3}, {"gradients": {"float32": -1}}, {"optimizer": 1}, {"loss_scale": float("inf")}]
)
def test_what_is_of_another_kind_is_unreadable(wrong):
    with pytest.raises(UnreadableError):
        read_observed(Node(wrong))
