"""Runs of the stub workload in a real container, through the whole of `execute`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import docker

from harness.data.dataset import Dataset
from harness.places import Home
from harness.run.execute import Finished, execute
from harness.run.plan import Plan
from harness.runtime.docker import DockerRuntime
from tests.run.material import STUB, Remembering, StubRuntime


class During(Remembering):
    """A watcher that does something once, when a stage begins."""

    def __init__(self, stage: str, action: Callable[[], None]) -> None:
        super().__init__()
        self._stage, self._action = stage, action

    def stage(self, name: str, total: int | None) -> None:
        super().stage(name, total)
        if name == self._stage:
            self._action()


def run_in_container(
    client: docker.DockerClient,
    image: str,
    home: Home,
    dataset: Dataset,
    behaviour: str,
    made: Plan,
    watcher: Remembering | None = None,
    text: str | None = None,
) -> tuple[Finished, Remembering]:
    """One run of the stub, or of the workload with another program ``text``, in a container of ``image``."""
    watcher = watcher or Remembering()
    command = ("python3", "-c", text or STUB.read_text(), behaviour)
    runtime: Any = StubRuntime(DockerRuntime(home, client), command, image, name="docker")
    done = execute(made, dataset, runtime, home, watcher, watcher.say, image_id=image, gpu_uuid=None)
    return done, watcher
