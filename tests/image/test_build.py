"""From a submission to an image, on a real engine."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest
from click.testing import CliRunner

from harness.cli.build import build
from harness.errors import InfrastructureFailed, MachineLacks
from harness.image import layers
from harness.image.base import find_image
from harness.image.build import Image, ensure_image, identity_of
from harness.image.layers import IMAGE_LABEL
from harness.places import Home
from harness.runtime.docker import DockerRuntime
from harness.runtime.leftovers import HOME_LABEL, home_id
from tests.image.conftest import Small
from tests.image.registry import serving
from tests.runtime.talk import launch, listen, text

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("local_base")]


def silent(said: str) -> None:
    """Nobody listens."""


def unnamed(engine: docker.DockerClient, home: Home) -> list[str]:
    """Images and containers that a build of this home left behind."""
    wanted = f"{HOME_LABEL}={home_id(home)}"
    images = engine.images.list(filters={"dangling": True, "label": wanted})
    containers = engine.containers.list(all=True, filters={"label": [wanted, f"{IMAGE_LABEL}=stage"]})
    return [str(one.id) for one in [*images, *containers]]


def test_a_submission_s_image_from_nothing(engine: docker.DockerClient, small: Small) -> None:
    said: list[str] = []
    foretold = identity_of(small, engine)
    image = ensure_image(small, small.home, said.append, engine)
    assert image.built and image.identity == foretold
    assert image.identity["base"]["kind"] == "local"
    assert image.tag == f"leanmed/run:small-{foretold['identity'][7:19]}"
    assert any(line.startswith("  Step ") for line in said)
    assert unnamed(engine, small.home) == []
    config = engine.images.get(image.id).attrs["Config"]
    assert config["User"] == "65534:65534"
    assert config["Entrypoint"] == ["/opt/leanmed/bin/python", "-m", "harness.workload"]
    assert {"PYTHONHASHSEED=0", "TZ=UTC", "LC_ALL=C.UTF-8", "HOME=/tmp"} <= set(config["Env"])
    # Only what the workload needs is inside, and no wheel stayed.
    listing = (
        "import os; print(sorted(os.listdir('/opt/app/harness')), os.path.exists('/wheels'), os.listdir('/submission'))"
    )
    found = inside(engine, image, small, listing)
    assert found == "['__init__.py', '__pycache__', 'protocol.py', 'workload'] False ['submission.yaml']\n"
    # What was built is found again, and the dependencies are shared with a changed submission.
    assert ensure_image(small, small.home, said.append, engine).built is False
    dependencies = {str(one.id) for one in engine.images.list("leanmed/deps")}
    (small.folder / "submission.yaml").write_text("name: small\ntitle: changed\n")
    changed = ensure_image(small, small.home, said.append, engine)
    assert changed.built and changed.identity["identity"] != image.identity["identity"]
    assert {str(one.id) for one in engine.images.list("leanmed/deps")} == dependencies


def inside(engine: docker.DockerClient, image: Image, small: Small, code: str) -> str:
    asked = launch(small.home.root, code, image=image.id, command=("/opt/leanmed/bin/python", "-c", code))
    workload = DockerRuntime(small.home, engine).start(asked)
    try:
        return text(listen(workload)).decode()
    finally:
        workload.close()


@pytest.fixture
def pinned(engine: docker.DockerClient, local_base: str, tmp_path: Path) -> Iterator[str]:
    """The reference of an image in a registry, which is the local base with a label and is not on this machine."""
    folder = tmp_path / "pinned"
    folder.mkdir()
    (folder / "Dockerfile").write_text(f"FROM {local_base}\nLABEL of-this-test={tmp_path.name}\n")
    image, _ = engine.images.build(path=str(folder), tag="leanmed-test:pinned", rm=True)
    saved = list(image.save())
    engine.images.remove(str(image.id), force=True)
    with serving(saved) as reference:
        yield reference
    remove_tree(engine, str(image.id))


def remove_tree(engine: docker.DockerClient, image: str) -> None:
    """Remove an image and the nameless ones that an unfinished build put on it."""
    if find_image(engine, image) is None:
        return
    for child in engine.api.images(all=True):
        if child["ParentId"] == image:
            remove_tree(engine, str(child["Id"]))
    if find_image(engine, image) is not None:
        engine.images.remove(image, force=True)


def test_a_pinned_base_is_pulled_by_digest_and_gets_its_python_once(
    engine: docker.DockerClient, pinned: str, small: Small
) -> None:
    small.pin(pinned)
    said: list[str] = []
    image = ensure_image(small, small.home, said.append, engine)
    assert image.identity["base"] == {"kind": "pinned", "reference": pinned, "id": pinned.partition("@")[2]}
    assert any(line.startswith("pulling") for line in said)
    assert inside(engine, image, small, "import torch; print(torch.__version__)") == "1.0\n"
    said.clear()
    (small.folder / "submission.yaml").write_text("name: small\ntitle: changed\n")
    ensure_image(small, small.home, said.append, engine)
    assert not any("leanmed/base" in line or line.startswith("pulling") for line in said)


def test_a_base_with_another_python_than_it_says_is_refused(
    engine: docker.DockerClient, pinned: str, small: Small
) -> None:
    small.pin(pinned)
    path = small.docker / "base.Dockerfile"
    path.write_text(path.read_text().replace("PYTHON=3.11", "PYTHON=3.12"))
    with pytest.raises(InfrastructureFailed) as caught:
        ensure_image(small, small.home, silent, engine)
    assert "this base has Python 3.11, not 3.12" in caught.value.message


def test_a_failed_build_shows_the_end_of_its_log_and_where_the_rest_is(
    engine: docker.DockerClient, small: Small
) -> None:
    dockerfile = small.docker / "dependencies.Dockerfile"
    first, second_from, second = dockerfile.read_text().rpartition("FROM ")
    dockerfile.write_text(f"{first}RUN echo before; echo what went wrong >&2; exit 7\n{second_from}{second}")
    with pytest.raises(InfrastructureFailed) as caught:
        ensure_image(small, small.home, silent, engine)
    assert "what went wrong" in caught.value.message
    assert "returned a non-zero code: 7" in caught.value.message
    log = small.home.root / "builds" / "dependencies.log"
    assert str(log) in str(caught.value)
    assert "before" in log.read_text()
    dockerfile.write_text(first + second_from + second)
    assert ensure_image(small, small.home, silent, engine).built
    assert unnamed(engine, small.home) == []


MOMENTS = {
    "downloading": "wheel",
    "sending": "sent ",
    "installing": "  Step 8/",
    "compiling": "  Step 5/",
}


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS)
def test_ctrl_c_at_any_step_spoils_nothing(engine: docker.DockerClient, small: Small, moment: str) -> None:
    def interrupt(said: str) -> None:
        if said.startswith(moment):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ensure_image(small, small.home, interrupt, engine)
    assert ensure_image(small, small.home, silent, engine).built
    assert unnamed(engine, small.home) == []


BUILDER = """
import sys
from pathlib import Path
from types import SimpleNamespace
from harness import places
from harness.image import layers
from harness.image.build import ensure_image
folder, resources, home = (Path(one) for one in sys.argv[1:])
places.resources = lambda: resources
layers._BUILD_GIB = 1.0
submission = SimpleNamespace(name='small', folder=folder, open=False)
ensure_image(submission, places.Home(home), lambda said: print(said, flush=True))
"""


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS)
def test_kill_9_at_any_step_spoils_nothing(engine: docker.DockerClient, small: Small, moment: str) -> None:
    arguments = [str(small.folder), str(small.docker.parent), str(small.home.root)]
    process = subprocess.Popen([sys.executable, "-c", BUILDER, *arguments], stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout is not None
        assert any(line.startswith(moment) for line in process.stdout), process.stdout.read()
        process.send_signal(signal.SIGKILL)
    assert ensure_image(small, small.home, silent, engine).built
    assert unnamed(engine, small.home) == []


def test_a_full_disk_is_noticed_before_anything_starts(
    engine: docker.DockerClient, small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layers, "_BUILD_GIB", 1e6)
    with pytest.raises(MachineLacks, match="GiB free") as caught:
        ensure_image(small, small.home, silent, engine)
    assert engine.info()["DockerRootDir"] in caught.value.message
    assert not small.home.wheels.exists()


@pytest.mark.slow
def test_the_command(dependency_image: str) -> None:
    submission = Path(__file__).parents[2] / "submissions" / "densenet_8bit"
    first = CliRunner().invoke(build, [str(submission), "--json"])
    assert first.exit_code == 0, first.output
    image = json.loads(first.stdout)
    assert image["kind"] == "docker" and image["tag"].startswith("leanmed/run:densenet_8bit-")
    again = CliRunner().invoke(build, [str(submission)])
    assert again.stdout == "" and "already there" in again.stderr


@pytest.mark.slow
@pytest.mark.torch
def test_the_real_dependencies_work_in_the_sandbox(
    engine: docker.DockerClient, dependency_image: str, tmp_path: Path
) -> None:
    code = """
import bitsandbytes, timm, torch
layer = torch.nn.Linear(128, 128)
optimizer = bitsandbytes.optim.AdamW8bit(layer.parameters())
layer(torch.ones(2, 128)).sum().backward()
optimizer.step()
values = [value for state in optimizer.state.values() for value in state.values()]
print({str(value.dtype) for value in values if hasattr(value, 'dtype')})
"""
    limits = {"memory_gib": 4, "shm_gib": 0.25, "pids": 512, "tmp_gib": 0.25}
    command = ("/opt/leanmed/bin/python", "-c", code)
    asked = launch(tmp_path, code, image=dependency_image, command=command, limits=limits)
    workload = DockerRuntime(Home(tmp_path), engine).start(asked)
    try:
        chunks = listen(workload, patience=120)
    finally:
        workload.close()
    assert "torch.uint8" in text(chunks).decode(), text(chunks, "stderr").decode()
