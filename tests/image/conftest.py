"""A whole image build with wheels of a few hundred bytes, so that it takes seconds."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import docker
import pytest

from harness import places
from harness.image import layers
from harness.places import Home
from harness.runtime.leftovers import HOME_LABEL, home_id
from tests.image.test_base import unreachable
from tests.image.wheelhouse import lock_text, make_wheel


@dataclass(frozen=True)
class Small:
    """A submission's name and folder; ``docker`` is the folder of Dockerfiles that the build uses."""

    name: str
    folder: Path
    docker: Path
    home: Home
    open: bool = False

    @property
    def workload(self) -> dict[str, str]:
        """Asked of an open submission alone."""
        raise AssertionError("a closed submission has none")

    def pin(self, reference: str) -> None:
        """Let the base image be ``reference``."""
        text = (Path(__file__).parents[2] / "docker" / "base.Dockerfile").read_text()
        lines = [
            f"ARG PINNED={reference}" if line.startswith("ARG PINNED=") else line.replace("PYTHON=3.12", "PYTHON=3.11")
            for line in text.splitlines()
        ]
        (self.docker / "base.Dockerfile").write_text("\n".join(lines) + "\n")


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: docker.DockerClient) -> Iterator[Small]:
    """A small submission whose image builds in seconds, from a home of its own; its images are gone afterwards."""
    resources, home = tmp_path / "resources", tmp_path / "home"
    shutil.copytree(Path(__file__).parents[2] / "docker", resources / "docker")
    home.mkdir()
    wheels = [make_wheel(tmp_path / "index", name) for name in ("torch", "timm", "bitsandbytes")]
    (resources / "docker" / "requirements-py3.11.txt").write_text(lock_text(wheels))
    folder = tmp_path / "submissions" / "small"
    folder.mkdir(parents=True)
    (folder / "submission.yaml").write_text("name: small\n")
    monkeypatch.setattr(places, "resources", lambda: resources)
    monkeypatch.setattr(layers, "_BUILD_GIB", 1.0)
    monkeypatch.setattr(layers, "_WHEELS_GIB", 0.1)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    made = Small("small", folder, resources / "docker", Home(home))
    made.pin(unreachable())
    yield made
    label = f"{HOME_LABEL}={home_id(made.home)}"
    for container in engine.containers.list(all=True, filters={"label": label}):
        container.remove(force=True)
    for image in engine.images.list(filters={"label": label}):
        engine.images.remove(str(image.id), force=True)
