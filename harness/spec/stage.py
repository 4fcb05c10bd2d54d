"""What a submission's own Dockerfile stage may hold: instructions that build from what is there, none that fetches.

The build has no network, but an engine would still fetch some things itself (images named in FROM or COPY --from, what
ADD names), and some instructions would reach into the run (VOLUME gives a place to write to, HEALTHCHECK a second
program). So a list says what is allowed: https://docs.docker.com/reference/dockerfile/ describes each instruction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

BASE = "BASE"
"""The build argument that names the image with the submission's packages."""
ALLOWED = ("FROM", "ARG", "ENV", "WORKDIR", "RUN", "COPY", "LABEL", "USER", "SHELL")

_FROM = re.compile(r"FROM\s+(?P<image>\S+)(?:\s+AS\s+(?P<name>[a-z][a-z0-9_.-]*))?\s*", re.IGNORECASE)
_COPY_FROM = re.compile(r"--from=(\S+)")


def stage_problems(text: str) -> Iterator[tuple[int, str]]:
    """Line number (from 1) and a sentence for each fault of the Dockerfile ``text``; none for one that may be built."""
    if re.match(r"\s*#\s*(syntax|escape|check)\s*=", text, re.IGNORECASE):
        yield 1, "a parser directive has no place here; delete the line"
    stages: set[str] = set()
    begun = False
    for number, line in _instructions(text):
        word = line.split(maxsplit=1)[0].upper()
        if word not in ALLOWED:
            why = "use COPY" if word == "ADD" else "the harness sets what is run, and how"
            yield number, f"{word} is not allowed in a submission's own stage ({why}); allowed are {', '.join(ALLOWED)}"
        elif word == "FROM":
            begun = True
            yield from ((number, fault) for fault in _from_fault(line, stages))
        elif word == "ARG" and not begun and line.split()[1:] != [BASE]:
            yield number, f"before the first FROM only `ARG {BASE}` may stand: the harness fills it in"
        elif word == "COPY":
            for source in _COPY_FROM.findall(line):
                if source not in stages:
                    yield number, f"COPY --from={source} is no stage named above, and nothing is fetched"
    if not begun:
        yield 1, f"there is no stage; begin with `ARG {BASE}` and `FROM ${{{BASE}}}`"


def _from_fault(line: str, stages: set[str]) -> Iterator[str]:
    match = _FROM.fullmatch(line)
    if match is None:
        yield f"FROM takes ${{{BASE}}} or a stage named above, and a name in lower case"
        return
    image = match["image"]
    if image not in (f"${BASE}", f"${{{BASE}}}") and image not in stages:
        yield f"FROM {image} would have to be fetched; use ${{{BASE}}}, the image with the submission's packages"
    if match["name"] is not None:
        stages.add(match["name"])


def _instructions(text: str) -> Iterator[tuple[int, str]]:
    """Each instruction on one line, with the number of its first; comments and blank lines are left out, as they are
    between continued lines."""
    begun, held = 0, ""
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        begun = begun if held else number
        held += line.strip()
        if held.endswith("\\"):
            held = held[:-1] + " "
            continue
        yield begun, held
        held = ""
    if held.strip():
        yield begun, held.strip()
