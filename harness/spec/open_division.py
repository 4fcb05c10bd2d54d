"""What the rules ask of an open submission's folder: its program, readable, and every learnt number declared.

Nobody can prove from outside what a program does, so a reviewer has to be able to read it: whatever is not text is
declared with its digest and where it comes from.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.spec.folder import SUBMISSION_FILE
from harness.spec.model import Ruleset
from harness.spec.pins import logical_lines, parse_pin
from harness.spec.problem import Problem, shown_path
from harness.spec.stage import stage_problems

WORKLOAD, PACKAGES, STAGE = "workload", "requirements.txt", "Dockerfile"
_MIB = 2**20
_LEFT_OUT = frozenset({"__pycache__", ".git"})


def open_files(folder: Path) -> tuple[Path, ...]:
    """Every file of the submission that goes into its image, sorted: all but caches of Python's and Git's own."""
    found = []
    for root, folders, files in os.walk(folder, followlinks=False):
        folders[:] = sorted(name for name in folders if name not in _LEFT_OUT)
        found += [Path(root) / name for name in files]
        found += [Path(root) / name for name in folders if (Path(root) / name).is_symlink()]
    return tuple(sorted(found))


def open_problems(folder: Path, data: Mapping[str, Any], ruleset: Ruleset) -> list[Problem]:
    """What is wrong with the files of an open submission whose ``submission.yaml`` says ``data``."""
    rules = ruleset.document["divisions"]["open"]
    files = open_files(folder)
    problems = [*_sizes(folder, files, rules)]
    if problems:
        return problems
    declared = {str(weights["file"]): str(weights["sha256"]) for weights in data.get("weights", ())}
    for file in files:
        name = file.relative_to(folder).as_posix()
        fault = _fault(file, declared.pop(name, None), rules["text_mib"])
        problems += [] if fault is None else [_problem(file, fault)]
    for name in declared:
        at = folder / SUBMISSION_FILE
        problems.append(_problem(at, f"weights: {name} is declared, and there is no such file in the folder"))
    return [*problems, *_programs(folder, data["workload"])]


def _sizes(folder: Path, files: tuple[Path, ...], rules: Mapping[str, Any]) -> Iterator[Problem]:
    if len(files) > rules["files"]:
        yield _problem(folder, f"holds {len(files)} files, and the rules allow {rules['files']}")
    total = sum(file.lstat().st_size for file in files) / _MIB
    if total > rules["folder_mib"]:
        yield _problem(folder, f"holds {total:.0f} MiB, and the rules allow {rules['folder_mib']}")


def _fault(file: Path, sha256: str | None, text_mib: float) -> str | None:
    """What is wrong with one file; ``sha256`` is what was declared for it."""
    if file.is_symlink():
        return "is a link; put the file itself there"
    content = file.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if sha256 is not None:
        return None if found == sha256 else f"has the SHA-256 {found}; submission.yaml declares {sha256}"
    declare = f"declare it in submission.yaml under weights, with its source and sha256: {found}"
    if len(content) > text_mib * _MIB:
        return f"is larger than the {text_mib} MiB that a file of code may have; {declare}"
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return f"is not text; {declare}"
    return f"holds a zero byte, which text does not; {declare}" if "\0" in text else None


def _programs(folder: Path, workload: Mapping[str, Any]) -> Iterator[Problem]:
    if not (folder / WORKLOAD).is_dir():
        yield _problem(folder, f"has no folder {WORKLOAD}/, in which an open submission's program lies")
    wanted = {PACKAGES: workload["packages"] == PACKAGES, STAGE: workload.get("stage", "none") == STAGE}
    for name, asked in wanted.items():
        file = folder / name
        if asked and not file.is_file():
            yield _problem(file, "is named in submission.yaml, and there is no such file")
        elif file.is_file() and not asked:
            key = "packages" if name == PACKAGES else "stage"
            yield _problem(file, f"is not used: submission.yaml does not say `{key}: {name}`")
        elif asked:
            yield from _lines(file)


def _lines(file: Path) -> Iterator[Problem]:
    text = file.read_text(encoding="utf-8", errors="replace")
    if file.name == STAGE:
        for number, message in stage_problems(text):
            yield Problem(shown_path(file), number, None, "", message)
        return
    pins = [(number, parse_pin(line)) for number, line in logical_lines(text)]
    for number, pin in pins:
        if pin is None:
            message = (
                "is not pinned as name==version with --hash=sha256:…; "
                "`uv pip compile --generate-hashes` writes such lines"
            )
            yield Problem(shown_path(file), number, None, "", message)
    if not pins:
        yield _problem(file, "pins nothing; write `packages: none` instead")


def _problem(path: Path, message: str) -> Problem:
    return Problem(shown_path(path), None, None, "", message)
