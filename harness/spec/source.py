"""From a path to clean text: the checks that come before any parsing."""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from harness.spec.problem import Problem, printable, shown_path

MAX_BYTES = 1024 * 1024
"""Largest specification file. Ours have a few KiB; a larger file is refused without being read."""

_MAX_LISTED = 10
_SUSPECT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\U0010ffff]")
_REFUSED_CATEGORIES = {"Cc": "control", "Cf": "invisible", "Co": "private-use", "Cs": "surrogate"}
_LINE_BREAK = re.compile("\r\n|\r|\n")
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Source:
    """``text`` is None where the file could not be read. Refused characters in it stand replaced by U+FFFD."""

    file: str
    text: str | None
    problems: tuple[Problem, ...] = ()


def read_source(path: Path, *, limit: int = MAX_BYTES) -> Source:
    """Read a regular file of at most ``limit`` bytes of UTF-8 text. Never raises for what the file is or holds."""
    file = shown_path(path)
    try:
        raw = _read_bytes(path, limit)
    except OSError as error:
        return _refused(file, f"can't be read: {(error.strerror or str(error)).lower()}")
    if isinstance(raw, str):
        return _refused(file, raw)
    return _decode(file, raw)


def refused_characters(text: str) -> list[tuple[int, str]]:
    """Offset and description of each character that has no place in text for people to read.

    Control characters can drive a terminal; bidirectional overrides and other invisible ones can make a line read
    otherwise than it is (Boucher and Anderson, arXiv 2111.00169). Tab, line feed and carriage return are fine.
    """
    found = []
    for match in _SUSPECT.finditer(text):
        char = match.group()
        category = unicodedata.category(char)
        if char in "\u2028\u2029":
            found.append((match.start(), f"a line break that editors don't show ({_named(char)})"))
        elif kind := "meaningless" if _is_noncharacter(char) else _REFUSED_CATEGORIES.get(category):
            found.append((match.start(), f"{'an' if kind[0] == 'i' else 'a'} {kind} character ({_named(char)})"))
    return found


def _is_noncharacter(char: str) -> bool:
    """Code points that never stand for anything (Unicode, section 23.7)."""
    return ord(char) & 0xFFFE == 0xFFFE or "\ufdd0" <= char <= "\ufdef"


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Line and column, both from 1, of a character offset."""
    breaks = list(_LINE_BREAK.finditer(text, 0, offset))
    return len(breaks) + 1, offset - (breaks[-1].end() if breaks else 0) + 1


def _read_bytes(path: Path, limit: int) -> bytes | str:
    """The file's bytes, or the sentence that says why they are not wanted."""
    if path.is_symlink():
        if not path.exists():
            return "is a link that leads nowhere; delete it"
        if not path.resolve().is_relative_to(path.parent.resolve()):
            return "is a link that leads out of its folder; put the file itself there"
    # Without O_NONBLOCK the open of a named pipe would wait for a writer for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return "is not a regular file"
        if status.st_size > limit:
            return _too_large(status.st_size, limit)
        raw = file.read(limit + 1)
    return _too_large(len(raw), limit) if len(raw) > limit else raw


def _too_large(size: int, limit: int) -> str:
    return f"is {size / 1024**2:.1f} MiB large and was not read; at most {limit / 1024**2:.0f} MiB is allowed"


def _decode(file: str, raw: bytes) -> Source:
    if raw.startswith(_WIDE_MARKS):
        return _refused(file, "is UTF-16 text; save it as UTF-8")
    if b"\x00" in raw:
        return _refused(file, f"is not text: byte {raw.index(0)} is zero")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        offset = error.start + (len(raw) - len(error.object))
        line = raw.count(b"\n", 0, offset) + 1
        message = f"byte {offset} of the file (0x{raw[offset]:02x}) is not UTF-8; save the file as UTF-8"
        return Source(file, None, (Problem(file, line, None, "", message, "UTF-8 text"),))
    refused = refused_characters(text)
    problems = []
    for offset, what in refused[:_MAX_LISTED]:
        problems.append(Problem(file, *line_and_column(text, offset), "", f"{what} is not allowed; delete it"))
    if len(refused) > _MAX_LISTED:
        more = len(refused) - _MAX_LISTED
        problems.append(Problem(file, None, None, "", f"{more} more characters that are not allowed"))
    clean = list(text)
    for offset, _ in refused:
        clean[offset] = "\ufffd"
    return Source(file, "".join(clean), tuple(problems))


def _refused(file: str, message: str) -> Source:
    return Source(file, None, (Problem(file, None, None, "", message),))


def _named(char: str) -> str:
    name = unicodedata.name(char, "")
    return printable(f"U+{ord(char):04X} {name}".rstrip())
