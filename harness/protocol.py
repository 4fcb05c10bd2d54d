"""The line protocol between harness and workload: the one module that both sides share (standard library only).

The workload's standard output carries *events*, its standard input *commands*; there is no other channel and no output
mount. An event is a line ``:::HARNESS {compact JSON}``; any other line is log. A command is one JSON object a line.
`rules/PROTOCOL.md` is the text for people who write a workload; `schemas/event.schema.json` describes each event.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

VERSION = 1
EVENT_PREFIX = ":::HARNESS "
MAX_EVENT_BYTES = 4 * 1024 * 1024
"""Longest event line, prefix and newline included (DESIGN: 4 MiB, about 780,000 predictions)."""

MAX_PROGRESS_PER_S = 2
"""Progress events in a second, on average."""
MAX_INTEGER = 2**53 - 1
"""The largest whole number that every reader of JSON takes exactly."""
MAX_DEPTH = 16
"""How deep arrays and objects may lie in each other; no event needs more than 5."""

HELLO, READY, EPOCH, TRAINED, PREDICTED, RENEWED, FITTED, INFERRED, DONE = (
    "hello",
    "ready",
    "epoch",
    "trained",
    "predicted",
    "renewed",
    "fitted",
    "inferred",
    "done",
)
PROGRESS = "progress"
"""Said at any time after the plan, at most twice a second, for the live bars only; never used for a result."""
FAILED = "failed"
"""Said at any time: the workload knows that it cannot go on, and says why."""
EVENTS = (HELLO, READY, EPOCH, TRAINED, PREDICTED, RENEWED, FITTED, INFERRED, DONE, PROGRESS, FAILED)

PLAN, GO, SCORED, STOP, PREDICT, RENEW, FIT, INFER, FINISH = (
    "plan",
    "go",
    "scored",
    "stop",
    "predict",
    "renew",
    "fit",
    "infer",
    "finish",
)
COMMANDS = (PLAN, GO, SCORED, STOP, PREDICT, RENEW, FIT, INFER, FINISH)

FAILURE_KINDS = ("refused", "out_of_memory", "diverged", "protocol", "error")
"""What a `failed` event may give as its kind."""


class ProtocolError(ValueError):
    """A line that breaks the protocol. The text says what was wrong, in one sentence, without the line's content."""


@dataclass(frozen=True)
class Event:
    """One event as it came from the workload.

    ``name`` is one of `EVENTS`; ``seq`` counts from 0 without a gap; ``clock`` is the workload's own monotonic time in
    seconds (shown, never used for a result); ``fields`` holds everything else.
    """

    name: str
    seq: int
    clock: float
    fields: Mapping[str, Any]


def _reject_constant(text: str) -> float:
    raise ProtocolError(f"JSON has no {text}: a number must be finite")


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        raise ProtocolError("a key appears twice in one JSON object")
    return dict(pairs)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ProtocolError("a number is too large to be finite")
    return value


def _whole(text: str) -> int:
    _finite(text)
    return int(text)


def _check_values(value: object, levels: int) -> None:
    """Raises `ProtocolError` for what lies deeper than so many levels, and for half of a surrogate pair, which JSON can
    write and UTF-8 can't."""
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
            raise ProtocolError("a text holds half of a surrogate pair")
        return
    if not isinstance(value, dict | list):
        return
    if levels == 0:
        raise ProtocolError(f"arrays and objects lie more than {MAX_DEPTH} deep in each other")
    if isinstance(value, dict):
        for key in value:
            _check_values(key, levels)
    for inner in value.values() if isinstance(value, dict) else value:
        _check_values(inner, levels - 1)


def _load_object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(
            text,
            parse_constant=_reject_constant,
            parse_float=_finite,
            parse_int=_whole,
            object_pairs_hook=_no_repeats,
        )
    except ProtocolError:
        raise
    except (ValueError, RecursionError) as error:
        raise ProtocolError("the line is not valid JSON") from error
    if not isinstance(value, dict):
        raise ProtocolError("the line is not a JSON object")
    _check_values(value, MAX_DEPTH)
    return value


