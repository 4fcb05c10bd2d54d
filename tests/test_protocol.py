"""The line protocol: what one side writes the other reads, and nothing malformed gets through."""

import base64
import contextlib
import json
import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness import protocol
from harness.protocol import (
    EVENT_PREFIX,
    MAX_EVENT_BYTES,
    ProtocolError,
    decode_predictions,
    encode_predictions,
    format_command,
    format_event,
    parse_command,
    parse_event,
)

keys = st.text(min_size=1).filter(lambda key: key not in ("event", "seq", "clock", "command"))
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
fields = st.dictionaries(keys, values, max_size=4)


@given(st.sampled_from(protocol.EVENTS), st.integers(0, 2**53 - 1), st.floats(0, 1e9), fields)
def test_an_event_comes_back_as_it_was_sent(name, seq, clock, content):
    line = format_event(name, seq, clock, content)
    assert line.count(b"\n") == 1
    event = parse_event(line)
    assert (event.name, event.seq, event.clock, dict(event.fields)) == (name, seq, clock, content)


@given(st.sampled_from(protocol.COMMANDS), fields)
def test_a_command_comes_back_as_it_was_sent(name, content):
    line = format_command(name, content)
    assert line.count(b"\n") == 1
    assert parse_command(line) == (name, content)


@given(st.lists(st.floats(0, 1, width=32), max_size=50))
def test_predictions_come_back_bit_for_bit(probabilities):
    assert decode_predictions(encode_predictions(probabilities), len(probabilities)) == tuple(probabilities)


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_but_a_protocol_error(data):
    for line in (data, EVENT_PREFIX.encode() + data):
        with contextlib.suppress(ProtocolError):
            parse_event(line)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"plain log", "prefix"),
        (EVENT_PREFIX.encode() + b"\xff", "UTF-8"),
        (EVENT_PREFIX.encode() + b"{", "not valid JSON"),
        (EVENT_PREFIX.encode() + b"[1]", "not a JSON object"),
        (EVENT_PREFIX.encode() + b"[" * 100_000, "not valid JSON"),
        (EVENT_PREFIX.encode() + b'{"event":"hello","event":"done","seq":0,"clock":0}', "twice"),
        (EVENT_PREFIX.encode() + b'{"event":"hello","seq":0,"clock":NaN}', "finite"),
        (EVENT_PREFIX.encode() + b'{"event":"hello","seq":0,"clock":1e999}', "finite"),
        (EVENT_PREFIX.encode() + b'{"event":"hello","seq":0,"clock":1' + b"0" * 400 + b"}", "finite"),
        (EVENT_PREFIX.encode() + b'{"event":"hello","seq":1' + b"0" * 5000 + b',"clock":0}', "finite"),
        (EVENT_PREFIX.encode() + b'{"event":"hello","seq":9007199254740992,"clock":0}', "seq"),
        (EVENT_PREFIX.encode() + b'{"event":"epoch","seq":0,"clock":0,"loss":-1e999}', "finite"),
        (EVENT_PREFIX.encode() + b'{"event":"hello","seq":0,"clock":0,"x":' + b"[" * 16 + b"]" * 16 + b"}", "deep"),
        (EVENT_PREFIX.encode() + b'{"event":"hello","seq":0,"clock":0,"x":"\\ud800"}', "surrogate"),
        (EVENT_PREFIX.encode() + b'{"event":"hello","seq":0,"clock":0,"x":[{"\\udfff":0}]}', "surrogate"),
        (EVENT_PREFIX.encode() + b'{"event":"hello","seq":true,"clock":0}', "seq"),
        (EVENT_PREFIX.encode() + b'{"event":"hello","seq":-1,"clock":0}', "seq"),
        (EVENT_PREFIX.encode() + b'{"event":"hello","seq":1.5,"clock":0}', "seq"),
        (EVENT_PREFIX.encode() + b'{"event":["hello"],"seq":0,"clock":0}', "known name"),
        (EVENT_PREFIX.encode() + b'{"event":"win","seq":0,"clock":0}', "known name"),
        (EVENT_PREFIX.encode() + b" " * MAX_EVENT_BYTES, "longer"),
    ],
)
def test_malformed_events_are_refused_with_the_reason(line, message):
    with pytest.raises(ProtocolError, match=message):
        parse_event(line)


def test_an_event_that_could_not_be_read_is_not_written():
    with pytest.raises(ProtocolError, match="finite"):
        format_event("epoch", 0, 0.0, {"loss": math.nan})
    with pytest.raises(ProtocolError, match="longer"):
        format_event("epoch", 0, 0.0, {"predictions": "A" * MAX_EVENT_BYTES})


@pytest.mark.parametrize(
    ("text", "count", "message"),
    [
        (None, 1, "string"),
        ("***", 1, "base64"),
        ("AAAAAAA", 1, "base64"),
        (base64.b64encode(struct.pack("<f", 0.5)).decode(), 2, "2 predictions expected"),
        (base64.b64encode(struct.pack("<f", math.nan)).decode(), 1, "finite"),
        (base64.b64encode(struct.pack("<f", math.inf)).decode(), 1, "finite"),
        (base64.b64encode(struct.pack("<f", 1.5)).decode(), 1, "outside"),
        (base64.b64encode(struct.pack("<f", -0.5)).decode(), 1, "outside"),
        ("ä", 1, "base64"),
    ],
)
def test_bad_predictions_are_refused_with_the_reason(text, count, message):
    with pytest.raises(ProtocolError, match=message):
        decode_predictions(text, count)


def test_an_event_is_one_line_of_compact_json():
    line = format_event("hello", 0, 1.5, {"text": "a\nb"})
    assert line.startswith(EVENT_PREFIX.encode())
    assert b"\n" not in line[:-1]
    assert json.loads(line[len(EVENT_PREFIX) :])["text"] == "a\nb"
