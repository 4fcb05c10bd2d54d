"""From a runtime's name to the runtime."""

from __future__ import annotations

from harness.errors import InvalidInput
from harness.places import Home
from harness.runtime.base import Runtime

NAMES = ("docker", "host")


def runtime_named(name: str, home: Home) -> Runtime:
    """The runtime of that name. Raises `MachineLacks` for ``docker`` where no engine answers, naming ``host``,
    and for ``host`` where the workload's packages are missing.

    There is no silent way from one to the other: results of different runtimes are not compared.
    """
    if name == "docker":
        from harness.runtime.docker import DockerRuntime

        return DockerRuntime(home)
    if name == "host":
        from harness.runtime.host import HostRuntime, check_packages

        # Asked now and not at the first start, by when data would have been prepared for nothing.
        check_packages()
        return HostRuntime(home)
    raise InvalidInput(f"{name!r} is not a runtime", remedy=f"use one of: {', '.join(NAMES)}")
