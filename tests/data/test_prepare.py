import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import namedtuple
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.data import prepare as prepare_module
from harness.data.dataset import DOCUMENT
from harness.data.prepare import check, find, prepare
from harness.data.provider import About, Built, Say, provider_named
from harness.data.source import Source
from harness.errors import Exit, InvalidInput, MachineLacks
from harness.places import Home
from tests.disk import room_for_files, room_for_pages, small_disk

NAME = "lidc-nodules"
REPOSITORY = Path(__file__).parents[2]


class Small:
    """A provider of a few bytes, which counts how often it built."""

    name = NAME
    needs_bytes = 1000
    asks_for: str | None = None
    about = About("t", "d", "https://example.org/licence", "https://example.org", "c", ("a",), "2015", ("k",))

    def __init__(self) -> None:
        self.version = 1
        self.built = 0
        self.fails: Exception | None = None

    def recipe(self) -> dict[str, Any]:
        return {"provider": self.name, "version": self.version}

    def build(self, folder: Path, say: Say, source: Source | None) -> Built:
        self.built += 1
        (folder / "container").mkdir()
        (folder / "host").mkdir()
        np.save(folder / "container" / "train_images.npy", np.full((2, 3, 4, 4), self.version, dtype=np.uint8))
        if self.fails:
            raise self.fails
        np.save(folder / "host" / "test_labels.npy", np.array([0, 1], dtype=np.uint8))
        (folder / "host" / "cases.csv").write_text("case,split,row\na,train,0\n")
        return Built(counts={"cases": {"train": 2, "val": 0, "test": 2}}, trivial={})


@pytest.fixture
def small(monkeypatch):
    provider = Small()
    monkeypatch.setattr(prepare_module, "provider_named", lambda name: provider)
    return provider


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


def quiet(line: str) -> None:
    pass


def kept(home: Home) -> list[str]:
    return sorted(path.name for path in (home.data / NAME).iterdir() if path.name != ".lock")


def test_the_second_time_nothing_is_built(small, home):
    first = prepare(NAME, home, quiet)
    second = prepare(NAME, home, quiet)
    assert small.built == 1
    assert first == second
    assert first.root == home.data / NAME / first.digest.removeprefix("sha256:")
    assert find(NAME, home) == first


def test_nothing_is_found_before_it_is_built(small, home):
    assert find(NAME, home) is None


def test_another_recipe_is_built_beside_the_first(small, home):
    first = prepare(NAME, home, quiet)
    small.version = 2
    second = prepare(NAME, home, quiet)
    assert first.digest != second.digest
    assert kept(home) == sorted([first.root.name, second.root.name])


def test_files_are_read_only_and_can_be_read_by_the_containers_user(small, home):
    dataset = prepare(NAME, home, quiet)
    files = [path for path in dataset.root.rglob("*") if path.is_file()]
    assert len(files) == 4
    assert {path.stat().st_mode & 0o777 for path in files} == {0o444}
    assert {path.stat().st_mode & 0o777 for path in (dataset.root, dataset.root / "container")} == {0o755}


def overwrite(path: Path, text: str | None = None) -> None:
    path.chmod(0o644)
    if text is None:
        data = bytearray(path.read_bytes())
        data[-1] ^= 1
        path.write_bytes(data)
    else:
        path.write_text(text)


def test_damage_is_said_by_file_with_the_remedy(small, home):
    dataset = prepare(NAME, home, quiet)
    overwrite(dataset.root / "container" / "train_images.npy")
    (dataset.root / "host" / "cases.csv").unlink()
    for call in (lambda: check(dataset), lambda: prepare(NAME, home, quiet)):
        with pytest.raises(MachineLacks) as caught:
            call()
        text = str(caught.value)
        assert "container/train_images.npy (changed)" in text
        assert "host/cases.csv (No such file or directory)" in text
        assert "test_labels" not in text
        assert f"`harness data prepare {NAME} --rebuild`" in text
        assert str(dataset.root) in text
        assert caught.value.exit_code is Exit.MACHINE_LACKS


@pytest.mark.parametrize("text", ["", "{", "[]", '{"leanmed": {}}', '{"leanmed": {"digest": 1, "checksums": {}}}'])
def test_a_broken_document_is_said_and_mended_by_rebuilding(small, home, text):
    dataset = prepare(NAME, home, quiet)
    overwrite(dataset.root / DOCUMENT, text)
    with pytest.raises(MachineLacks, match="--rebuild"):
        prepare(NAME, home, quiet)
    assert prepare(NAME, home, quiet, rebuild=True) == dataset
    assert prepare(NAME, home, quiet) == dataset
    assert kept(home) == [dataset.root.name]


