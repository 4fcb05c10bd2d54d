from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.spec.document import MAX_DEPTH, Place
from harness.spec.strict_yaml import MAX_NODES, parse_yaml


def complaints(text: str) -> list[str]:
    return [str(problem).removeprefix("f:") for problem in parse_yaml(text, "f").problems]


def test_values_and_places():
    document = parse_yaml("a: 1\nb:\n  - x\n  - c: no\nd: >\n  two\n  words\n", "f")
    assert document.data == {"a": 1, "b": ["x", {"c": "no"}], "d": "two words\n"}
    assert document.problems == ()
    assert document.keys[("b",)] == Place(2, 1)
    assert document.values[("b", 1, "c")] == Place(4, 8)
    assert document.values[("d",)] == Place(5, 4)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", " is empty"),
        ("# only a comment\n", " is empty"),
        ("- a\n", "1: the file holds a list; expected a mapping of keys to values, such as 'name: my_model'"),
        ("hello\n", "1: the file holds a single value; expected a mapping of keys to values, such as 'name: my_model'"),
        ("a: 1\n---\nb: 2\n", "2: a second document begins here; a file holds one"),
        ("a: 1\n\tb: 2\n", "2: a tab can't indent YAML or begin a value; use spaces"),
        ("a: b: c\n", "1: a ':' can't stand here; mend the indentation, or put text that holds ': ' in quotes"),
        ("a: 1\nb 2\nc: 3\n", "2: a key must be followed by ':' and a space on the same line"),
        ("a: 'open\nb: 1\n", "1: the quotes that open here are never closed"),
        ("a: [1, 2\nb: 1\n", "1: the '[' that opens here is never closed, or a comma is missing"),
        ("a: {b: 1\nc: [\n", "1: the '{' that opens here is never closed, or a comma is missing"),
        ("a: @b\n", "1: a value can't begin with this character; put it in quotes"),
        ('a: "\\q"\n', "1: a backslash in double quotes begins an escape; double it or use single quotes"),
        ("a: 'x' y\n", "1: this line does not fit the indentation of those above, or a quote ends too early"),
        ('a: "\\U00110000"\n', " an escape or a version number in the file is out of range"),
        ("%YAML 1." + "9" * 5000 + "\n---\na: 1\n", " an escape or a version number in the file is out of range"),
        ("%YAML 9.9\n---\na: 1\n", "1: this is not YAML: found incompatible YAML document (version 1.* is required)"),
        ("a: " + "[" * 100_000, f"1: nested more than {MAX_DEPTH} levels deep"),
        ("? " * 100_000, f"1: nested more than {MAX_DEPTH} levels deep"),
        ("a: [" + "b," * 20_000 + "]", f"1: the file holds more than {MAX_NODES} values"),
    ],
)  # fmt: skip
def test_files_that_can_not_be_read_on(text: str, complaint: str):
    document = parse_yaml(text, "f")
    assert document.data is None
    assert complaints(text)[-1] == complaint


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a: 1\na: 2\n", "2: a: this key stands here a second time; the first is on line 1"),
        ("a: &x 1\n", "1: a: anchors (&x) are not allowed; delete it"),
        ("a: &" + "x" * 9999 + " 1\n", f"1: a: anchors (&{'x' * 24}…) are not allowed; delete it"),
        ("a: *x\n", "1: a: aliases (*x) are not allowed; write the value out"),
        ("a: !!str 1\n", "1: a: tags (!…) are not allowed; write the plain value"),
        ("a: !!python/object/apply:os.system [id]\n", "1: a: tags (!…) are not allowed; write the plain value"),
        ("a: ! x\n", "1: a: tags (!…) are not allowed; write the plain value"),
        ("1: x\n", "1: the key '1' is not text; put it in quotes if it is meant"),
        ("true: x\n", "1: the key 'true' is not text; put it in quotes if it is meant"),
        ("[a]: x\n", "1: a list, a mapping or an alias can't be a key; a key is a word"),
        ("{a: b}: x\n", "1: a list, a mapping or an alias can't be a key; a key is a word"),
        ("*x : 1\n", "1: a list, a mapping or an alias can't be a key; a key is a word"),
        ("&x a: 1\n", "1: anchors (&x) are not allowed; delete it"),
        ("a: .nan\n", "1: a: '.nan' is not a finite number"),
        ('a: "\\x1b[31m"\n', "1: a: holds a control character (U+001B), which is not allowed"),
        ('a: "\\u202e"\n', "1: a: holds an invisible character (U+202E RIGHT-TO-LEFT OVERRIDE), which is not allowed"),
        ('a: "\\ud800"\n', "1: a: holds a surrogate character (U+D800), which is not allowed"),
        ('"\\u202e": 1\n', "1: holds an invisible character (U+202E RIGHT-TO-LEFT OVERRIDE), which is not allowed"),
    ],
)
def test_what_is_refused_and_read_past(text: str, complaint: str):
    assert complaints(text + "z: last\n") == [complaint]
    data = parse_yaml(text + "z: last\n", "f").data
    assert data is not None
    assert data["z"] == "last"


def test_an_alias_bomb_is_never_built():
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]
    document = parse_yaml("\n".join(lines), "f")
    assert document.data is not None
    assert document.data["a59"] == [None, None]
    assert not document.knows(("a59", 0))
    assert not document.knows(("a59", 0, "deeper"))
    assert document.knows(("a59",))


def test_the_first_of_two_equal_keys_counts():
    document = parse_yaml("a: 1\na:\n  - [2]\nb: 3\n", "f")
    assert document.data == {"a": 1, "b": 3}


def test_a_repeated_key_is_no_way_around_the_depth():
    assert complaints("a: 1\na: " + "[" * 100_000)[-1] == f"2: nested more than {MAX_DEPTH} levels deep"


def test_merge_keys_mean_nothing():
    assert parse_yaml("<<: {a: 1}\n", "f").data == {"<<": {"a": 1}}


def test_a_problem_at_an_unknown_path_takes_the_place_of_what_it_stands_in():
    document = parse_yaml("a:\n  b: 1\n", "f")
    assert document.problem(("a", "missing"), "x", at_key=True).line == 1
    assert document.problem(("a", "b", "c"), "x").line == 2


words = st.text(st.sampled_from("abcdefgXYZ"), min_size=1)
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs"))),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(words, inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@given(st.dictionaries(words, plain, min_size=1))
def test_json_is_read_as_json(value: dict[str, Any]):
    # Long keys apart (1,024 characters at most), JSON is YAML.
    document = parse_yaml(json.dumps(value, ensure_ascii=False, indent=1), "f")
    assert document.problems == ()
    assert document.data == value


@given(st.text())
def test_no_text_makes_it_raise(text: str):
    document = parse_yaml(text, "f")
    assert document.problems or document.data is not None
