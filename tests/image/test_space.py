from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from harness.errors import Exit, MachineLacks
from harness.image.space import GIB, Need, check_space


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def free(monkeypatch: pytest.MonkeyPatch, gib: float) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(0, 0, int(gib * GIB)))


def test_enough_is_enough(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    free(monkeypatch, 10)
    check_space([Need(tmp_path, 4, "this"), Need(tmp_path / "not" / "there", 6, "that")])


def test_needs_on_one_disk_add_up_and_every_figure_is_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    free(monkeypatch, 9.5)
    with pytest.raises(MachineLacks) as caught:
        check_space([Need(tmp_path, 4, "the images"), Need(tmp_path / "wheels", 6, "the wheels")])
    message = caught.value.message
    for part in (
        "9.5 GiB free",
        "10.0 GiB are needed",
        "4.0 GiB",
        "the images",
        "6.0 GiB",
        "the wheels",
        str(tmp_path),
    ):
        assert part in message
    assert "docker system df" in str(caught.value)
    assert caught.value.exit_code == Exit.MACHINE_LACKS
