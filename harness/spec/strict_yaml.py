"""YAML, the safe part: one mapping of plain values, and where each stands.

No tags, anchors, aliases, repeated keys, further documents or deep nesting. The parser's events are read one by one, so
that nothing of what is refused is ever built.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from harness.spec.document import MAX_DEPTH, Document, Place
from harness.spec.problem import KeyPath, Problem, dotted
from harness.spec.scalars import RefusedScalarError, resolve_plain
from harness.spec.source import MAX_BYTES, read_source, refused_characters

MAX_NODES = 10_000
"""Values of one file. Ours have about 200."""

_IN_PLAIN_WORDS = (
    ("found character '\\t'", "a tab can't indent YAML or begin a value; use spaces"),
    (
        "mapping values are not allowed here",
        "a ':' can't stand here; mend the indentation, or put text that holds ': ' in quotes",
    ),
    ("could not find expected ':'", "a key must be followed by ':' and a space on the same line"),
    ("that cannot start any token", "a value can't begin with this character; put it in quotes"),
    ("found unexpected end of stream", "the quotes that open here are never closed"),
    ("expected ',' or ']'", "the '[' that opens here is never closed, or a comma is missing"),
    ("expected ',' or '}'", "the '{' that opens here is never closed, or a comma is missing"),
    ("expected <block end>", "this line does not fit the indentation of those above, or a quote ends too early"),
    ("expected the node content", "a value is missing here"),
    ("found unknown escape character", "a backslash in double quotes begins an escape; double it or use single quotes"),
)
_AT_CONTEXT = ("found unexpected end of stream", "expected ',' or", "could not find expected ':'")
"""Complaints that are better shown where the thing began than where the parser gave up."""


class _GivenUpError(Exception):
    """Raised with the problem after which reading on makes no sense."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def read_yaml(path: Path, *, limit: int = MAX_BYTES) -> Document:
    """Read the file at ``path``. Never raises for what it holds: look at the document's problems."""
    source = read_source(path, limit=limit)
    if source.text is None:
        return Document(source.file, None, problems=source.problems)
    return parse_yaml(source.text, source.file, source.problems)


def parse_yaml(text: str, file: str, problems: tuple[Problem, ...] = ()) -> Document:
    """Read ``text``, which stands in ``file``; ``problems`` are those found before."""
    reader = _Reader(text, file)
    try:
        data = reader.document()
    except _GivenUpError as end:
        return Document(file, None, problems=(*problems, *reader.problems, end.problem))
    return Document(file, data, reader.keys, reader.values, frozenset(reader.unreadable), (*problems, *reader.problems))


