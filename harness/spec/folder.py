"""What a submission's folder may hold."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from harness.spec.problem import Problem, nearest_word, printable, shown_path

SUBMISSION_FILE = "submission.yaml"
_MAX_LISTED = 20


def folder_problems(folder: Path, allowed: Sequence[str] | None) -> list[Problem]:
    """What is wrong with the folder's files. ``allowed`` names all that a closed submission may hold; None: anything.

    Links that lead out of the folder, and what is neither file nor folder, are refused in every division.
    """
    home = folder.resolve()
    problems: list[Problem] = []
    try:
        for entry in _entries(folder):
            message = _fault(entry, home) or _not_allowed(entry, folder, allowed)
            if message is None:
                continue
            if len(problems) == _MAX_LISTED:
                problems.append(Problem(shown_path(folder), None, None, "", "holds more files that have no place here"))
                break
            problems.append(Problem(shown_path(entry), None, None, "", message))
    except OSError as error:
        problems.append(unreadable(folder, error))
    return problems


def unreadable(path: Path, error: OSError) -> Problem:
    """The problem of a file or folder that the system does not let us read."""
    return Problem(shown_path(path), None, None, "", f"can't be read: {(error.strerror or str(error)).lower()}")


def holds_no_submission(folder: Path) -> Problem:
    """The problem of a folder without ``submission.yaml``; a file that looks like it is named."""
    names = [entry.name for entry in folder.iterdir() if entry.is_file()]
    near = nearest_word(SUBMISSION_FILE, names)
    message = f"holds no {SUBMISSION_FILE}"
    message += f"; rename {printable(near)!r}" if near else "; `harness new NAME` writes a folder to begin with"
    return Problem(shown_path(folder), None, None, "", message, SUBMISSION_FILE)


def _entries(folder: Path) -> Iterator[Path]:
    """Everything in the folder, without following links, in an order that does not depend on the file system."""
    for root, folders, files in os.walk(folder, followlinks=False, onerror=_raise):
        folders.sort()
        linked = [name for name in folders if (Path(root) / name).is_symlink()]
        for name in sorted([*files, *linked]):
            yield Path(root) / name


def _raise(error: OSError) -> None:
    raise error


def _fault(entry: Path, home: Path) -> str | None:
    if entry.is_symlink():
        try:
            inside = entry.resolve(strict=True).is_relative_to(home)
        except (OSError, RuntimeError):  # RuntimeError: a circle of links, before Python 3.13
            return "is a link that leads nowhere; delete it"
        return None if inside else "is a link that leads out of the submission's folder; put the file itself there"
    return None if entry.is_file() else "is neither a file nor a folder; delete it"


def _not_allowed(entry: Path, folder: Path, allowed: Sequence[str] | None) -> str | None:
    if allowed is None:
        return None
    if str(entry.relative_to(folder)) in allowed:
        return "is a link; a closed submission holds plain files" if entry.is_symlink() else None
    return f"has no place in a closed submission, which holds only {' and '.join(allowed)}; move it elsewhere"
