"""The container engine: whether it answers, what it can limit, and whether it can give a container the GPU."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import docker

from harness.doctor.finding import IN_DOCKER, Finding, Status, Way
from harness.errors import MachineLacks
from harness.runtime.engine import ENGINE_ERRORS, connect, facts, reason

GROUP = "Container"
# An engine under load takes a second to describe itself.
_ANSWER_SECONDS = 5

# What `docker info` calls the limits that the sandbox sets.
_LIMITS = {"MemoryLimit": "memory", "SwapLimit": "swap", "CPUSet": "processors", "PidsLimit": "number of processes"}
_TOOLKIT = (
    "sudo apt-get install nvidia-container-toolkit && sudo nvidia-ctk runtime configure --runtime=docker && "
    "sudo systemctl restart docker (the package is in NVIDIA's own repository)"
)


@dataclass(frozen=True)
class Engine:
    """An engine that answers. ``info`` is its own description, ``facts`` what a record says of it."""

    client: docker.DockerClient
    info: Mapping[str, Any]
    facts: Mapping[str, Any]


def ask_engine() -> Engine | MachineLacks:
    """The engine at its socket, or the error that a run would end with. Takes seconds at most."""
    try:
        client = connect(_ANSWER_SECONDS)
    except MachineLacks as error:
        return error
    try:
        return Engine(client, client.info(), facts(client))
    except ENGINE_ERRORS as error:
        return MachineLacks(
            f"Docker's engine answers and then fails to describe itself: {reason(error)}",
            remedy="look at its log: `journalctl -u docker`",
        )


def engine_findings(engine: Engine | MachineLacks, *, gpu: bool) -> list[Finding]:
    """``gpu``: whether there is one to give to containers."""
    one = ("engine", GROUP, "Docker engine")
    if isinstance(engine, MachineLacks):
        meaning = "no run in a container, so none that is compared with the containers of others"
        return [Finding(*one, Status.MISSING, engine.message, meaning, engine.remedy, blocks=IN_DOCKER)]
    seen = f"Docker {engine.facts['engine']} answers, storage {engine.facts['storage_driver']}"
    if engine.facts["rootless"]:
        seen += ", rootless"
    found = [Finding(*one, Status.OK, seen, "runs in a container work"), cgroup_finding(engine)]
    return [*found, toolkit_finding(engine)] if gpu else found


def engine_lost(error: Exception) -> Finding:
    """An engine that answered and then did not."""
    return Finding(
        "engine-lost",
        GROUP,
        "Docker engine, a moment later",
        Status.MISSING,
        f"asked about images, it failed: {reason(error)}",
        "runs in a container are not to be counted on",
        "journalctl -u docker",
        blocks=IN_DOCKER,
    )


def cgroup_finding(engine: Engine) -> Finding:
    """Which limits the kernel lets the engine set."""
    version, driver = engine.facts["cgroup_version"] or "unknown", engine.facts["cgroup_driver"] or "unknown"
    one, seen = ("cgroup", GROUP, "Limits of containers"), f"cgroup version {version}, driver {driver}"
    lacking = [name for key, name in _LIMITS.items() if engine.info.get(key) is False]
    if not lacking:
        return Finding(*one, Status.OK, f"{seen}; every limit can be set", "a container gets what the rules give it")
    remedy = "boot with `systemd.unified_cgroup_hierarchy=1` on the kernel's command line"
    if version == "1" and lacking == ["swap"]:
        remedy = "boot with `cgroup_enable=memory swapaccount=1` on the kernel's command line"
    elif engine.facts["rootless"]:
        remedy = (
            "let systemd delegate to users: `Delegate=cpu cpuset io memory pids` in "
            "/etc/systemd/system/user@.service.d/delegate.conf under [Service], then `sudo systemctl daemon-reload`"
        )
    return Finding(
        *one,
        Status.LIMITED,
        f"{seen}; these can't be limited: {', '.join(lacking)}",
        "a container may take more than the rules give it, and the engine says nothing",
        remedy,
    )


def toolkit_finding(engine: Engine) -> Finding:
    """Whether containers can have the GPU.

    The sandbox asks for it as ``docker run --gpus`` does. The engine serves that by NVIDIA's hook, which it looks up in
    its own PATH when it starts, newer ones also by CDI. The hook is not part of what it tells; the ``nvidia`` runtime
    and CDI devices are, and where only the hook is seen it is looked up here.
    """
    one = ("gpu-in-containers", GROUP, "GPU in containers")
    known = []
    if "nvidia" in (engine.info.get("Runtimes") or {}):
        known.append("runtime nvidia")
    devices = [str(device.get("ID", "")) for device in engine.info.get("DiscoveredDevices") or []]
    if any(device.startswith("nvidia.com/gpu=") for device in devices):
        known.append("CDI devices nvidia.com/gpu")
    if not known and shutil.which("nvidia-container-runtime-hook") is not None:
        known.append("nvidia-container-runtime-hook")
    if known:
        return Finding(*one, Status.OK, f"the engine has {' and '.join(known)}", "containers can have the GPU")
    return Finding(
        *one,
        Status.MISSING,
        "the engine knows neither the nvidia runtime nor a CDI device of NVIDIA's",
        "`harness run` on the GPU fails in a container; `--device cpu` works",
        _TOOLKIT,
        blocks=frozenset({Way.DOCKER_CUDA}),
    )
