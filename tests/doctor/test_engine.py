"""Findings about the container engine."""

import pytest

from harness.doctor.engine import ask_engine, cgroup_finding, engine_findings, toolkit_finding
from harness.doctor.finding import IN_DOCKER, Status, Way
from harness.errors import MachineLacks
from tests.doctor.material import engine


def test_no_engine_blocks_containers_and_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    found = ask_engine()
    assert isinstance(found, MachineLacks)
    (finding,) = engine_findings(found, gpu=True)
    assert (finding.status, finding.blocks) == (Status.MISSING, IN_DOCKER)
    assert "apt-get install docker.io" in (finding.remedy or "")


def test_an_engine_with_every_limit():
    found = engine_findings(engine(), gpu=False)
    assert [one.id for one in found] == ["engine", "cgroup"]
    assert {one.status for one in found} == {Status.OK}


@pytest.mark.parametrize(
    ("info", "facts", "remedy"),
    [
        ({"SwapLimit": False}, {"cgroup_version": "1"}, "swapaccount=1"),
        ({"CPUSet": False, "MemoryLimit": False}, {"cgroup_version": "1"}, "unified_cgroup_hierarchy=1"),
        ({"CPUSet": False}, {"rootless": True}, "Delegate=cpu cpuset"),
    ],
)
def test_limits_that_can_not_be_set(info, facts, remedy):
    finding = cgroup_finding(engine(info=info, facts=facts))
    assert finding.status is Status.LIMITED
    assert remedy in (finding.remedy or "")


@pytest.mark.parametrize(
    "info",
    [
        {"Runtimes": {"runc": {}, "nvidia": {"path": "nvidia-container-runtime"}}},
        {"DiscoveredDevices": [{"Source": "cdi", "ID": "nvidia.com/gpu=all"}]},
    ],
)
def test_an_engine_that_can_give_the_gpu(info):
    assert toolkit_finding(engine(info=info)).status is Status.OK


def test_an_engine_that_can_not(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    other = {"DiscoveredDevices": [{"Source": "cdi", "ID": "vendor.example/card=0"}], "CDISpecDirs": ["/etc/cdi"]}
    finding = toolkit_finding(engine(info=other))
    assert (finding.status, finding.blocks) == (Status.MISSING, frozenset({Way.DOCKER_CUDA}))
    assert "nvidia-ctk runtime configure --runtime=docker" in (finding.remedy or "")


def test_the_hook_alone_is_enough(monkeypatch, tmp_path):
    hook = tmp_path / "nvidia-container-runtime-hook"
    hook.write_text("#!/bin/sh\n")
    hook.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert toolkit_finding(engine()).status is Status.OK


def test_the_toolkit_is_no_matter_without_a_gpu():
    assert "gpu-in-containers" not in [one.id for one in engine_findings(engine(), gpu=False)]
    assert "gpu-in-containers" in [one.id for one in engine_findings(engine(), gpu=True)]


@pytest.mark.engine
def test_a_real_engine(engine):
    found = ask_engine()
    assert not isinstance(found, MachineLacks)
    assert engine_findings(found, gpu=False)[0].status is Status.OK
