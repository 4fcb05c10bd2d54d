"""A workload in a real container: talking with it, its clock, its data, and the ways it can end."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import docker
import pytest
from docker.errors import NotFound

from harness.errors import MachineLacks
from harness.places import Home
from harness.runtime.base import Launch, WorkloadGone
from harness.runtime.container import ContainerWorkload
from harness.runtime.docker import DockerRuntime
from tests.runtime.talk import launch, listen, text

pytestmark = pytest.mark.engine

Start = Callable[..., ContainerWorkload]


@pytest.fixture
def start(engine: docker.DockerClient, local_base: str, tmp_path: Path) -> Iterator[Start]:
    started: list[ContainerWorkload] = []

    def start_code(code: str, **other: Any) -> ContainerWorkload:
        workload = DockerRuntime(Home(tmp_path), engine).start(launch(tmp_path, code, image=local_base, **other))
        started.append(workload)
        return workload

    yield start_code
    for workload in started:
        workload.close()


def test_both_directions_and_both_streams(start: Start) -> None:
    workload = start(
        """
import sys
for line in sys.stdin:
    print('heard', line.strip())
    print('log', file=sys.stderr)
"""
    )
    workload.send(b"one\n")
    chunks = listen(workload, b"heard one\n")
    workload.send(b"two\n")
    chunks += listen(workload, b"heard two\n")
    assert text(chunks) == b"heard one\nheard two\n"
    if b"log\n" not in text(chunks, "stderr"):  # the two streams have no order between them
        listen(workload, b"log\n", "stderr")


def test_a_long_line_passes_both_ways_unharmed(start: Start) -> None:
    workload = start("import sys; line = sys.stdin.readline(); print(len(line), line.strip())")
    line = b"x" * 3_000_000
    workload.send(line + b"\n")
    assert text(listen(workload)) == b"3000001 " + line + b"\n"


def test_stamps_are_this_clock_s_and_never_go_back(start: Start) -> None:
    before = time.monotonic()
    workload = start("import time\nfor n in range(20): print(n); time.sleep(0.01)")
    stamps = [chunk.at for chunk in listen(workload)]
    assert stamps == sorted(stamps)
    assert before < stamps[0] and stamps[-1] <= time.monotonic()


def test_output_between_start_and_first_read_is_not_missed(start: Start) -> None:
    workload = start("print('first'); print('second')")
    time.sleep(1)
    assert text(listen(workload)) == b"first\nsecond\n"


def test_the_end_stays_the_end(start: Start) -> None:
    workload = start("pass")
    listen(workload)
    chunk = workload.read(0)
    assert chunk is not None and chunk.stream == "eof"


def test_data_is_empty_at_first_and_linked_files_appear_read_only(start: Start, tmp_path: Path) -> None:
    workload = start(
        """
import os, sys
print(os.listdir('/data'))
sys.stdin.readline()
print(open('/data/images.npy').read())
name = '/data/images.npy'
for what in (lambda: open('/data/new', 'w'), lambda: open(name, 'a'), lambda: os.remove(name)):
    try:
        what()
    except OSError as error:
        print(error.errno)
"""
    )
    assert text(listen(workload, b"\n")) == b"[]\n"
    (tmp_path / "prepared").write_text("pixels")
    # Open to everybody, so that only the mount stands in the way.
    (tmp_path / "prepared").chmod(0o666)
    (tmp_path / "data").chmod(0o777)
    os.link(tmp_path / "prepared", tmp_path / "data" / "images.npy")
    workload.send(b"go\n")
    # 30: read-only file system.
    assert text(listen(workload)) == b"pixels\n30\n30\n30\n"


@pytest.mark.parametrize("code", [0, 3, 77])
def test_the_exit_code_is_the_workload_s(start: Start, code: int) -> None:
    workload = start(f"import sys; sys.exit({code})")
    listen(workload)
    ending = workload.ending()
    assert (ending.exit_code, ending.signal, ending.oom_killed) == (code, None, False)


def test_the_ending_can_be_asked_after_closing(start: Start) -> None:
    workload = start("raise SystemExit(5)")
    listen(workload)
    workload.close()
    assert workload.ending().exit_code == 5


def test_a_crash_is_a_signal(start: Start) -> None:
    workload = start("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    listen(workload)
    assert workload.ending().signal == 11


def test_sending_to_what_has_ended_says_so(start: Start) -> None:
    workload = start("pass")
    listen(workload)
    with pytest.raises(WorkloadGone):
        for _ in range(100):
            workload.send(b"hello\n")


def test_stop_is_gentle_first(start: Start) -> None:
    workload = start(
        """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(9))
