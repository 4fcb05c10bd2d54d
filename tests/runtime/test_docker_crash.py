"""When the harness dies, and when the engine does: nothing hangs, nothing is hidden, nothing stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import docker
import pytest

from harness.errors import Exit, InfrastructureFailed
from harness.places import Home
from harness.runtime.docker import DockerRuntime
from harness.runtime.leftovers import HOME_LABEL, KIND_LABEL, RUN_LABEL, home_id
from tests.engine import SecondEngine
from tests.runtime.talk import launch, listen, text

pytestmark = pytest.mark.engine

# Reads its input to the end and then ends, as the workload does.
READER = "import sys\nprint('ready')\nfor line in sys.stdin: print(line)"
SLEEPER = "import time; print('ready'); time.sleep(600)"

HARNESS = """
import sys
from pathlib import Path
from harness.places import Home
from harness.runtime.docker import DockerRuntime
from tests.runtime.talk import launch, listen
home = Path(sys.argv[1])
workload = DockerRuntime(Home(home)).start(launch(home, sys.argv[3], image=sys.argv[2], run_id='killed'))
listen(workload, b'ready')
print('up', flush=True)
while True: workload.read(1)
"""


def killed_harness(home: Path, image: str, code: str) -> None:
    """A harness in a process of its own that has started a workload and is then ended by kill -9."""
    process = subprocess.Popen([sys.executable, "-c", HARNESS, str(home), image, code], stdout=subprocess.PIPE)
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        process.send_signal(signal.SIGKILL)


def ours(client: docker.DockerClient, home: Path) -> list[str]:
    """The ids of the home's containers, running or not."""
    found = client.api.containers(all=True, filters={"label": [f"{HOME_LABEL}={home_id(Home(home))}"]})
    return [str(one["Id"]) for one in found]


def wait_for(condition: Callable[[], bool], patience: float = 30.0) -> None:
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def test_a_killed_harness_s_workload_sees_the_end_of_its_input(
    engine: docker.DockerClient, local_base: str, tmp_path: Path
) -> None:
    killed_harness(tmp_path, local_base, READER)
    (container,) = ours(engine, tmp_path)
    wait_for(lambda: not engine.api.inspect_container(container)["State"]["Running"])
    assert engine.api.inspect_container(container)["State"]["ExitCode"] == 0
    assert len(DockerRuntime(Home(tmp_path), engine).sweep()) == 1
    assert ours(engine, tmp_path) == []


def test_sweep_removes_what_still_runs_and_only_ours(
    engine: docker.DockerClient, local_base: str, tmp_path: Path
) -> None:
    mine, other = tmp_path / "mine", tmp_path / "other"
    mine.mkdir()
    other.mkdir()
    killed_harness(mine, local_base, SLEEPER)
    foreign = DockerRuntime(Home(other), engine).start(launch(other, SLEEPER, image=local_base))
    labels = {HOME_LABEL: home_id(Home(mine)), KIND_LABEL: "something else"}
    unlike = engine.containers.create(local_base, ["true"], labels=labels)
    stranger = engine.containers.create(local_base, ["true"])
    try:
        (sentence,) = DockerRuntime(Home(mine), engine).sweep()
        assert "run killed" in sentence
        assert ours(engine, mine) == [unlike.id]
        assert engine.api.inspect_container(str(stranger.id))
        listen(foreign, b"ready\n")
        assert DockerRuntime(Home(mine), engine).sweep() == []
    finally:
        foreign.close()
        unlike.remove()
        stranger.remove()


def test_a_run_s_container_carries_no_path_of_this_machine(
    engine: docker.DockerClient, local_base: str, tmp_path: Path
) -> None:
    workload = DockerRuntime(Home(tmp_path), engine).start(launch(tmp_path, READER, image=local_base, run_id="r1"))
    try:
        (container,) = ours(engine, tmp_path)
        labels = engine.api.inspect_container(container)["Config"]["Labels"]
        assert labels[RUN_LABEL] == "r1"
        assert not any(str(tmp_path) in value for value in labels.values())
    finally:
        workload.close()


@pytest.mark.slow
@pytest.mark.parametrize("code", [READER, SLEEPER], ids=["reads", "sleeps"])
@pytest.mark.parametrize("end", ["stop", "kill", "restart"])
def test_an_engine_that_goes_away_is_an_infrastructure_failure(
    second_engine: tuple[SecondEngine, docker.DockerClient], local_base: str, tmp_path: Path, end: str, code: str
) -> None:
    second, client = second_engine
    workload = DockerRuntime(Home(tmp_path), client).start(launch(tmp_path, code, image=local_base))
    assert text(listen(workload, b"ready\n")) == b"ready\n"
    if end == "kill":
        second.kill()
    else:
        second.stop()
    if end == "restart":
        second.start()
    with pytest.raises(InfrastructureFailed) as caught:
        listen(workload, patience=15)
    assert "engine was lost" in caught.value.message
    assert caught.value.exit_code == Exit.RUN_FAILED
    with pytest.raises(InfrastructureFailed):
        workload.send(b"hello\n")
    with pytest.raises(InfrastructureFailed):
        workload.stop(1)
    workload.close()


@pytest.mark.slow
def test_what_a_killed_engine_left_is_swept_once_it_is_back(
    second_engine: tuple[SecondEngine, docker.DockerClient], local_base: str, tmp_path: Path
) -> None:
    second, client = second_engine
    workload = DockerRuntime(Home(tmp_path), client).start(launch(tmp_path, SLEEPER, image=local_base))
    listen(workload, b"ready\n")
    second.kill()
    with pytest.raises(InfrastructureFailed):
        listen(workload, patience=15)
    workload.close()
    second.start()
    assert len(DockerRuntime(Home(tmp_path), client).sweep()) == 1
    assert ours(client, tmp_path) == []


@pytest.mark.slow
def test_an_engine_that_hangs_is_noticed_by_stop(
    second_engine: tuple[SecondEngine, docker.DockerClient], local_base: str, tmp_path: Path
) -> None:
    second, client = second_engine
    workload = DockerRuntime(Home(tmp_path), client).start(launch(tmp_path, SLEEPER, image=local_base))
    listen(workload, b"ready\n")
    client.api.timeout = 3
    os.kill(second.pid, signal.SIGSTOP)
    try:
        with pytest.raises(InfrastructureFailed):
            workload.stop(1)
    finally:
        os.kill(second.pid, signal.SIGCONT)
    workload.close()
