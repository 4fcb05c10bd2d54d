"""Findings about the home folder, disks and data; and that looking leaves no trace."""

import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from harness.data import prepare
from harness.doctor.data import data_findings
from harness.doctor.finding import EVERY_WAY, IN_DOCKER, Status
from harness.doctor.images import Images
from harness.doctor.storage import engine_space_finding, home_findings, writable_finding
from harness.places import Home, resources
from harness.spec.load import load_benchmark, load_benchmarks
from tests.doctor.material import engine

GIB = 2**30


@pytest.mark.parametrize(
    "named",
    [
        {"LEANMED_HOME": "{}/mine"},
        {"XDG_DATA_HOME": "{}/xdg"},
        {"HOME": "{}/user"},
        {"LEANMED_HOME": "~/mine", "HOME": "{}/user", "XDG_DATA_HOME": "{}/xdg"},
    ],
)
def test_it_is_the_home_that_a_run_takes(named, tmp_path, monkeypatch):
    for name in ("LEANMED_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in named.items():
        monkeypatch.setenv(name, value.format(tmp_path))
    home = Home.named()
    assert list(tmp_path.iterdir()) == []
    assert home == Home.find()


def test_a_home_that_is_there_and_one_that_is_not(tmp_path):
    assert [one.status for one in home_findings(Home(tmp_path))] == [Status.OK, Status.OK]
    absent = tmp_path / "a" / "b"
    assert "can be made" in writable_finding(Home(absent)).seen
    assert not absent.parent.exists()


def test_a_home_that_is_a_file(tmp_path):
    (tmp_path / "file").write_text("")
    finding = writable_finding(Home(tmp_path / "file" / "home"))
    assert (finding.status, finding.blocks) == (Status.MISSING, EVERY_WAY)
    assert "LEANMED_HOME" in (finding.remedy or "")


def test_a_home_of_somebody_else(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *asked: False)
    assert "may not write" in writable_finding(Home(tmp_path)).seen


def full(monkeypatch, free):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=free))


def test_a_full_disk(tmp_path, monkeypatch):
    full(monkeypatch, GIB // 2)
    finding = home_findings(Home(tmp_path))[-1]
    assert (finding.status, finding.blocks) == (Status.MISSING, EVERY_WAY)


@pytest.mark.parametrize(
    ("free", "ready", "status"),
    [
        (100 * GIB, False, Status.OK),
        (10 * GIB, False, Status.MISSING),
        (10 * GIB, True, Status.OK),
        (GIB // 9, True, Status.MISSING),
    ],
)
def test_space_for_images(free, ready, status, tmp_path, monkeypatch):
    full(monkeypatch, free)
    asked = engine()
    asked.client.info = lambda: {"DockerRootDir": str(tmp_path)}  # type: ignore[method-assign]
    finding = engine_space_finding(asked, Images(None, ready, ()), Home(tmp_path), resources() / "docker")
    assert finding.status is status
    assert finding.blocks == (IN_DOCKER if status is Status.MISSING else frozenset())


def test_data_that_are_not_prepared(tmp_path):
    home = Home(tmp_path / "home")
    found = {finding.id: finding for finding in data_findings(load_benchmarks(), home)}
    theirs = found["data-lidc-idri"]
    assert (theirs.status, theirs.remedy) == (Status.LIMITED, "harness data prepare lidc-idri --source DIR")
    finding = found["data-lidc-nodules"]
    assert (finding.status, finding.remedy) == (Status.LIMITED, "harness data prepare lidc-nodules")
    assert finding.blocks == frozenset()
    assert not home.root.exists()


def test_data_that_are_damaged(tmp_path):
    broken = tmp_path / "data" / "lidc-nodules" / ("0" * 64)
    broken.mkdir(parents=True)
    # The others are not prepared, and need files that somebody has to name: there is nothing that could be run.
    without = [one for one in load_benchmarks() if one.id != "lidc-malignancy"]
    found = {finding.id: finding for finding in data_findings(without, Home(tmp_path))}
    assert {finding.blocks for finding in found.values()} == {EVERY_WAY}
    finding = found["data-lidc-nodules"]
    assert (finding.status, finding.blocks) == (Status.MISSING, EVERY_WAY)
    assert finding.remedy == "harness data prepare lidc-nodules --rebuild"


@pytest.mark.parametrize("pinned", [True, False])
def test_data_that_are_prepared(pinned, tmp_path, monkeypatch):
    benchmark = load_benchmark("lidc-nodules")
    digest = benchmark.document["data"]["digest"] if pinned else "sha256:" + "0" * 64
    dataset = SimpleNamespace(digest=digest, phantom=False, counts={"train": 1050, "val": 500, "test": 1087})
    monkeypatch.setattr("harness.doctor.data.find", lambda *asked: dataset)
    (finding,) = data_findings([benchmark], Home(tmp_path))
    assert finding.status is (Status.OK if pinned else Status.LIMITED)
    assert "train 1,050" in finding.seen
    assert prepare.find(benchmark.id, Home(tmp_path)) is None
    assert list(Path(tmp_path).iterdir()) == []


def forbid(monkeypatch, folder):
    """Root may look everywhere; here nobody may look into ``folder``."""
    real = Path.stat

    def stat(path, **options):
        if folder in path.parents:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, **options)

    monkeypatch.setattr(Path, "stat", stat)


def test_a_home_that_can_not_be_looked_into(tmp_path, monkeypatch):
    closed = tmp_path / "closed"
    closed.mkdir()
    forbid(monkeypatch, closed)
    monkeypatch.setattr(os, "access", lambda path, mode: path != closed)
    home = Home(closed / "home")
    assert [one.id for one in home_findings(home) if one.status is Status.MISSING] == ["home"]
    for data in data_findings(load_benchmarks(), home):
        assert (data.status, data.blocks) == (Status.MISSING, EVERY_WAY)
    asked = engine()
    asked.client.info = lambda: {"DockerRootDir": str(tmp_path)}  # type: ignore[method-assign]
    finding = engine_space_finding(asked, Images(None, False, ()), home, resources() / "docker")
    assert (finding.status, finding.blocks) == (Status.LIMITED, frozenset())