print('ready')
time.sleep(600)
"""
    )
    listen(workload, b"ready")
    workload.stop(30)
    assert workload.ending().exit_code == 9
    workload.stop(30)
    assert listen(workload)[-1].stream == "eof"


def test_stop_kills_what_ignores_it(start: Start) -> None:
    workload = start(
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready'); time.sleep(600)"
    )
    listen(workload, b"ready")
    workload.stop(0.5)
    assert workload.ending().signal == 9


def test_stop_ends_children_too(start: Start, engine: docker.DockerClient) -> None:
    workload = start(
        '''
import subprocess, time
child = """
import signal, time
signal.signal(15, signal.SIG_IGN)
print("child", flush=True)
time.sleep(600)
"""
subprocess.Popen(['python3', '-c', child], start_new_session=True)
time.sleep(600)
'''
    )
    listen(workload, b"child")
    (first,) = containers(engine, workload)
    assert len(engine.api.top(first)["Processes"]) >= 2
    workload.stop(2)
    assert listen(workload)[-1].stream == "eof"
    assert not engine.api.inspect_container(first)["State"]["Running"]


def test_a_child_left_behind_does_not_outlive_the_workload(start: Start) -> None:
    workload = start(
        "import subprocess; subprocess.Popen(['sleep', '600'], start_new_session=True); print('gone')",
    )
    assert text(listen(workload)) == b"gone\n"
    assert workload.ending().exit_code == 0


def test_close_removes_the_container_and_may_be_repeated(start: Start, engine: docker.DockerClient) -> None:
    workload = start("import time; time.sleep(600)")
    (name,) = containers(engine, workload)
    workload.close()
    workload.close()
    with pytest.raises(NotFound):
        engine.api.inspect_container(name)


def test_a_flood_of_output_neither_fills_memory_nor_blocks_stopping(start: Start) -> None:
    workload = start("while True: print('x' * 1000)")
    listen(workload, b"x")
    time.sleep(3)
    held = workload._arrivals._queue.qsize()
    assert held * 64 * 1024 <= 16 * 1024**2
    assert all(thread.is_alive() for thread in threading.enumerate() if thread.name == "leanmed-reader")
    workload.stop(1)
    assert listen(workload)[-1].stream == "eof"


def test_out_of_memory_is_seen(start: Start) -> None:
    workload = start("data = bytearray(1)\nwhile True: data += bytes(16 * 1024**2)")
    listen(workload)
    ending = workload.ending()
    assert ending.oom_killed is True
    assert ending.signal == 9
    assert "memory limit" in str(ending.detail)


def test_a_child_out_of_memory_is_no_failure_of_the_workload(start: Start) -> None:
    workload = start(
        """
import subprocess
code = 'data = bytearray(1)\\nwhile True: data += bytes(16 * 1024**2)'
print(subprocess.run(['python3', '-c', code]).returncode)
"""
    )
    assert text(listen(workload)) == b"-9\n"
    ending = workload.ending()
    assert (ending.exit_code, ending.oom_killed) == (0, True)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"image": "sha256:" + "0" * 64}, "image is not there"),
        ({"gpu_uuid": "GPU-00000000-0000-0000-0000-000000000000"}, "graphics card"),
        ({"cpus": (4095,)}, "processors"),
    ],
)
def test_what_the_engine_can_t_give_is_explained(
    engine: docker.DockerClient, local_base: str, tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    asked: Launch = replace(launch(tmp_path, "pass", image=local_base), **change)
    with pytest.raises(MachineLacks) as caught:
        DockerRuntime(Home(tmp_path), engine).start(asked)
    assert said in caught.value.message
    assert caught.value.remedy
    assert DockerRuntime(Home(tmp_path), engine).sweep() == []


def test_what_a_record_says(engine: docker.DockerClient, tmp_path: Path) -> None:
    said = DockerRuntime(Home(tmp_path), engine).describe()
    assert said["name"] == "docker"
    assert json.loads(json.dumps(said)) == said


def containers(engine: docker.DockerClient, workload: ContainerWorkload) -> list[str]:
    found = engine.api.containers(filters={"id": workload._container})
    return [str(one["Id"]) for one in found]


def test_the_engine_s_own_clock_says_how_long_it_lived(start: Start) -> None:
    begin = time.monotonic()
    workload = start("import time; print('here'); time.sleep(1)")
    listen(workload)
    lived = workload.ending().lived_s
    assert lived is not None
    assert 1.0 <= lived <= time.monotonic() - begin + 0.5