def test_a_changed_checksum_is_noticed(small, home):
    dataset = prepare(NAME, home, quiet)
    document = json.loads((dataset.root / DOCUMENT).read_text())
    document["leanmed"]["checksums"]["container/train_images.npy"] = "0" * 64
    overwrite(dataset.root / DOCUMENT, json.dumps(document))
    with pytest.raises(MachineLacks, match="its digest, its checksums and its folder's name disagree"):
        prepare(NAME, home, quiet)


def test_rebuilding_replaces_what_is_damaged(small, home):
    dataset = prepare(NAME, home, quiet)
    overwrite(dataset.root / "container" / "train_images.npy")
    assert prepare(NAME, home, quiet, rebuild=True) == dataset
    check(dataset)
    assert small.built == 2
    assert kept(home) == [dataset.root.name]


def test_a_failure_half_way_leaves_nothing(small, home):
    small.fails = RuntimeError("half-way")
    with pytest.raises(RuntimeError):
        prepare(NAME, home, quiet)
    assert kept(home) == []
    assert find(NAME, home) is None


def test_a_full_disk_half_way_is_said(small, home):
    small.fails = OSError(28, "No space left on device")
    with pytest.raises(MachineLacks, match="No space left on device") as caught:
        prepare(NAME, home, quiet)
    assert "LEANMED_HOME" in str(caught.value)
    assert kept(home) == []


@pytest.mark.parametrize("room_for", [room_for_pages, room_for_files])
def test_a_disk_that_is_full_at_any_moment_is_said(small, tmp_path, room_for):
    small.needs_bytes = 0
    with small_disk(tmp_path) as disk:
        home = Home(disk / "home")
        for room in range(100):
            with room_for(disk, room):
                try:
                    prepare(NAME, home, quiet)
                    break
                except MachineLacks as full:
                    said = full
            assert "No space left on device" in said.message
            assert str(home.data) in said.message
            assert said.remedy is not None
            assert "LEANMED_HOME" in said.remedy
            assert not home.data.exists() or not (home.data / NAME).exists() or kept(home) == []
            check(prepare(NAME, home, quiet))
            shutil.rmtree(home.root)
        assert room >= 5


def test_too_little_space_is_said_before_building(small, home, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10_000_000, 9_000_000, 1_000_000))
    small.needs_bytes = 150_000_000
    with pytest.raises(MachineLacks, match=f"preparing {NAME} needs 150 MB at .*, where 1 MB are free"):
        prepare(NAME, home, quiet)
    assert small.built == 0


def test_a_home_that_is_a_file_is_said(small, tmp_path):
    (tmp_path / "data").write_text("")
    with pytest.raises(MachineLacks, match=r"cannot be prepared in .*: Not a directory"):
        prepare(NAME, Home(tmp_path), quiet)


def test_an_unknown_benchmark_is_said_with_the_nearest(home):
    with pytest.raises(InvalidInput, match="'lidc-nodule' is not a benchmark") as caught:
        prepare("lidc-nodule", home, quiet)
    assert "lidc-nodules" in str(caught.value)


def test_an_unknown_provider_is_said_with_those_known():
    with pytest.raises(InvalidInput, match="no data provider 'nowhere'") as caught:
        provider_named("nowhere")
    assert "lidc-nodules" in str(caught.value)


def test_two_at_once_build_once(small, home, monkeypatch):
    said: list[str] = []
    slow = small.build

    def build(folder, say, source):
        time.sleep(0.3)
        return slow(folder, say, source)

    monkeypatch.setattr(small, "build", build)
    threads = [threading.Thread(target=prepare, args=(NAME, home, said.append)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert small.built == 1
    assert "waiting: another harness is preparing the same data" in said


KILLED = """
import sys, time
from pathlib import Path
from harness.data import prepare as module
from harness.places import Home
sys.path.insert(0, sys.argv[2])
from tests.data.test_prepare import Small
provider = Small()
whole = provider.build
def build(folder, say, source):
    built = whole(folder, say, source)
    print("half-way", flush=True)
    time.sleep(60)
    return built
provider.build = build
module.provider_named = lambda name: provider
module.prepare("lidc-nodules", Home(Path(sys.argv[1])), lambda line: None)
"""


def test_a_kill_in_the_middle_leaves_nothing_half_made(small, home):
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(home.root), str(REPOSITORY)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "half-way\n"
        process.send_signal(signal.SIGKILL)
    (left,) = kept(home)
    assert left.startswith("building-")
    assert find(NAME, home) is None
    dataset = prepare(NAME, home, quiet)
    check(dataset)
    assert kept(home) == [dataset.root.name]
