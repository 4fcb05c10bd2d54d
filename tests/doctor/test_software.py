"""Findings about Python and its packages."""

import importlib.util

import pytest

from harness.doctor.finding import EVERY_WAY, ON_HOST, Status, Way
from harness.doctor.software import host_packages_finding, python_finding, workload_finding
from harness.system.packages import Difference, Packages

LOCK = "sha256:" + "0" * 64


def test_everything_as_locked():
    packages = Packages(LOCK, {"click": "8.5.1"}, (), {})
    assert host_packages_finding(packages).status is Status.OK
    assert python_finding(packages).status is Status.OK


def test_another_version_is_told_and_blocks_nothing():
    finding = host_packages_finding(Packages(LOCK, {"scipy": "1.18"}, (Difference("scipy", "1.17", "1.18"),), {}))
    assert (finding.status, finding.blocks) == (Status.LIMITED, frozenset())
    assert "scipy 1.18 (locked: 1.17)" in finding.seen
    assert "requirements/host.txt" in (finding.remedy or "")


def test_a_missing_package_blocks_everything():
    finding = host_packages_finding(Packages(LOCK, {}, (Difference("scipy", "1.17", None),), {}))
    assert (finding.status, finding.blocks) == (Status.MISSING, EVERY_WAY)


def test_a_python_that_the_lock_does_not_know():
    assert python_finding(Packages(LOCK, {}, (), {})).status is Status.LIMITED


def test_an_installation_without_a_lock():
    packages = Packages(None, {}, (), {"lock": "none here", "matches": "none here"})
    assert host_packages_finding(packages).status is Status.LIMITED
    assert python_finding(packages).status is Status.OK


def test_a_host_without_torch(monkeypatch):
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name == "torch" else real(name, *rest))
    finding = workload_finding(gpu=False)
    assert (finding.status, finding.blocks) == (Status.MISSING, ON_HOST)
    assert "make setup-workload" in (finding.remedy or "")


@pytest.mark.parametrize(("gpu", "blocks"), [(True, {Way.HOST_CUDA}), (False, frozenset())])
def test_a_torch_without_cuda(gpu, blocks, monkeypatch):
    monkeypatch.setattr("harness.doctor.software.check_packages", lambda: None)
    monkeypatch.setattr("harness.doctor.software.installed_version", {"torch": "2.15.0+cpu"}.get)
    finding = workload_finding(gpu=gpu)
    assert finding.status is Status.LIMITED
    assert finding.blocks == blocks
