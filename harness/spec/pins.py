"""Packages pinned by version and digest: the lines of a requirements file that can be installed without trust."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_PIN = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)==(?P<version>[^\s;]+)(\s*;.*?)?(?P<hashes>(\s+--hash=\S+)+)")
_SHA256 = "--hash=sha256:"


@dataclass(frozen=True)
class Pin:
    """One package. ``hashes`` are the SHA-256 digests (hex) of the files that may be installed for it."""

    name: str
    version: str
    hashes: frozenset[str]


def parse_pin(line: str) -> Pin | None:
    """The pin on a logical line; None where it is not ``name==version`` with SHA-256 digests."""
    match = _PIN.fullmatch(line)
    hashes = match["hashes"].split() if match else []
    if match is None or not all(item.startswith(_SHA256) for item in hashes):
        return None
    return Pin(match["name"], match["version"], frozenset(item.removeprefix(_SHA256) for item in hashes))


def logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines joined where a backslash continues them, each with the number of its first; comments and blank lines left
    out."""
    begun, held = 0, ""
    for number, line in enumerate(text.splitlines(), start=1):
        begun = begun if held else number
        held += line.strip()
        if held.endswith("\\"):
            held = held[:-1].rstrip() + " "
            continue
        if held.strip() and not held.lstrip().startswith("#"):
            yield begun, held.strip()
        held = ""
    if held.strip():
        yield begun, held.strip()
