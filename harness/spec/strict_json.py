"""JSON as RFC 8259 has it, without repeated keys, and where in the file each part of it stands.

The standard library reads JSON but forgets the places; a record that breaks its schema is to be shown with its line.
"""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

from harness.spec.document import MAX_DEPTH, Document, Place
from harness.spec.problem import KeyPath, Problem
from harness.spec.source import line_and_column, read_source

MAX_BYTES = 16 * 1024 * 1024
"""Largest JSON file. A record has some 100 KiB."""

_SPACE = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"(-?(?:0|[1-9][0-9]*))(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_MOST_DIGITS = 300
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_DECODER = json.JSONDecoder()


class _BrokenError(ValueError):
    """Where and why the text is no JSON that we take."""

    def __init__(self, offset: int, message: str) -> None:
        super().__init__(message)
        self.offset = offset


def read_json(path: Path) -> Document:
    """Read the file at ``path``. Never raises for what it holds: look at the document's problems."""
    source = read_source(path, limit=MAX_BYTES)
    if source.text is None:
        return Document(source.file, None, problems=source.problems)
    reader = _Reader(source.text)
    try:
        data = reader.document()
    except _BrokenError as error:
        place = line_and_column(source.text, error.offset)
        return Document(
            source.file, None, problems=(*source.problems, Problem(source.file, *place, "", str(error), "JSON"))
        )
    return Document(source.file, data, *_places(source.text, reader), problems=source.problems)


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self.keys: dict[KeyPath, int] = {}
        self.values: dict[KeyPath, int] = {}

    def document(self) -> dict[str, Any]:
        start = self._space(0)
        if not self._text.startswith("{", start):
            raise _BrokenError(start, "the file does not hold a JSON object")
        data, end = self._object(start, ())
        end = self._space(end)
        if end != len(self._text):
            raise _BrokenError(end, "something stands after the JSON object")
        return data

    def _value(self, at: int, path: KeyPath) -> tuple[Any, int]:
        self.values[path] = at
        if len(path) > MAX_DEPTH:
            raise _BrokenError(at, f"nested more than {MAX_DEPTH} levels deep")
        match self._text[at : at + 1]:
            case "{":
                return self._object(at, path)
            case "[":
                return self._array(at, path)
            case '"':
                return self._string(at)
        for word, value in _WORDS.items():
            if self._text.startswith(word, at):
                return value, at + len(word)
        return self._number(at)

    def _object(self, at: int, path: KeyPath) -> tuple[dict[str, Any], int]:
        self.values[path] = at
        found: dict[str, Any] = {}
        at = self._space(at + 1)
        if self._text.startswith("}", at):
            return found, at + 1
        while True:
            start = at
            if not self._text.startswith('"', at):
                raise _BrokenError(at, 'a key in double quotes is missing here (JSON takes no "," before a "}")')
            key, at = self._string(at)
            if key in found:
                raise _BrokenError(start, f"the key {key!r} stands here a second time")
            at = self._expect(":", self._space(at))
            self.keys[(*path, key)] = start
            found[key], at = self._value(self._space(at), (*path, key))
            at = self._space(at)
            if self._text.startswith("}", at):
                return found, at + 1
            at = self._space(self._expect(",", at))

    def _array(self, at: int, path: KeyPath) -> tuple[list[Any], int]:
        found: list[Any] = []
        at = self._space(at + 1)
        if self._text.startswith("]", at):
            return found, at + 1
        while True:
            item, at = self._value(at, (*path, len(found)))
            found.append(item)
            at = self._space(at)
            if self._text.startswith("]", at):
                return found, at + 1
            at = self._space(self._expect(",", at))

    def _string(self, at: int) -> tuple[str, int]:
        try:
            text, end = _DECODER.raw_decode(self._text, at)
        except json.JSONDecodeError as error:
            raise _BrokenError(at, "the text that begins here is not a JSON string") from error
        assert isinstance(text, str)  # it begins with a double quote
        return text, end

    def _number(self, at: int) -> tuple[int | float, int]:
        found = _NUMBER.match(self._text, at)
        if found is None:
            raise _BrokenError(at, "a JSON value is missing here (NaN and Infinity are none)")
        whole, fraction, exponent = found.groups()
        if len(found.group()) > _MOST_DIGITS:
            raise _BrokenError(at, "this number has too many digits")
        if fraction is None and exponent is None:
            return int(whole), found.end()
        value = float(found.group())
        if not math.isfinite(value):
            raise _BrokenError(at, "this number is too large")
        return value, found.end()

    def _expect(self, char: str, at: int) -> int:
        if not self._text.startswith(char, at):
            raise _BrokenError(at, f"a {char!r} is missing here")
        return at + 1

    def _space(self, at: int) -> int:
        found = _SPACE.match(self._text, at)
        assert found is not None  # it matches nothing, too
        return found.end()


def _places(text: str, reader: _Reader) -> tuple[dict[KeyPath, Place], dict[KeyPath, Place]]:
    """Lines and columns of all offsets, in one pass over the text."""
    offsets = sorted({*reader.keys.values(), *reader.values.values()})
    places: dict[int, Place] = {}
    line, begin, at = 1, 0, 0
    for offset in offsets:
        line += text.count("\n", at, offset)
        begin = max(begin, text.rfind("\n", at, offset) + 1)
        places[offset] = Place(line, offset - begin + 1)
        at = offset
    return (
        {path: places[offset] for path, offset in reader.keys.items()},
        {path: places[offset] for path, offset in reader.values.items()},
    )
