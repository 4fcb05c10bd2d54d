"""Finding the container engine of this machine, and saying clearly why there is none."""

from __future__ import annotations

import os
from typing import Any

import docker
import requests
from docker.errors import APIError, DockerException

from harness.errors import MachineLacks

# Longest wait for one answer of the engine. A busy disk makes `create` take seconds, never this long.
ANSWER_SECONDS = 60

ENGINE_ERRORS = (DockerException, requests.exceptions.RequestException, OSError)
"""What the Docker SDK lets through when the engine is gone, refuses or does not answer."""

_HOST_RUNTIME = "or run on this machine without a container: `--runtime host`"


def connect(timeout: float = ANSWER_SECONDS) -> docker.DockerClient:
    """A client of the engine that ``$DOCKER_HOST`` names, else of the one at its usual socket.

    The API version is agreed with the engine. Raises `MachineLacks` with the reason and the remedy: no socket, no
    permission, an engine that is not started or does not answer, or one on another machine.
    """
    address = os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock"
    if not address.startswith("unix://"):
        raise MachineLacks(
            f"DOCKER_HOST is {address}: an engine on another machine can't mount this machine's data",
            remedy=f"unset DOCKER_HOST to use this machine's engine, {_HOST_RUNTIME}",
        )
    try:
        client = docker.DockerClient(base_url=address, timeout=int(timeout))
        client.ping()
    except ENGINE_ERRORS as error:
        raise explain(error, address.removeprefix("unix://")) from error
    return client


def explain(error: BaseException, socket: str) -> MachineLacks:
    """The error that a person reads when the engine at ``socket`` could not be used."""
    cause = _root_os_error(error)
    if isinstance(cause, FileNotFoundError):
        return MachineLacks(
            f"no Docker engine: there is no socket at {socket}",
            remedy="install Docker (Debian and Ubuntu: `apt-get install docker.io`) and start it "
            f"(`systemctl start docker`), {_HOST_RUNTIME}",
        )
    if isinstance(cause, PermissionError):
        return MachineLacks(
            f"Docker's socket {socket} may not be used by this user",
            remedy="add yourself to the group that owns it (`sudo usermod -aG docker $USER`, then log in again), "
            f"{_HOST_RUNTIME}",
        )
    if isinstance(cause, ConnectionRefusedError):
        return MachineLacks(
            f"Docker's engine is not running: nobody listens at {socket}",
            remedy=f"start it (`systemctl start docker`), {_HOST_RUNTIME}",
        )
    return MachineLacks(
        f"Docker's engine at {socket} does not answer: {reason(error)}",
        remedy=f"look at its log (`journalctl -u docker`), {_HOST_RUNTIME}",
    )


def reason(error: BaseException) -> str:
    """The one line worth showing of an error of the SDK: the engine's own words where it said something."""
    if isinstance(error, APIError) and error.explanation:
        return str(error.explanation).strip()
    cause = _root_os_error(error)
    return str((cause.strerror if cause is not None else None) or error).strip() or type(error).__name__


def facts(client: docker.DockerClient) -> dict[str, Any]:
    """What a record says about the engine: versions and drivers; no name, id or address of this machine."""
    info, version = client.info(), client.version()
    components = {part["Name"].lower(): part["Version"] for part in version.get("Components", []) if "Version" in part}
    return {
        "engine": version.get("Version"),
        "api": client.api.api_version,
        "containerd": components.get("containerd"),
        "runc": components.get("runc"),
        "storage_driver": info.get("Driver"),
        "cgroup_version": info.get("CgroupVersion"),
        "cgroup_driver": info.get("CgroupDriver"),
        "security": sorted(option.split(",")[0].removeprefix("name=") for option in info.get("SecurityOptions") or []),
        "rootless": "name=rootless" in (info.get("SecurityOptions") or []),
    }


def _root_os_error(error: BaseException) -> OSError | None:
    """The operating system's error at the bottom of the layers that requests, urllib3 and the SDK put around it."""
    found: OSError | None = None
    seen: set[int] = set()
    todo: list[BaseException] = [error]
    while todo:
        current = todo.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        if isinstance(current, OSError) and current.errno is not None:
            found = current
        nested = [current.__cause__, current.__context__, *current.args]
        todo.extend(item for item in nested if isinstance(item, BaseException))
    return found
