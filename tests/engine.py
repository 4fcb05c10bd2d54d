"""Fixtures for tests against a real container engine. Without one they skip with the reason; with CI=true they fail."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import docker
import pytest

from harness.errors import MachineLacks
from harness.image.base import LOCAL_TAG, choose_base, find_image
from harness.image.layers import ensure_dependencies, find_ours, foundation
from harness.places import Home, resources
from harness.runtime.engine import ENGINE_ERRORS, connect
from harness.runtime.leftovers import kill_quietly

_SCRIPT = Path(__file__).resolve().parent.parent / "docker" / "make-local-base.sh"
_START_SECONDS = 60


def lacking(reason: str) -> NoReturn:
    """Fail in CI, where everything must be there; elsewhere skip."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def engine() -> Iterator[docker.DockerClient]:
    """A client of this machine's engine."""
    try:
        client = connect()
    except MachineLacks as error:
        lacking(f"no engine: {error}")
    yield client
    client.close()


@pytest.fixture(scope="session")
def local_base(engine: docker.DockerClient) -> str:
    """The id of the local base image (a small Debian with Python), made where it is not there."""
    image = find_image(engine, LOCAL_TAG)
    if image is None:
        if shutil.which("mmdebstrap") is None:
            lacking("mmdebstrap is missing, which makes the local base image")
        subprocess.run([_SCRIPT], check=True, timeout=600)
        image = engine.images.get(LOCAL_TAG)
    return str(image.id)


@pytest.fixture(scope="session")
def dependency_image(engine: docker.DockerClient, local_base: str) -> str:
    """The id of the real dependency image (torch, 6 GB). Where it is not there: built in CI (minutes), else a skip."""
    folder, home = resources() / "docker", Home.find()
    below = foundation(choose_base(engine, folder / "base.Dockerfile", print), folder)
    ready = find_ours(engine, below.tag, below.digest)
    if ready is not None:
        return ready
    if os.environ.get("CI") != "true":
        pytest.skip("the dependency image is not there: `harness build submissions/densenet_fp32` makes it")
    return ensure_dependencies(engine, below, home, home.root / "builds", print)


class SecondEngine:
    """An engine of the tests' own beside this machine's, which may be stopped, killed and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.address = f"unix://{folder / 's'}"

    @property
    def pid(self) -> int:
        """The engine's process id."""
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the engine's process is there."""
        return self._process is not None and self._process.poll() is None

    def client(self) -> docker.DockerClient:
        """A client of it."""
        return docker.DockerClient(base_url=self.address, timeout=60)

    def start(self) -> None:
        """Start it and wait until it answers."""
        (self._folder / "config.json").write_text("{}")
        log = self._folder / "log"
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [
                    # In a network of its own: without a bridge of its own, an engine deletes the machine's docker0.
                    *("unshare", "--net", "--"),
                    *("dockerd", "--config-file", self._folder / "config.json", "--host", self.address),
                    *("--data-root", self._folder / "data", "--exec-root", self._folder / "exec"),
                    *("--pidfile", self._folder / "pid", "--bridge=none", "--iptables=false"),
                    *("--containerd-namespace=leanmed-test", "--containerd-plugins-namespace=leanmed-test-plugins"),
                ],
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self.running:
            try:
                self.client().close()
            except ENGINE_ERRORS:
                time.sleep(0.2)
                continue
            return
        raise RuntimeError(f"the second engine did not start:\n{log.read_text()[-3000:]}")

    def stop(self) -> None:
        """Stop it as a service manager would; it ends its containers."""
        assert self._process is not None
        self._process.terminate()
        self._process.wait(timeout=60)

    def kill(self) -> None:
        """End it without warning; its containers are left without an engine."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(timeout=60)
        # Its containerd dies with it. Until someone collects that process, the next engine would take it for alive.
        (self._folder / "exec" / "containerd" / "containerd.pid").unlink(missing_ok=True)

    def remove(self) -> None:
        """End everything that it started, and leave no mount and no file."""
        if self.running:
            self.kill()
        for pid in _processes_naming(self._folder):
            for one in (*_children(pid), pid):
                kill_quietly(one)
        mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
        for mount in sorted((mount for mount in mounts if mount.startswith(f"{self._folder}/")), reverse=True):
            subprocess.run(["umount", "--lazy", mount], check=True)
        shutil.rmtree(self._folder)


def _processes_naming(folder: Path) -> list[int]:
    """Processes with ``folder`` in their command: the guardians that a killed engine leaves beside its containers."""
    named = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if f"{folder}/".encode() in command:
            named.append(int(entry.name))
    return named


def _children(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except FileNotFoundError:
        return []
    return [int(one) for one in text.split()]


@pytest.fixture(scope="session")
def second_engine_with_base(engine: docker.DockerClient, local_base: str) -> Iterator[SecondEngine]:
    """A second engine with the local base image; everything it started is gone afterwards."""
    if os.geteuid() != 0 or shutil.which("dockerd") is None:
        lacking("a second engine needs root and dockerd")
    # A short path: sockets lie below it, and their names are limited to 107 bytes.
    second = SecondEngine(Path(tempfile.mkdtemp(prefix="lm")))
    try:
        second.start()
        with contextlib.closing(second.client()) as client:
            client.images.load(b"".join(engine.images.get(local_base).save()))
        yield second
    finally:
        second.remove()


@pytest.fixture
def second_engine(second_engine_with_base: SecondEngine) -> Iterator[tuple[SecondEngine, docker.DockerClient]]:
    """The second engine, running, with a client of it; a test may do to it what it likes."""
    second = second_engine_with_base
    if not second.running:
        second.start()
    with contextlib.closing(second.client()) as client:
        for left in client.containers.list(all=True):
            left.remove(force=True)
        yield second, client
