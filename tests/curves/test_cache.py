"""Kept curves: made once, made anew where they can't be trusted, and never in the way."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.curves import cache as module
from harness.curves.cache import Cache
from harness.places import Home

DOCUMENT = {"schema": "leanmed/curves/v1", "runs": {"größer": {"mean": [0.1, None]}}, "entry": {}}
ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64


class Maker:
    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> dict[str, Any]:
        self.times += 1
        return DOCUMENT


@pytest.fixture
def make() -> Maker:
    return Maker()


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(Home(tmp_path))


def file_of(cache: Cache) -> Path:
    (found,) = (cache.home.root / "cache" / "curves").iterdir()
    return found


def test_made_once_for_the_same_records_in_any_order(cache: Cache, make: Maker) -> None:
    assert cache.curves_of([ONE, TWO], make) == cache.curves_of([TWO, ONE], make) == DOCUMENT
    assert make.times == 1
    assert file_of(cache).suffix == ".json"
    cache.curves_of([ONE], make)
    assert make.times == 2


def flip(data: bytes) -> bytes:
    return data.replace(b"0.1", b"0.2")


@pytest.mark.parametrize(
    "damage",
    [
        flip,
        lambda data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: b"[]",
        lambda data: b"null",
        lambda data: b"\xff",
        lambda data: json.dumps({**json.loads(data), "text": 5}).encode(),
    ],
)
def test_a_damaged_file_is_made_anew(cache: Cache, make: Maker, damage: Callable[[bytes], bytes]) -> None:
    cache.curves_of([ONE], make)
    whole = file_of(cache).read_bytes()
    file_of(cache).write_bytes(damage(whole))
    assert cache.curves_of([ONE], make) == DOCUMENT
    assert make.times == 2
    assert file_of(cache).read_bytes() == whole


def test_what_another_version_made_is_made_anew(cache: Cache, make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.curves_of([ONE], make)
    monkeypatch.setattr(module, "__version__", "9.9.9")
    cache.curves_of([ONE], make)
    cache.curves_of([ONE], make)
    assert make.times == 2


def test_a_place_that_can_not_be_written_is_no_failure(tmp_path: Path, make: Maker) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    cache = Cache(Home(tmp_path))
    assert cache.curves_of([ONE], make) == cache.curves_of([ONE], make) == DOCUMENT
    assert make.times == 2


def test_what_can_not_be_made_leaves_nothing(cache: Cache) -> None:
    def fail() -> dict[str, Any]:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        cache.curves_of([ONE], fail)
    assert not os.path.lexists(cache.home.root / "cache")
