from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.runtime.multiplex import Demultiplexer

FRAMES = st.lists(st.tuples(st.sampled_from(["stdout", "stderr"]), st.binary(max_size=40)), max_size=12)


def encode(frames: list[tuple[str, bytes]]) -> bytes:
    kinds = {"stdout": 1, "stderr": 2}
    return b"".join(bytes([kinds[stream], 0, 0, 0]) + len(data).to_bytes(4, "big") + data for stream, data in frames)


def joined(pieces: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    result: list[tuple[str, bytes]] = []
    for stream, data in pieces:
        if not data:
            continue
        if result and result[-1][0] == stream:
            result[-1] = (stream, result[-1][1] + data)
        else:
            result.append((stream, data))
    return result


@given(FRAMES, st.lists(st.integers(min_value=1, max_value=20), max_size=60))
def test_the_payload_is_the_same_however_the_bytes_are_cut(frames: list[tuple[str, bytes]], cuts: list[int]) -> None:
    wire = encode(frames)
    demultiplexer = Demultiplexer()
    pieces: list[tuple[str, bytes]] = []
    for size in cuts:
        pieces += demultiplexer.feed(wire[:size])
        wire = wire[size:]
    pieces += demultiplexer.feed(wire)
    assert joined(pieces) == joined(frames)


def test_a_frame_is_given_out_before_it_is_complete() -> None:
    demultiplexer = Demultiplexer()
    assert demultiplexer.feed(encode([("stdout", b"abcdef")])[:11]) == [("stdout", b"abc")]


@pytest.mark.parametrize("wire", [b"\x07\0\0\0\0\0\0\x01x", b"\x01\0\x01\0\0\0\0\x01x"])
def test_bytes_that_are_no_frame_are_refused(wire: bytes) -> None:
    with pytest.raises(ValueError, match="not a frame"):
        Demultiplexer().feed(wire)
