"""Why there is no engine, as a person reads it. Every answer names the way without one."""

from __future__ import annotations

import errno
import socket
import threading
from pathlib import Path

import docker
import pytest
from docker.errors import DockerException

from harness.errors import Exit, MachineLacks
from harness.runtime.engine import connect, explain, facts


def failure(monkeypatch: pytest.MonkeyPatch, address: str) -> MachineLacks:
    monkeypatch.setenv("DOCKER_HOST", address)
    with pytest.raises(MachineLacks) as caught:
        connect(timeout=2)
    assert caught.value.exit_code == Exit.MACHINE_LACKS
    assert "--runtime host" in str(caught.value)
    return caught.value


def test_no_socket(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    error = failure(monkeypatch, f"unix://{tmp_path}/docker.sock")
    assert f"there is no socket at {tmp_path}/docker.sock" in error.message
    assert "apt-get install docker.io" in str(error)


def test_nobody_listens(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "docker.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
    assert "not running" in failure(monkeypatch, f"unix://{path}").message


def test_it_hangs_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "docker.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()

        def hang_up() -> None:
            server.accept()[0].close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        assert "does not answer" in failure(monkeypatch, f"unix://{path}").message
        thread.join()


def test_it_never_answers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "docker.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        assert "does not answer" in failure(monkeypatch, f"unix://{path}").message


def test_another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    error = failure(monkeypatch, "tcp://192.0.2.1:2375")
    assert "another machine" in error.message


def test_no_permission() -> None:
    cause = PermissionError(errno.EACCES, "Permission denied")
    wrapped = DockerException("Error while fetching server API version: ...")
    wrapped.__cause__ = ConnectionError("aborted", cause)
    error = explain(wrapped, "/var/run/docker.sock")
    assert "may not be used by this user" in error.message
    assert "usermod -aG docker" in str(error)


@pytest.mark.engine
def test_what_a_record_says_names_no_machine(engine: docker.DockerClient) -> None:
    said = facts(engine)
    assert said["engine"] and said["storage_driver"] and said["cgroup_version"]
    info = engine.info()
    for personal in (info["Name"], info["ID"], info["DockerRootDir"]):
        assert personal not in said.values()
