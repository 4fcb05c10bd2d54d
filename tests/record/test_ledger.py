"""The ledger's chain: grows by whole lines, and any change to a line but the last is found by the next append."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import InvalidInput
from harness.record.ledger import GENESIS, Ledger


def test_each_line_holds_the_digest_of_the_line_before_it(tmp_path):
    ledger = Ledger(tmp_path / "ledger.jsonl")
    ledger.append("started", "a", plan="p")
    ledger.append("finished", "a", verdict="valid")
    lines = [line for _, line in ledger.lines()]
    assert [line["event"] for line in lines] == ["started", "finished"]
    assert lines[0]["previous"] == GENESIS
    assert lines[1]["previous"] != GENESIS


@given(st.data())
def test_a_changed_byte_is_found(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("ledger") / "ledger.jsonl"
    ledger = Ledger(path)
    for number in range(3):
        ledger.append("started", f"run {number}")
    raw = bytearray(path.read_bytes())
    protected = raw.rfind(b"\n", 0, len(raw) - 1)
    at = data.draw(st.integers(0, protected))
    raw[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(bytes(raw))
    with pytest.raises(InvalidInput, match=r"ledger\.jsonl:\d+: this line of the ledger"):
        ledger.append("started", "one more")


def test_a_line_taken_away_is_found(tmp_path):
    ledger = Ledger(tmp_path / "ledger.jsonl")
    for number in range(3):
        ledger.append("started", f"run {number}")
    lines = ledger.path.read_bytes().splitlines(keepends=True)
    ledger.path.write_bytes(lines[0] + lines[2])
    with pytest.raises(InvalidInput, match=r":2: .*digest of the line before it"):
        list(ledger.lines())


def test_no_ledger_is_an_empty_ledger(tmp_path):
    assert list(Ledger(tmp_path / "none").lines()) == []


def test_a_line_is_plain_json(tmp_path):
    ledger = Ledger(tmp_path / "ledger.jsonl")
    ledger.append("started", "a")
    assert json.loads(ledger.path.read_text())["run"] == "a"
