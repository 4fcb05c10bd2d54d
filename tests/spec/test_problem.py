from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import Exit
from harness.spec.problem import (
    InvalidSpecification,
    Problem,
    dotted,
    in_order,
    nearest_word,
    printable,
    shown,
    shown_path,
)


def test_a_problem_reads_as_one_line_with_place_path_and_hint():
    problem = Problem("x.yaml", 7, 3, "efficiency.optimizer_state", "'int9' is not one of float32, int8", None, "int8")
    wanted = "x.yaml:7: efficiency.optimizer_state: 'int9' is not one of float32, int8; did you mean 'int8'?"
    assert str(problem) == wanted


def test_a_problem_of_a_whole_file_names_neither_line_nor_path():
    assert str(Problem("x.yaml", None, None, "", "is empty")) == "x.yaml: is empty"


def test_problems_come_by_file_and_line_and_once():
    late, early, other = (
        Problem("a", 9, 1, "", "late"),
        Problem("a", 2, 1, "", "early"),
        Problem("b", None, None, "", "x"),
    )
    assert in_order([other, late, early, late]) == [early, late, other]


def test_the_error_holds_every_problem_and_the_exit_code_of_invalid_input():
    error = InvalidSpecification([Problem("b", 2, 1, "", "two"), Problem("a", 1, 1, "", "one")], remedy="mend it")
    assert [problem.message for problem in error.problems] == ["one", "two"]
    assert str(error) == "a:1: one\nb:2: two\n  → mend it"
    assert error.exit_code is Exit.INVALID_INPUT


@pytest.mark.parametrize(
    ("word", "known", "nearest"),
    [
        ("8bit", ["float32", "int8"], "int8"),
        ("Float32", ["float32", "int8"], "float32"),
        ("densenet", ["densenet121", "cnn", "mlp"], "densenet121"),
        ("zebra", ["float32", "int8"], None),
        ("", ["float32"], None),
    ],
)
def test_nearest_word(word: str, known: list[str], nearest: str | None):
    assert nearest_word(word, known) == nearest


@pytest.mark.parametrize(
    ("path", "text"),
    [((), ""), (("a", "b"), "a.b"), (("checks", 0, "id"), "checks[0].id"), (("a b", "\x1b"), "'a b'.'\\x1b'")],
)
def test_dotted(path: tuple[str | int, ...], text: str):
    assert dotted(path) == text


@given(st.text())
def test_nothing_that_a_terminal_might_obey_is_shown(text: str):
    assert printable(text).isprintable()
    assert shown(text).isprintable()
    assert dotted((text,)).isprintable()


def test_what_is_shown_is_short():
    assert len(shown("x" * 100_000)) < 60


def test_paths_are_shown_from_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    assert shown_path(tmp_path / "a" / "b") == "a/b"
    assert shown_path(Path("a")) == "a"
    assert shown_path(Path("/elsewhere/\x1b[31m")) == "/elsewhere/\\x1b[31m"
