"""From an open submission to its image, on a real engine: no network, no data, limits, and nothing that stays."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import docker
import pytest

from harness.errors import HarnessError, InfrastructureFailed, InvalidInput
from harness.image import build as builds
from harness.image.build import Image, ensure_image, identity_of
from harness.image.builder import Limits
from harness.places import Home
from harness.runtime.docker import DockerRuntime
from harness.runtime.leftovers import HOME_LABEL, home_id
from tests.runtime.talk import launch, listen, text

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("local_base")]

HEAD = "ARG BASE\nFROM ${BASE}\n"


@dataclass(frozen=True)
class Program:
    """An open submission as a build sees it."""

    folder: Path
    home: Home
    name: str = "program"
    open: bool = True
    workload: dict[str, str] = field(default_factory=lambda: {"packages": "none", "stage": "none"})


@pytest.fixture
def program(tmp_path: Path, engine: docker.DockerClient) -> Iterator[Program]:
    """A program without packages; its images are gone afterwards."""
    (tmp_path / "program" / "workload").mkdir(parents=True)
    (tmp_path / "home").mkdir()
    (tmp_path / "program" / "workload" / "main.py").write_text("print('hello')\n")
    (tmp_path / "program" / "submission.yaml").write_text("name: program\n")
    made = Program(tmp_path / "program", Home(tmp_path / "home"))
    yield made
    label = f"{HOME_LABEL}={home_id(made.home)}"
    for image in engine.images.list(filters={"label": label}):
        engine.images.remove(str(image.id), force=True)


def made(program: Program, engine: docker.DockerClient) -> Image:
    return ensure_image(program, program.home, lambda said: None, engine)


def staged(program: Program, dockerfile: str) -> Program:
    (program.folder / "Dockerfile").write_text(HEAD + dockerfile)
    return Program(program.folder, program.home, workload={"packages": "none", "stage": "Dockerfile"})


def inside(engine: docker.DockerClient, image: Image, program: Program, *command: str) -> str:
    asked = launch(program.home.root, "", image=image.id, command=command)
    workload = DockerRuntime(program.home, engine).start(asked)
    try:
        chunks = listen(workload)
        return (text(chunks) + text(chunks, "stderr")).decode()
    finally:
        workload.close()


def test_the_folder_and_the_protocol_are_inside_and_nothing_else_of_the_harness(
    engine: docker.DockerClient, program: Program
) -> None:
    foretold = identity_of(program, engine)
    image = made(program, engine)
    assert image.built and image.identity == foretold
    assert image.identity["base"]["kind"] == "local"
    assert inside(engine, image, program, "python3", "main.py") == "hello\n"
    listing = "import os, harness.protocol; print(sorted(os.listdir('/opt/app/harness')), os.listdir('/submission'))"
    assert inside(engine, image, program, "python3", "-c", listing) == (
        "['__init__.py', 'protocol.py'] ['submission.yaml', 'workload']\n"
    )
    assert made(program, engine).built is False


def test_any_changed_file_is_another_image(engine: docker.DockerClient, program: Program) -> None:
    before = identity_of(program, engine)["identity"]
    file = program.folder / "workload" / "main.py"
    file.chmod(0o755)
    executable = identity_of(program, engine)["identity"]
    file.write_text("print('other')\n")
    assert len({before, executable, identity_of(program, engine)["identity"]}) == 3


def test_a_stage_of_its_own_is_built_without_a_network(engine: docker.DockerClient, program: Program) -> None:
    look = (
        "RUN ls /sys/class/net > /seen; "
        "python3 -c \"import socket; socket.create_connection(('1.1.1.1', 53), 3)\" 2>> /seen || true\n"
    )
    image = made(staged(program, f"COPY workload /src\n{look}RUN cp /src/main.py /built.py\n"), engine)
    seen = inside(engine, image, program, "cat", "/seen")
    assert seen.splitlines()[0] == "lo"
    assert "Network is unreachable" in seen
    assert inside(engine, image, program, "python3", "/built.py") == "hello\n"


def test_a_stage_that_fails_shows_its_own_words(engine: docker.DockerClient, program: Program) -> None:
    with pytest.raises(InfrastructureFailed) as caught:
        made(staged(program, "RUN echo what went wrong >&2; exit 7\n"), engine)
    assert "what went wrong" in caught.value.message
    assert engine.containers.list(all=True, filters={"label": f"{HOME_LABEL}={home_id(program.home)}"}) == []


@pytest.mark.parametrize(
    ("command", "limits"),
    [
        ("sleep 600", Limits(seconds=4, memory=2**28, cpus=(min(os.sched_getaffinity(0)),))),
        ("while true; do echo on and on; done", Limits(4, 2**28, (min(os.sched_getaffinity(0)),))),
    ],
    ids=["silent", "talkative"],
)
def test_a_stage_that_never_ends_is_ended(
    engine: docker.DockerClient, program: Program, monkeypatch: pytest.MonkeyPatch, command: str, limits: Limits
) -> None:
    monkeypatch.setattr(builds, "_limits", lambda: limits)
    with pytest.raises(InvalidInput) as caught:
        made(staged(program, f"RUN {command}\n"), engine)
    assert "was ended" in caught.value.message and "build_s" in (caught.value.remedy or "")
    assert engine.containers.list(all=True, filters={"label": f"{HOME_LABEL}={home_id(program.home)}"}) == []


def test_a_stage_that_takes_all_memory_is_ended(
    engine: docker.DockerClient, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builds, "_limits", lambda: Limits(60, 2**26, (min(os.sched_getaffinity(0)),)))
    with pytest.raises(HarnessError) as caught:
        made(staged(program, 'RUN python3 -c "print(len(str(9) * (1 << 28)))"\n'), engine)
    assert "non-zero code: 137" in caught.value.message