def _is_number(value: object) -> bool:
    """True for a finite JSON number. An integer too large for a float counts as not finite."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def is_event_line(line: bytes) -> bool:
    """True where ``line`` claims to be an event, well-formed or not."""
    return line.startswith(EVENT_PREFIX.encode())


def parse_event(line: bytes) -> Event:
    """Read one event line (prefix included, newline optional).

    Raises `ProtocolError` for a line that is too long, is not UTF-8, is not JSON, has a repeated key, or lacks a known
    ``event``, a whole ``seq`` or a finite ``clock``. What each event must hold besides is the schema's business.
    """
    if len(line) > MAX_EVENT_BYTES:
        raise ProtocolError(f"the event is longer than {MAX_EVENT_BYTES} bytes")
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ProtocolError("the event is not UTF-8") from error
    if not text.startswith(EVENT_PREFIX):
        raise ProtocolError("the line does not start with the event prefix")
    fields = _load_object(text[len(EVENT_PREFIX) :])
    name, seq, clock = fields.pop("event", None), fields.pop("seq", None), fields.pop("clock", None)
    if name not in EVENTS:
        raise ProtocolError("the event has no known name")
    if isinstance(seq, bool) or not isinstance(seq, int) or not 0 <= seq <= MAX_INTEGER:
        raise ProtocolError(f"{name}: seq must be a whole number from 0 to {MAX_INTEGER}")
    if not _is_number(clock):
        raise ProtocolError(f"{name}: clock must be a finite number of seconds")
    return Event(name=name, seq=seq, clock=float(clock), fields=fields)


def format_event(name: str, seq: int, clock: float, fields: Mapping[str, Any]) -> bytes:
    """One event line with its newline. Raises `ProtocolError` if it would be too long or holds a non-finite number."""
    if name not in EVENTS:
        raise ProtocolError(f"{name!r} is not an event")
    try:
        body = json.dumps(
            {"event": name, "seq": seq, "clock": clock, **fields},
            separators=(",", ":"),
            allow_nan=False,
            sort_keys=False,
        )
    except ValueError as error:
        raise ProtocolError(f"{name}: a number is not finite") from error
    line = f"{EVENT_PREFIX}{body}\n".encode()
    if len(line) > MAX_EVENT_BYTES:
        raise ProtocolError(f"{name}: the event is longer than {MAX_EVENT_BYTES} bytes")
    return line


def format_command(name: str, fields: Mapping[str, Any] | None = None) -> bytes:
    """One command line with its newline, for the workload's standard input."""
    if name not in COMMANDS:
        raise ProtocolError(f"{name!r} is not a command")
    body = {"command": name, **(fields or {})}
    return (json.dumps(body, separators=(",", ":"), allow_nan=False) + "\n").encode()


def parse_command(line: bytes) -> tuple[str, dict[str, Any]]:
    """Read one command line: its name and its other fields. Raises `ProtocolError`."""
    try:
        fields = _load_object(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ProtocolError("the command is not UTF-8") from error
    name = fields.pop("command", None)
    if name not in COMMANDS:
        raise ProtocolError("the command has no known name")
    return name, fields


def encode_predictions(probabilities: Sequence[float]) -> str:
    """Base64 of little-endian float32 values, in the order of the cases."""
    return base64.b64encode(struct.pack(f"<{len(probabilities)}f", *probabilities)).decode("ascii")


def decode_predictions(text: object, count: int) -> tuple[float, ...]:
    """The probabilities in ``text``: exactly ``count`` finite values in [0, 1]. Raises `ProtocolError` otherwise."""
    if not isinstance(text, str):
        raise ProtocolError("predictions must be a base64 string")
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ProtocolError("predictions are not valid base64") from error
    if len(raw) != 4 * count:
        raise ProtocolError(f"{count} predictions expected ({4 * count} bytes), {len(raw)} bytes came")
    values = struct.unpack(f"<{count}f", raw)
    if not all(math.isfinite(value) for value in values):
        raise ProtocolError("a prediction is not a finite number")
    if not all(0.0 <= value <= 1.0 for value in values):
        raise ProtocolError("a prediction lies outside [0, 1]")
    return values
