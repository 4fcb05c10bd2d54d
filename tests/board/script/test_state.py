"""The state of the view and the address that says it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.board.script.conftest import OpenView

pytestmark = pytest.mark.browser
KNOWN: dict[str, Any] = {
    "model": ["cnn", "vit, large", "a=b&c"], "status": ["ranked", "below target"],
    "efficiency": ["plain", "weights:float16"], "provenance": ["self-reported"],
    "columns": ["auc", "gpu_energy"], "sortable": ["name", "gpu_energy"], "bases": ["float32", "tf32"],
    "slugs": ["one-1", "two-2"],
    "limits": {"max_energy": {"quantity": "gpu_energy", "units": ["kJ", "Wh"]}},
}  # fmt: skip
PARSE = "([hash, known]) => LeanMed.state.parse(hash, known)"
WRITE = "([state, known]) => LeanMed.state.write({...LeanMed.state.defaults(known), ...state}, known)"

STATES: list[tuple[dict[str, Any], str]] = [
    ({}, ""),
    ({"sort": "gpu_energy", "dir": "descending"}, "#sort=gpu_energy&dir=descending"),
    ({"search": "8-bit & + half #1, 100 %"}, "#search=8-bit+%26+%2B+half+%231%2C+100+%25"),
    ({"model": ["vit, large", "a=b&c"]}, "#model=vit%2C+large,a%3Db%26c"),
    ({"efficiency": ["weights:float16"], "mix": True}, "#efficiency=weights:float16&mix=yes"),
    ({"status": ["below target"]}, "#status=below+target"),
    ({"columns": []}, "#columns="),
    ({"columns": ["auc"], "base": "tf32", "show": "ratio"}, "#columns=auc&base=tf32&show=ratio"),
    ({"max_energy": {"number": 12.5, "unit": "Wh"}, "goal": "quality"}, "#max_energy=12.5Wh&goal=quality"),
    ({"min_auc": {"number": 0.75, "unit": ""}, "auc_by": "value"}, "#min_auc=0.75&auc_by=value"),
    ({"carbon": {"number": 380, "unit": ""}, "carbon_source": "IEA"}, "#carbon=380&carbon_source=IEA"),
    ({"mix": True, "unproven": True, "entries": ["one-1", "two-2"]}, "#mix=yes&unproven=yes&entries=one-1,two-2"),
    ({"energy": "Wh", "time": "min"}, "#energy=Wh&time=min"),
]  # fmt: skip


def test_an_address_says_what_is_not_usual_and_is_read_back(open_view: OpenView):
    page = open_view()
    for state, hash_ in STATES:
        assert page.evaluate(WRITE, [state, KNOWN]) == hash_
        found = page.evaluate(PARSE, [hash_, KNOWN])
        assert found["problems"] == [], hash_
        assert {name: found["state"][name] for name in state} == state
        assert page.evaluate(WRITE, [found["state"], KNOWN]) == hash_


BROKEN = [
    ("#sort=colour", ["sort=colour"]),
    ("#dir=ascending", ["dir=ascending"]),
    ("#sort=name&dir=sideways", ["dir=sideways"]),
    ("#model=cnn,resnet", ["model=resnet"]),
    ("#max_energy=12", ["max_energy=12"]),
    ("#max_energy=-1kJ", ["max_energy=-1kJ"]),
    ("#max_energy=1e999kJ", ["max_energy=1e999kJ"]),
    ("#min_auc=1.5", ["min_auc=1.5"]),
    ("#search=%E0%A4%A", ["search=%E0%A4%A"]),
    ("#__proto__=1&constructor=2", ["__proto__=1", "constructor=2"]),
    ("#mix=perhaps&model=cnn", ["mix=perhaps"]),
    ("#search=" + "x" * 201, ["search=" + "x" * 201]),
    ("#base=tf32&nonsense", ["nonsense"]),
]


def test_what_means_nothing_is_named_and_left_out(open_view: OpenView):
    page = open_view()
    for hash_, problems in BROKEN:
        assert page.evaluate(PARSE, [hash_, KNOWN])["problems"] == problems
    assert page.evaluate(PARSE, ["#model=cnn,resnet", KNOWN])["state"]["model"] == ["cnn"]
    assert page.evaluate(PARSE, ["#columns=colour", KNOWN])["state"]["columns"] is None
    assert page.evaluate(WRITE, [page.evaluate(PARSE, ["#__proto__=1", KNOWN])["state"], KNOWN]) == ""


def test_an_anchor_is_no_state(open_view: OpenView):
    page = open_view()
    assert page.evaluate("['', '#', '#note-1', '#sort=name'].map(LeanMed.state.names)") == [True, True, False, True]
