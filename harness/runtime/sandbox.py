"""The sandbox: the one place that holds container flags.

A workload computes. It gets processors, memory, one graphics card where there is one, its data read-only, and a small
folder in memory; it gets no network, no privileges, and nothing of this machine to write to or to learn from.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from docker.types import DeviceRequest, LogConfig, Mount, Ulimit

from harness.runtime.base import Launch

DATA = "/data"
WEIGHTS = "/weights"
USER = "65534:65534"
HOSTNAME = "workload"
_GIB = 1024**3


def container_settings(launch: Launch, labels: Mapping[str, str]) -> dict[str, Any]:
    """Keyword arguments of the SDK's ``create_container``, all but ``host_config``."""
    settings: dict[str, Any] = {
        "image": launch.image,
        "user": USER,
        "hostname": HOSTNAME,
        "environment": _environment(launch),
        "labels": dict(labels),
        # Attached and read once: when the harness dies, however it dies, the workload sees the end of its input.
        "stdin_open": True,
        "detach": False,
        "tty": False,
        "network_disabled": True,
    }
    if launch.command is not None:
        settings["entrypoint"] = list(launch.command[:1])
        settings["command"] = list(launch.command[1:])
    return settings


def host_settings(launch: Launch) -> dict[str, Any]:
    """Keyword arguments of the SDK's ``create_host_config``."""
    limits = launch.limits
    memory = int(limits["memory_gib"] * _GIB)
    return {
        "network_mode": "none",
        "ipc_mode": "private",
        "read_only": True,
        "privileged": False,
        "cap_drop": ["ALL"],
        # Besides this the engine's default seccomp (and AppArmor) profile stays on.
        "security_opt": ["no-new-privileges:true"],
        # A first process that passes signals on and collects orphans; the workload is its only child.
        "init": True,
        # exec: Triton, which bitsandbytes and torch may use, loads the kernels it compiled from here.
        "tmpfs": {"/tmp": f"size={int(limits['tmp_gib'] * _GIB)},mode=1777,nosuid,nodev,exec"},
        "mounts": _mounts(launch),
        # The same figure twice: memory and swap together, so no swap at all. Swapping would distort every time.
        "mem_limit": memory,
        "memswap_limit": memory,
        "shm_size": int(limits["shm_gib"] * _GIB),
        "pids_limit": int(limits["pids"]),
        "cpuset_cpus": ",".join(str(number) for number in launch.cpus),
        # A core dump would go to the host's handler, and hold the data.
        "ulimits": [Ulimit(name="core", soft=0, hard=0)],
        # The harness reads the output from the attached stream and keeps it, with a limit of its own.
        "log_config": LogConfig(type="none"),
        "device_requests": _devices(launch.gpu_uuid),
    }


def weights_path(launch: Launch) -> str | None:
    """Where the container sees its weights."""
    return None if launch.weights is None else f"{WEIGHTS}/{launch.weights.name}"


def _mounts(launch: Launch) -> list[Mount]:
    """The data folder, and of the weights the one file: nothing that lies beside it."""
    shown = [(DATA, launch.data)]
    if (inside := weights_path(launch)) is not None and launch.weights is not None:
        shown.append((inside, launch.weights))
    return [
        Mount(inside, str(outside.absolute()), type="bind", read_only=True, propagation="rprivate")
        for inside, outside in shown
    ]


def _devices(gpu_uuid: str | None) -> list[DeviceRequest]:
    """One card by UUID: an index may mean another card after a restart. ``utility`` is NVML, ``compute`` is CUDA."""
    if gpu_uuid is None:
        return []
    return [DeviceRequest(device_ids=[gpu_uuid], capabilities=[["gpu", "compute", "utility"]])]


def _environment(launch: Launch) -> dict[str, str]:
    return {
        "HOME": "/tmp",
        "TZ": "UTC",
        # CUDA base images ask for all cards; an engine whose default runtime is NVIDIA's would give them.
        "NVIDIA_VISIBLE_DEVICES": launch.gpu_uuid or "void",
        **launch.environment,
    }
