"""The sandbox, asked from inside: what a workload finds when it tries."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import docker
import pytest

from harness.places import Home
from harness.runtime.docker import DockerRuntime
from tests.runtime.talk import LIMITS, launch, listen, text

pytestmark = pytest.mark.engine

PROBE = r"""
import errno, json, os, socket, subprocess, threading

def attempt(what):
    try:
        what()
        return 'worked'
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error.errno))

def connect():
    socket.create_connection(('1.1.1.1', 53), timeout=3)

def fork_bomb():
    stop = threading.Event()
    started = 0
    try:
        for _ in range(5000):
            threading.Thread(target=stop.wait, daemon=True).start()
            started += 1
    except RuntimeError:
        pass
    stop.set()
    return started

status = dict(line.split(':', 1) for line in open('/proc/self/status').read().splitlines())
statvfs = lambda path: (lambda s: s.f_blocks * s.f_frsize)(os.statvfs(path))
print(json.dumps({
    'uid': os.getuid(), 'gid': os.getgid(), 'groups': os.getgroups(),
    'capabilities': [status[name].strip() for name in ('CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb')],
    'no_new_privileges': status['NoNewPrivs'].strip(),
    'seccomp': status['Seccomp'].strip(),
    'interfaces': sorted(os.listdir('/sys/class/net')),
    'connect': attempt(connect),
    'resolve': attempt(lambda: socket.getaddrinfo('example.org', 80)) != 'worked',
    'write_root': attempt(lambda: open('/new', 'w')),
    'write_etc': attempt(lambda: open('/etc/new', 'w')),
    'write_tmp': attempt(lambda: open('/tmp/new', 'w').write('x')),
    'tmp_bytes': statvfs('/tmp'), 'shm_bytes': statvfs('/dev/shm'),
    'hostname': socket.gethostname(),
    'cpus': sorted(os.sched_getaffinity(0)),
    'first_process': open('/proc/1/cmdline').read().split('\0')[0],
    'environment': dict(os.environ),
    'devices': [name for name in os.listdir('/dev') if name.startswith('nvidia')],
    'threads': fork_bomb(),
    'socket': os.path.exists('/var/run/docker.sock'),
}))
"""


@pytest.fixture(scope="module")
def found(engine: docker.DockerClient, local_base: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    tmp_path = tmp_path_factory.mktemp("sandbox")
    workload = DockerRuntime(Home(tmp_path), engine).start(launch(tmp_path, PROBE, image=local_base))
    try:
        chunks = listen(workload)
    finally:
        workload.close()
    assert text(chunks), text(chunks, "stderr").decode()
    answers: dict[str, Any] = json.loads(text(chunks))
    return answers


def test_not_root_and_in_no_group(found: dict[str, Any]) -> None:
    assert (found["uid"], found["gid"]) == (65534, 65534)
    assert set(found["groups"]) <= {65534}


def test_no_capabilities_and_no_way_to_gain_any(found: dict[str, Any]) -> None:
    assert [int(mask, 16) for mask in found["capabilities"]] == [0, 0, 0, 0, 0]
    assert found["no_new_privileges"] == "1"
    assert found["seccomp"] == "2"


def test_no_network_at_all(found: dict[str, Any]) -> None:
    assert found["interfaces"] == ["lo"]
    assert found["connect"] == "ENETUNREACH"
    assert found["resolve"]


def test_the_root_is_read_only_and_only_tmp_is_not(found: dict[str, Any]) -> None:
    assert found["write_root"] == found["write_etc"] == "EROFS"
    assert found["write_tmp"] == "worked"


def test_the_sizes_are_the_ruleset_s(found: dict[str, Any]) -> None:
    assert found["tmp_bytes"] == LIMITS["tmp_gib"] * 1024**3
    assert found["shm_bytes"] == LIMITS["shm_gib"] * 1024**3


def test_the_number_of_threads_is_limited(found: dict[str, Any]) -> None:
    assert 0 < found["threads"] < LIMITS["pids"]


def test_the_processors_are_the_given_ones(found: dict[str, Any]) -> None:
    assert found["cpus"] == [min(os.sched_getaffinity(0))]


def test_nothing_of_this_machine_shows(found: dict[str, Any]) -> None:
    assert found["hostname"] == "workload"
    assert found["environment"].keys() <= {"PATH", "HOME", "TZ", "HOSTNAME", "NVIDIA_VISIBLE_DEVICES", "LC_CTYPE"}
    assert found["devices"] == []
    assert not found["socket"]


def test_orphans_are_collected_by_an_init(found: dict[str, Any]) -> None:
    assert found["first_process"].endswith("init")


def test_a_full_tmp_is_an_error_inside_and_nothing_outside(
    engine: docker.DockerClient, local_base: str, tmp_path: Path
) -> None:
    code = "import errno\ntry: open('/tmp/big', 'wb').write(bytes(64 * 1024**2))\nexcept OSError as e: print(e.errno)"
    workload = DockerRuntime(Home(tmp_path), engine).start(launch(tmp_path, code, image=local_base))
    try:
        assert text(listen(workload)) == b"28\n"
    finally:
        workload.close()


def test_of_all_weights_only_those_of_the_run_are_there(
    engine: docker.DockerClient, local_base: str, tmp_path: Path
) -> None:
    shelf = tmp_path / "weights" / "densenet121"
    shelf.mkdir(parents=True, mode=0o700)
    file = shelf / "model.safetensors"
    file.write_bytes(b"weights")
    file.chmod(0o444)
    (shelf / "other").write_bytes(b"other")
    code = (
        "import os; path = '/weights/model.safetensors'; print(os.listdir('/weights'), open(path).read())\n"
        "try: open(path, 'a')\nexcept OSError as error: print(error.strerror)"
    )
    workload = DockerRuntime(Home(tmp_path), engine).start(launch(tmp_path, code, image=local_base, weights=file))
    try:
        assert workload.weights_path == "/weights/model.safetensors"
        seen = text(listen(workload)).decode()
    finally:
        workload.close()
    assert seen in [f"['model.safetensors'] weights\n{why}\n" for why in ("Permission denied", "Read-only file system")]
