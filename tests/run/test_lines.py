"""Lines from chunks: the split of the stream into chunks never matters, and no line is held without bound."""

from hypothesis import given
from hypothesis import strategies as st

from harness.protocol import EVENT_PREFIX, MAX_EVENT_BYTES
from harness.run.lines import MAX_LOG_LINE, Assembler


@given(st.lists(st.binary(max_size=40)))
def test_any_split_into_chunks_gives_the_same_lines(chunks):
    whole = b"".join(chunks)
    assembler = Assembler()
    lines = [line.data for chunk in chunks for line in assembler.feed(chunk, 1.0)]
    lines += [line.data for line in assembler.end(2.0)]
    expected = whole.split(b"\n")
    if expected[-1] == b"":
        expected.pop()
    assert lines == expected


def test_the_stamp_is_that_of_the_chunk_that_ended_the_line():
    assembler = Assembler()
    assert list(assembler.feed(b"half", 1.0)) == []
    (line,) = assembler.feed(b" and half\n", 2.0)
    assert (line.data, line.at) == (b"half and half", 2.0)


def test_a_log_line_without_end_is_cut():
    assembler = Assembler()
    for _ in range(100):
        assert list(assembler.feed(b"x" * 100_000, 1.0)) == []
    (line,) = assembler.feed(b"\n", 2.0)
    assert line.cut
    assert len(line.data) == MAX_LOG_LINE
    (following,) = assembler.feed(b"next\n", 3.0)
    assert following.data == b"next"
    assert not following.cut


def test_an_event_line_may_be_long_but_not_without_end():
    assembler = Assembler()
    long = EVENT_PREFIX.encode() + b"x" * (MAX_LOG_LINE * 2)
    (line,) = assembler.feed(long + b"\n", 1.0)
    assert line.data == long
    (line,) = assembler.feed(EVENT_PREFIX.encode() + b"x" * (MAX_EVENT_BYTES * 2) + b"\n", 1.0)
    assert line.cut
    assert len(line.data) == MAX_EVENT_BYTES


def test_newlines_alone_are_empty_lines():
    lines = list(Assembler().feed(b"\n" * 65536, 1.0))
    assert len(lines) == 65536 and {line.data for line in lines} == {b""}
