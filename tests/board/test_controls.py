"""The toolbar's HTML: what can be chosen is what the table holds, and what a record says stays text."""

from __future__ import annotations

import copy
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import harness.board
from harness.board.chooser import LIMITS
from harness.board.columns import COLUMNS
from harness.board.controls import SCRIPTS, STYLES, controls, data_of
from harness.board.facets import PLAIN_OPTION, facet_options
from tests.board.view import the_table


class Inputs(HTMLParser):
    """(name, value) of each form field, attributes of the form, and all tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.fields: list[tuple[str | None, str | None]] = []
        self.tags: list[str] = []
        self.form: dict[str, str | None] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        found = dict(attrs)
        if tag == "form":
            self.form = found
        if tag in ("input", "select"):
            self.fields.append((found.get("name"), found.get("value")))

    def values(self, name: str) -> list[str | None]:
        return [value for field, value in self.fields if field == name]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return the_table(tmp_path_factory.mktemp("season"))


def test_is_hidden_until_a_script_shows_it_and_knows_the_way_to_the_site(table: dict[str, Any]):
    form = Inputs(controls(table, "../")).form
    assert "hidden" in form
    assert form["data-root"] == "../"


def test_offers_what_occurs_in_the_table(table: dict[str, Any]):
    found = Inputs(controls(table))
    assert found.values("model") == ["cnn", "densenet121", "mlp"]
    assert found.values("status") == ["ranked", "provisional", "below target", "failed"]
    assert found.values("provenance") == ["self-reported", "verified from raw files"]
    assert found.values("efficiency") == [
        *(PLAIN_OPTION, "autocast:float16", "float32_matmul:tf32", "optimizer_state:int8"),
        *("saved_activations:int8", "weights:float16"),
    ]
    assert [name for name in found.values("columns") if name in {column.name for column in COLUMNS}] == [
        column.name for column in COLUMNS
    ]


def test_a_setting_that_changes_nothing_is_no_option(table: dict[str, Any]):
    assert "optimizer_state:float32" not in dict(facet_options("efficiency", table["entries"]))


def test_a_facet_of_one_value_is_left_out(table: dict[str, Any]):
    alone = {**table, "entries": table["entries"][:1]}
    found = Inputs(controls(alone))
    assert not found.values("model")
    assert not found.values("efficiency")


def test_limits_are_on_what_the_table_measured(table: dict[str, Any]):
    found = Inputs(controls(table))
    assert all(found.values(limit.name) for limit in LIMITS)
    empty = {**table, "entries": [row for row in table["entries"] if row["summary"] is None]}
    html = controls(empty)
    assert not any(Inputs(html).values(limit.name) for limit in LIMITS)
    assert "Latency, p99: not measured in this table" in html


def test_what_a_record_says_is_escaped(table: dict[str, Any]):
    hostile = copy.deepcopy(table)
    hostile["entries"][0]["submission"]["model"] = '"><script>alert(1)</script>'
    hostile["entries"][0]["submission"]["efficiency"] = {"<img>": "'\"><img src=x>"}
    found = Inputs(controls(hostile, '"><script>'))
    assert "script" not in found.tags
    assert "img" not in found.tags
    assert "<img>:'\"><img src=x>" in found.values("efficiency")


def test_every_script_and_style_of_the_view_is_there_once():
    board = Path(harness.board.__file__).parent
    assert len(set(SCRIPTS)) == len(SCRIPTS)
    for name in SCRIPTS:
        text = (board / "script" / name).read_text(encoding="utf-8")
        assert '"use strict"' in text
        for forbidden in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "fetch(", "http"):
            assert forbidden not in text, (name, forbidden)
        assert len(text.splitlines()) < 200
    assert all((board / "style" / name).is_file() for name in STYLES)


def test_orders_travel_as_lists(table: dict[str, Any]):
    orders = data_of(table)["orders"]
    assert orders["statuses"][:3] == ["ranked", "provisional", "below target"]
    assert orders["baselines"][0] == "float32"
