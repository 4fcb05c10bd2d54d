"""The `docker` runtime: the workload in a sandboxed container of this machine's engine."""

from __future__ import annotations

from typing import Any

import docker
from docker.errors import APIError, ImageNotFound

from harness.errors import InfrastructureFailed, MachineLacks
from harness.places import Home
from harness.runtime.base import Launch
from harness.runtime.container import ContainerWorkload
from harness.runtime.engine import ENGINE_ERRORS, connect, facts, reason
from harness.runtime.leftovers import run_labels, sweep_containers
from harness.runtime.sandbox import container_settings, host_settings, weights_path


class DockerRuntime:
    """Starts workloads in containers. ``client`` is connected by default (see `connect`)."""

    name = "docker"

    def __init__(self, home: Home, client: docker.DockerClient | None = None) -> None:
        self._home = home
        self._client = client or connect()

    def start(self, launch: Launch) -> ContainerWorkload:
        """Start a container of ``launch.image``.

        Raises `MachineLacks` where the engine refuses what was asked for (a graphics card, processors, an image that is
        not there) and `InfrastructureFailed` where it does not answer.
        """
        if launch.image is None:
            raise ValueError("the docker runtime starts an image by its id")
        api = self._client.api
        try:
            config = api.create_host_config(**host_settings(launch))
            settings = container_settings(launch, run_labels(self._home, launch.run_id))
            created = api.create_container(host_config=config, **settings)
        except ENGINE_ERRORS as error:
            raise _refusal(error) from error
        workload = ContainerWorkload(self._client, created["Id"], weights_path(launch))
        try:
            workload.attach()
            workload.start()
        except ENGINE_ERRORS as error:
            workload.close()
            raise _refusal(error) from error
        except BaseException:
            workload.close()
            raise
        return workload

    def sweep(self) -> list[str]:
        """See `Runtime.sweep`."""
        try:
            return sweep_containers(self._client, self._home)
        except ENGINE_ERRORS as error:
            raise InfrastructureFailed(f"Docker's engine did not remove leftovers: {reason(error)}") from error

    def describe(self) -> dict[str, Any]:
        """Versions and drivers of the engine."""
        return {"name": self.name, **facts(self._client)}


def _refusal(error: BaseException) -> MachineLacks | InfrastructureFailed:
    """What the engine's answer to a start means for the person who asked for it."""
    why = reason(error)
    if isinstance(error, ImageNotFound):
        return MachineLacks(f"the image is not there any more: {why}", remedy="build it again: `harness build`")
    if not isinstance(error, APIError):
        return InfrastructureFailed(f"Docker's engine did not start the workload: {why}")
    if "could not select device driver" in why or "nvidia" in why.lower():
        return MachineLacks(
            f"Docker can't give a container the graphics card: {why}",
            remedy="install the NVIDIA Container Toolkit and restart Docker, or run on the processor",
        )
    if "CPUs are not available" in why:
        return MachineLacks(
            f"Docker can't use the processors asked for: {why}", remedy="see which ones this machine allows: `nproc`"
        )
    return InfrastructureFailed(f"Docker's engine could not start the workload: {why}")
