from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.live import follow
from harness.live.follow import Follower


def test_a_line_comes_once_and_when_the_whole_of_it_is_there(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"a":1}\n{"b"')
    follower = Follower(path)
    assert list(follower.lines()) == [b'{"a":1}']
    assert list(follower.lines()) == []
    with path.open("ab") as file:
        file.write(b":2}\n\n")
    assert list(follower.lines()) == [b'{"b":2}', b""]
    assert list(follower.lines()) == []


@given(st.lists(st.binary(max_size=30), max_size=8))
def test_however_it_is_written_the_lines_are_the_same(tmp_path_factory, pieces):
    path = tmp_path_factory.mktemp("journal") / "events.jsonl"
    path.touch()
    follower = Follower(path)
    seen: list[bytes | None] = []
    for piece in pieces:
        with path.open("ab") as file:
            file.write(piece)
        seen += follower.lines()
    assert seen == b"".join(pieces).split(b"\n")[:-1]


def test_a_line_without_end_is_passed_over_and_fills_no_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(follow, "LONGEST_LINE", 100)
    monkeypatch.setattr(follow, "_PIECE", 40)
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"a" * 100 + b"\n" + b"b" * 1000)
    follower = Follower(path)
    assert list(follower.lines()) == [b"a" * 100]
    assert len(follower._begun) <= 100
    with path.open("ab") as file:
        file.write(b"b\nc\n")
    assert list(follower.lines()) == [None, b"c"]


def test_a_file_that_is_not_there_yet(tmp_path):
    follower = Follower(tmp_path / "events.jsonl")
    with pytest.raises(FileNotFoundError):
        list(follower.lines())
    (tmp_path / "events.jsonl").write_bytes(b"a\n")
    assert list(follower.lines()) == [b"a"]
