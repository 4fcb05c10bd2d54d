"""The workload as a process of this machine: the same conversation, without a sandbox."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.errors import Exit, InvalidInput, MachineLacks
from harness.places import Home
from harness.runtime.base import WorkloadGone
from harness.runtime.choose import runtime_named
from harness.runtime.host import HostRuntime
from harness.runtime.leftovers import HOME_MARK, folder_prefix, home_id, marked_processes
from harness.runtime.process import ProcessWorkload
from tests.runtime.talk import launch, listen, text

Start = Callable[..., ProcessWorkload]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[ProcessWorkload] = []

    def start_code(code: str, **other: Any) -> ProcessWorkload:
        workload = HostRuntime(Home(tmp_path)).start(launch(tmp_path, code, **other))
        started.append(workload)
        return workload

    yield start_code
    for workload in started:
        workload.close()
    assert marks(tmp_path) == []


def marks(home: Path) -> list[int]:
    return sorted(marked_processes({HOME_MARK: home_id(Home(home))}))


def test_both_directions_and_both_streams(start: Start) -> None:
    # Standard error first: what was written before the end is read to the end, what was not is lost with the process.
    workload = start("import sys\nfor line in sys.stdin: print('log', file=sys.stderr); print('heard', line.strip())")
    workload.send(b"one\n")
    chunks = listen(workload, b"heard one\n")
    workload.stop(0)
    assert text(chunks + listen(workload), "stderr") == b"log\n"


def test_a_long_line_passes_both_ways_unharmed(start: Start) -> None:
    workload = start("import sys; line = sys.stdin.readline(); print(len(line), line.strip())")
    line = b"x" * 3_000_000
    workload.send(line + b"\n")
    assert text(listen(workload)) == b"3000001 " + line + b"\n"


def test_stamps_are_this_clock_s_and_never_go_back(start: Start) -> None:
    before = time.monotonic()
    stamps = [chunk.at for chunk in listen(start("print(1)"))]
    assert stamps == sorted(stamps)
    assert before < stamps[0] and stamps[-1] <= time.monotonic()


def test_the_surroundings_are_bare(start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "x")
    workload = start(
        "import json, os; cpus = sorted(os.sched_getaffinity(0));"
        "print(json.dumps([os.getcwd(), os.listdir('.'), dict(os.environ), cpus]))"
    )
    folder, files, environment, cpus = json.loads(text(listen(workload)))
    assert files == []
    assert environment["HOME"] == environment["TMPDIR"] == folder
    assert "SECRET" not in environment
    assert environment["CUDA_VISIBLE_DEVICES"] == ""
    assert environment["HF_HUB_OFFLINE"] == "1"
    assert cpus == [min(os.sched_getaffinity(0))]
    assert workload.data_path == str(tmp_path / "data")
    assert workload.weights_path is None
    workload.close()
    assert not Path(folder).exists()


def test_starting_leaves_the_harness_its_processors(start: Start) -> None:
    before = os.sched_getaffinity(0)
    listen(start("pass"))
    assert os.sched_getaffinity(0) == before


def test_endings(start: Start) -> None:
    left = start("raise SystemExit(7)")
    listen(left)
    assert (left.ending().exit_code, left.ending().signal, left.ending().oom_killed) == (7, None, None)
    crashed = start("import os; os.kill(os.getpid(), 11)")
    listen(crashed)
    assert (crashed.ending().exit_code, crashed.ending().signal) == (None, 11)
    killed = start("import os; os.kill(os.getpid(), 9)")
    listen(killed)
    assert "memory" in str(killed.ending().detail)


def test_sending_to_what_has_ended_says_so(start: Start) -> None:
    workload = start("pass")
    listen(workload)
    with pytest.raises(WorkloadGone):
        workload.send(b"hello\n")


def test_stop_is_gentle_first_and_then_kills(start: Start) -> None:
    gentle = start(
        "import signal, sys, time; signal.signal(15, lambda *_: sys.exit(9)); print('ready'); time.sleep(600)"
    )
    listen(gentle, b"ready")
    gentle.stop(30)
    assert gentle.ending().exit_code == 9
    deaf = start("import signal, time; signal.signal(15, signal.SIG_IGN); print('ready'); time.sleep(600)")
    listen(deaf, b"ready")
    deaf.stop(0.5)
    assert deaf.ending().signal == 9


@pytest.mark.parametrize("session", [True, False])
def test_children_do_not_outlive_the_workload(start: Start, tmp_path: Path, session: bool) -> None:
    workload = start(
        f"import subprocess; subprocess.Popen(['sleep', '600'], start_new_session={session}); print('gone')"
    )
    assert text(listen(workload)) == b"gone\n"
    assert workload.ending().exit_code == 0
    assert marks(tmp_path) == []


def test_a_flood_of_output_does_not_block_stopping(start: Start) -> None:
    workload = start("while True: print('x' * 1000)")
    listen(workload, b"x")
    time.sleep(1)
    workload.stop(1)
    assert listen(workload)[-1].stream == "eof"


HARNESS = """
import sys
from pathlib import Path
from harness.places import Home
from harness.runtime.host import HostRuntime
from tests.runtime.talk import launch, listen
home = Path(sys.argv[1])
workload = HostRuntime(Home(home)).start(launch(home, sys.argv[2], run_id='killed'))
listen(workload, b'ready')
print('up', flush=True)
while True: workload.read(1)
"""


def killed_harness(home: Path, code: str) -> None:
    process = subprocess.Popen([sys.executable, "-c", HARNESS, str(home), code], stdout=subprocess.PIPE)
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        process.send_signal(signal.SIGKILL)


def test_a_killed_harness_s_workload_sees_the_end_of_its_input(tmp_path: Path) -> None:
    killed_harness(tmp_path, "import sys\nprint('ready')\nfor line in sys.stdin: pass")
    deadline = time.monotonic() + 30
    while marks(tmp_path):
        assert time.monotonic() < deadline, "the workload outlived the harness"
        time.sleep(0.1)


def test_sweep_ends_what_does_not_listen_and_only_ours(tmp_path: Path) -> None:
    mine, other = tmp_path / "mine", tmp_path / "other"
    mine.mkdir()
    other.mkdir()
    sleeper = "import time; print('ready'); time.sleep(600)"
    killed_harness(mine, sleeper)
    foreign = HostRuntime(Home(other)).start(launch(other, sleeper))
    try:
        listen(foreign, b"ready")
        assert HostRuntime(Home(mine)).sweep() == [
            "ended 1 leftover process(es) of run killed",
            "removed 1 leftover temporary folder(s)",
        ]
        assert HostRuntime(Home(mine)).sweep() == []
        assert len(marks(other)) == 1
    finally:
        foreign.close()


def test_a_missing_package_is_named_with_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "torch" else real(name))
    asked = replace(launch(tmp_path, ""), command=None)
    with pytest.raises(MachineLacks) as caught:
        HostRuntime(Home(tmp_path)).start(asked)
    assert "needs torch" in caught.value.message
    assert "make setup-workload" in str(caught.value)
    assert caught.value.exit_code == Exit.MACHINE_LACKS


def test_processors_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(MachineLacks, match="4095"):
        HostRuntime(Home(tmp_path)).start(launch(tmp_path, "pass", cpus=(4095,)))


def test_a_record_says_that_there_is_no_sandbox(tmp_path: Path) -> None:
    said = HostRuntime(Home(tmp_path)).describe()
    assert said["name"] == "host"
    assert said["isolation"].startswith("none")


def test_an_unknown_runtime(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="podman"):
        runtime_named("podman", Home(tmp_path))
    assert runtime_named("host", Home(tmp_path)).name == "host"


def test_sweep_removes_temporary_folders_of_this_home_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    mine, other = Home(tmp_path / "mine"), Home(tmp_path / "other")
    left = tmp_path / "tmp" / f"{folder_prefix(mine)}abc"
    (left / "deeper").mkdir(parents=True)
    (left / "deeper" / "file").write_text("x")
    theirs = tmp_path / "tmp" / f"{folder_prefix(other)}abc"
    theirs.mkdir()
    link = tmp_path / "tmp" / f"{folder_prefix(mine)}link"
    link.symlink_to(theirs, target_is_directory=True)
    assert HostRuntime(mine).sweep() == ["removed 1 leftover temporary folder(s)"]
    assert not left.exists()
    assert theirs.is_dir()
    assert link.is_symlink()
    assert HostRuntime(mine).sweep() == []
