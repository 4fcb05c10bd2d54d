"""What the examination is given in tests: an engine that is not there, GPUs by description."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import requests
from docker.errors import APIError, ImageNotFound

from harness.doctor.card import card_findings
from harness.doctor.engine import Engine
from harness.system.gpu import read_graphics
from harness.system.live import read_live
from tests.system.cards import Card, plug_in

FACTS = {
    "engine": "28.2.2",
    "storage_driver": "overlay2",
    "cgroup_version": "2",
    "cgroup_driver": "systemd",
    "rootless": False,
}
INFO = {
    "DockerRootDir": "/",
    "MemoryLimit": True,
    "SwapLimit": True,
    "CPUSet": True,
    "PidsLimit": True,
    "Runtimes": {"runc": {}},
}


class Images:
    """``client.images`` with these local images; ``registry`` is raised where it is asked, None where it answers."""

    def __init__(self, local: dict[str, Any], registry: Exception | None) -> None:
        self._local, self._registry = local, registry

    def get(self, reference: str) -> Any:
        if reference not in self._local:
            raise ImageNotFound("no such image")
        return self._local[reference]

    def get_registry_data(self, reference: str) -> None:
        if self._registry is not None:
            raise self._registry


def engine(
    *,
    info: dict[str, Any] | None = None,
    facts: dict[str, Any] | None = None,
    local: dict[str, Any] | None = None,
    registry: Exception | None = None,
) -> Engine:
    """An engine that says what it is told to."""
    client = SimpleNamespace(images=Images(local or {}, registry), api=SimpleNamespace(timeout=5))
    return Engine(client, {**INFO, **(info or {})}, {**FACTS, **(facts or {})})  # type: ignore[arg-type]


def no_such_host() -> APIError:
    """What an engine says whose network has no registry."""
    return APIError("500", explanation="dial tcp: lookup registry: no such host")


def silence() -> requests.exceptions.ReadTimeout:
    """A network that swallows packets."""
    return requests.exceptions.ReadTimeout("Read timed out")


def findings_of(monkeypatch: Any, *cards: Card) -> dict[str, Any]:
    """The findings about these cards, by id."""
    plug_in(monkeypatch, *cards)
    found = [one for gpu in read_graphics().gpus for one in card_findings(gpu, read_live(gpu.index))]
    return {one.id: one for one in found}
