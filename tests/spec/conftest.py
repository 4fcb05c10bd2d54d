"""A submission that is valid, to be broken in one way at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.spec.load import check_submission, load_benchmarks, load_ruleset

VALID = """\
schema: leanmed/submission/v1
name: my_model
title: A title
division: closed
model: densenet121
efficiency:
  optimizer_state: int8
description: More than ten characters.
"""

Write = Callable[..., Path]
Messages = Callable[[Path], list[str]]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes `submissions/<name>/submission.yaml`, `VALID` with replacements, and returns the folder.

    The working folder is `tmp_path`, so that messages begin with `submissions/`.
    """
    monkeypatch.chdir(tmp_path)

    def write_one(*changes: tuple[str, str], tail: str = "", raw: bytes | None = None, name: str = "my_model") -> Path:
        folder = Path("submissions") / name
        folder.mkdir(parents=True)
        text = VALID.replace("my_model", name)
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (folder / "submission.yaml").write_bytes((text + tail).encode() if raw is None else raw)
        return folder

    return write_one


@pytest.fixture(scope="session")
def messages() -> Messages:
    """Every problem of a submission's folder as text, without the file's name."""
    ruleset, benchmarks = load_ruleset(), load_benchmarks()

    def messages_of(folder: Path) -> list[str]:
        _, problems = check_submission(folder, ruleset, benchmarks)
        return [str(one).removeprefix("submissions/my_model/submission.yaml:") for one in problems]

    return messages_of