class _Reader:
    """Builds plain values from the parser's events and notes their places."""

    def __init__(self, text: str, file: str) -> None:
        self._file = file
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=yaml.SafeLoader)
        self._count = 0
        self.keys: dict[KeyPath, Place] = {}
        self.values: dict[KeyPath, Place] = {}
        self.unreadable: set[KeyPath] = set()
        self.problems: list[Problem] = []

    def document(self) -> dict[str, Any]:
        """The one mapping of the file."""
        self._next()  # the start of the stream
        if isinstance(self._next(), yaml.StreamEndEvent):
            raise _GivenUpError(Problem(self._file, None, None, "", "is empty", "a mapping of keys to values"))
        first = self._next()
        if not isinstance(first, yaml.MappingStartEvent):
            what = {yaml.SequenceStartEvent: "a list", yaml.AliasEvent: "an alias"}.get(type(first), "a single value")
            message = f"the file holds {what}; expected a mapping of keys to values, such as 'name: my_model'"
            raise _GivenUpError(self._problem(first, (), message, "a mapping of keys to values"))
        data = self._node(first, ())
        self._next()  # the end of the document
        after = self._next()
        if not isinstance(after, yaml.StreamEndEvent):
            raise _GivenUpError(
                self._problem(after, (), "a second document begins here; a file holds one", "one document")
            )
        assert isinstance(data, dict)
        return data

    def _next(self) -> yaml.Event:
        try:
            return next(self._events)
        except yaml.MarkedYAMLError as error:
            raise _GivenUpError(self._syntax(error)) from error
        except yaml.reader.ReaderError as error:
            # Only for text that did not come through `read_source`, which refuses these characters itself.
            message = f"the character U+{error.character:04X} is not allowed in YAML"
            raise _GivenUpError(Problem(self._file, None, None, "", message)) from error
        except (ValueError, OverflowError) as error:  # PyYAML lets these through for "\U00110000" and `%YAML 9…9.0`
            message = "an escape or a version number in the file is out of range"
            raise _GivenUpError(Problem(self._file, None, None, "", message)) from error

    def _node(self, event: yaml.Event, path: KeyPath) -> Any:
        self._bound(event, len(path))
        self.values[path] = _place(event)
        if isinstance(event, yaml.AliasEvent):
            self.unreadable.add(path)
            self._note(event, path, f"aliases (*{_short(event.anchor or '')}) are not allowed; write the value out")
            return None
        self._refuse_decoration(event, path)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, path)
        return self._mapping(path) if isinstance(event, yaml.MappingStartEvent) else self._sequence(path)

    def _bound(self, event: yaml.Event, depth: int) -> None:
        self._count += 1
        if self._count > MAX_NODES:
            raise _GivenUpError(self._problem(event, (), f"the file holds more than {MAX_NODES} values"))
        if depth > MAX_DEPTH:
            raise _GivenUpError(self._problem(event, (), f"nested more than {MAX_DEPTH} levels deep"))

    def _refuse_decoration(self, event: yaml.Event, path: KeyPath) -> None:
        if (anchor := getattr(event, "anchor", None)) is not None:
            self._note(event, path, f"anchors (&{_short(anchor)}) are not allowed; delete it")
        if getattr(event, "tag", None) is not None:
            self._note(event, path, "tags (!…) are not allowed; write the plain value")

    def _scalar(self, event: yaml.ScalarEvent, path: KeyPath) -> Any:
        try:
            value = resolve_plain(event.value) if event.style is None else event.value
        except RefusedScalarError as error:
            self.unreadable.add(path)
            self._note(event, path, str(error))
            return None
        if isinstance(value, str) and (refused := refused_characters(value)):
            self.unreadable.add(path)
            self._note(event, path, f"holds {refused[0][1]}, which is not allowed")
        return value

    def _sequence(self, path: KeyPath) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            items.append(self._node(event, (*path, len(items))))
        return items

    def _mapping(self, path: KeyPath) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._key(event, path)
            if key is None:
                self._skip(self._next(), len(path) + 1)
            elif key in mapping:
                first = self.keys[(*path, key)].line
                self._note(event, (*path, key), f"this key stands here a second time; the first is on line {first}")
                self._skip(self._next(), len(path) + 1)
            else:
                self.keys[(*path, key)] = _place(event)
                mapping[key] = self._node(self._next(), (*path, key))
        return mapping

    def _key(self, event: yaml.Event, path: KeyPath) -> str | None:
        """The key, or None (after a note) for one that is not a word."""
        if not isinstance(event, yaml.ScalarEvent):
            self._note(event, path, "a list, a mapping or an alias can't be a key; a key is a word")
            self._skip(event, len(path) + 1)
            return None
        self._refuse_decoration(event, path)
        known = len(self.problems)
        value = self._scalar(event, path)
        self.unreadable.discard(path)  # the key is not known, the mapping is
        if len(self.problems) > known or isinstance(value, str):
            return value if isinstance(value, str) else None
        self._note(event, path, f"the key {event.value!r} is not text; put it in quotes if it is meant")
        return None

    def _skip(self, event: yaml.Event, depth: int) -> None:
        """Read past one node."""
        inner = 0
        while True:
            if isinstance(event, yaml.CollectionStartEvent):
                inner += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                inner -= 1
            self._bound(event, depth + inner)
            if inner == 0:
                return
            event = self._next()

    def _note(self, event: yaml.Event, path: KeyPath, message: str) -> None:
        self.problems.append(self._problem(event, path, message))

    def _problem(self, event: yaml.Event, path: KeyPath, message: str, expected: str | None = None) -> Problem:
        return Problem(self._file, *_place(event), dotted(path), message, expected)

    def _syntax(self, error: yaml.MarkedYAMLError) -> Problem:
        said = error.problem or "this is not YAML"
        message = next((ours for theirs, ours in _IN_PLAIN_WORDS if theirs in said), f"this is not YAML: {said}")
        mark = error.problem_mark
        if error.context_mark is not None and (mark is None or said.startswith(_AT_CONTEXT)):
            mark = error.context_mark
        line, column = (None, None) if mark is None else (mark.line + 1, mark.column + 1)
        return Problem(self._file, line, column, "", message, "YAML")


def _place(event: yaml.Event) -> Place:
    mark = event.start_mark
    assert mark is not None  # the parser sets it for every event
    return Place(mark.line + 1, mark.column + 1)


def _short(name: str) -> str:
    return name if len(name) <= 24 else name[:24] + "…"
