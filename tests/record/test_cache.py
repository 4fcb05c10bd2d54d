"""What was computed before is taken as it was, and nothing that is damaged or of other code is."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.record import cache as caching
from harness.record.cache import Cache

KEY = {"schema": "leanmed/some/v1", "records": ["a", "b"]}


def quiet(line: str) -> None:
    raise AssertionError(line)


def test_it_gives_what_it_was_given_under_that_key_alone(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "new" / "folder", quiet)
    assert cache.get(KEY) is None
    cache.put(KEY, {"p": 0.1, "said": "µ"})
    assert cache.get(KEY) == Cache(tmp_path / "new" / "folder", quiet).get(KEY) == {"p": 0.1, "said": "µ"}
    assert cache.get({**KEY, "records": ["b", "a"]}) is None
    assert [path.name.endswith(".json") for path in (tmp_path / "new" / "folder").iterdir()] == [True]


def test_without_a_folder_nothing_is_kept() -> None:
    cache = Cache(None, quiet)
    cache.put(KEY, {"p": 0.1})
    assert cache.get(KEY) is None


def test_what_other_code_found_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Cache(tmp_path, quiet).put(KEY, {"p": 0.1})
    monkeypatch.setattr(caching, "__version__", "0.0.0")
    assert Cache(tmp_path, quiet).get(KEY) is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "",
        lambda text: text[:-20],
        lambda text: text.replace("0.25", "0.75"),
        lambda text: "[]",
        lambda text: "[" * 100_000,
        lambda text: text.replace('"a"', '"c"'),
    ],
)
def test_a_damaged_file_is_made_anew(tmp_path: Path, damage: object) -> None:
    cache = Cache(tmp_path, quiet)
    cache.put(KEY, {"p": 0.25})
    (path,) = tmp_path.iterdir()
    whole = path.read_text()
    path.write_text(damage(whole))  # type: ignore[operator]
    assert cache.get(KEY) is None
    cache.put(KEY, {"p": 0.25})
    assert path.read_text() == whole


def test_a_folder_that_can_not_be_written_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said: list[str] = []
    cache = Cache(tmp_path / "file" / "cache", said.append)
    for _ in range(2):
        cache.put(KEY, {"p": 0.25})
        assert cache.get(KEY) is None
    assert len(said) == 1 and "is not kept" in said[0]
