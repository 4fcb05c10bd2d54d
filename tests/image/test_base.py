"""Which base an image stands on: the pinned one wherever it can be had, else a local one, never silently."""

from __future__ import annotations

import shutil
import socket
import subprocess
from pathlib import Path

import docker
import pytest

from harness.errors import InvalidInput, MachineLacks
from harness.image import base as base_module
from harness.image.base import LOCAL_TAG, Base, ask_python, choose_base, pinned_base
from harness.places import resources
from tests.image.registry import serving

DIGEST = "sha256:" + "0" * 64


def dockerfile(folder: Path, reference: str, python: str = "3.11") -> Path:
    path = folder / "base.Dockerfile"
    path.write_text(f"ARG PINNED={reference}\nFROM ${{PINNED}}\nARG PYTHON={python}\n")
    return path


def unreachable() -> str:
    """A reference at an address of this machine where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}/nowhere:1@{DIGEST}"


def test_the_shipped_base_is_pinned_by_digest() -> None:
    base = pinned_base(resources() / "docker" / "base.Dockerfile")
    assert base.kind == "pinned"
    assert base.reference.startswith("nvidia/cuda:") and base.reference.endswith(base.id)
    assert base.python == "3.12"


@pytest.mark.parametrize(
    ("reference", "pullable"),
    [
        (f"nvidia/cuda:13@{DIGEST}", f"nvidia/cuda@{DIGEST}"),
        (f"localhost:5000/a/b:tag@{DIGEST}", f"localhost:5000/a/b@{DIGEST}"),
        (f"localhost:5000/a@{DIGEST}", f"localhost:5000/a@{DIGEST}"),
        (f"debian@{DIGEST}", f"debian@{DIGEST}"),
    ],
)
def test_it_is_pulled_by_digest_alone(reference: str, pullable: str) -> None:
    assert Base(kind="pinned", reference=reference, id=DIGEST, python="3.12").pullable == pullable


def test_a_base_that_is_not_pinned_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="does not name its base by digest"):
        pinned_base(dockerfile(tmp_path, "nvidia/cuda:latest"))


@pytest.mark.engine
def test_without_a_registry_the_local_base_is_used_and_said(
    engine: docker.DockerClient, local_base: str, tmp_path: Path
) -> None:
    said: list[str] = []
    base = choose_base(engine, dockerfile(tmp_path, unreachable()), said.append)
    assert (base.kind, base.reference, base.python) == ("local", LOCAL_TAG, "3.11")
    assert base.id == engine.images.get(local_base).attrs["RootFS"]["Layers"][0]
    (sentence,) = said
    assert LOCAL_TAG in sentence and "can't be pulled" in sentence
    assert ask_python(engine, local_base) == base.python


@pytest.mark.engine
def test_without_either_the_remedy_names_the_script(
    engine: docker.DockerClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base_module, "LOCAL_TAG", "leanmed/local-base:not-there")
    with pytest.raises(MachineLacks) as caught:
        choose_base(engine, dockerfile(tmp_path, unreachable()), lambda text: None)
    assert "make-local-base.sh" in str(caught.value) and "--runtime host" in str(caught.value)


@pytest.mark.engine
def test_a_registry_that_answers_is_preferred_to_a_local_base(
    engine: docker.DockerClient, local_base: str, tmp_path: Path
) -> None:
    said: list[str] = []
    with serving(engine.images.get(local_base).save()) as reference:
        base = choose_base(engine, dockerfile(tmp_path, reference), said.append)
    assert base.kind == "pinned" and base.reference == reference
    assert said == []


@pytest.mark.engine
def test_a_registry_that_never_answers_does_not_hold_up_for_long(
    engine: docker.DockerClient, local_base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base_module, "_REGISTRY_SECONDS", 2)
    usual = engine.api.timeout
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        reference = f"127.0.0.1:{silent.getsockname()[1]}/silent:1@{DIGEST}"
        assert choose_base(engine, dockerfile(tmp_path, reference), lambda text: None).kind == "local"
    assert engine.api.timeout == usual


def test_the_script_says_what_is_missing(tmp_path: Path) -> None:
    script = resources() / "docker" / "make-local-base.sh"
    for tool in ("uname", "sh"):
        (tmp_path / tool).symlink_to(str(shutil.which(tool)))
    done = subprocess.run([script], check=False, env={"PATH": str(tmp_path)}, capture_output=True, text=True)
    assert done.returncode == 3
    assert "apt-get install mmdebstrap" in done.stderr
