"""One harness in a home, one on a GPU: whoever comes second is told at once, and a kill lets go."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.data.dataset import Dataset
from harness.errors import MachineLacks
from harness.places import Home
from harness.run import lock
from harness.run.lock import gpu_held, held
from harness.runtime.host import HostRuntime
from tests.engine import lacking
from tests.meter import fake_nvml
from tests.run.command import Command, StopAt, ended, running
from tests.run.material import tiny_dataset
from tests.waiting import wait_for


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A place for the machine's locks that belongs to this test, and where every user comes."""
    with tempfile.TemporaryDirectory(prefix="leanmed-locks-") as name:
        Path(name).chmod(0o1777)
        monkeypatch.setattr(lock, "MACHINE_PLACES", (Path(name) / "none", Path(name)))
        yield Path(name)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return tiny_dataset(tmp_path_factory.mktemp("data"))


def command_in(home: Path, dataset: Dataset, places: Path, **changes: object) -> Command:
    return Command(home, dataset, home.with_suffix(".output"), locks=places).with_changes(**changes)


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_two_homes_on_one_gpu_and_on_none(tmp_path, dataset, places, device):
    """On the processor both may run; on the GPU the second is refused until the first is gone, by kill -9, too."""
    gpu = fake_nvml.environment(fake_nvml.build(tmp_path), power="0:250", period_ms=20)
    told = tmp_path / "told"
    options = ("--device", device)
    arm = StopAt("prepare", told)
    first = command_in(tmp_path / "first", dataset, places, arm=arm, options=options)
    second = command_in(tmp_path / "second", dataset, places, options=options)
    holder = first.apart(**gpu)
    try:
        wait_for(told.exists)
        code = second.apart(**gpu).wait(60)
        if device == "cuda":
            assert code == 3, second.said
            assert f"another harness (process {holder.pid} of " in second.said
            assert f"is using the GPU {fake_nvml.UUID}" in second.said
            assert "→ wait for it to end, or end it with Ctrl-C" in second.said
            assert not (second.home / "runs").exists()
    finally:
        holder.send_signal(signal.SIGKILL)
        holder.wait(30)
    if device == "cuda":
        code = second.apart(**gpu).wait(60)
    assert code == 0, second.said
    wait_for(lambda: not running(first.home))
    assert HostRuntime(Home(first.home)).sweep() == ["removed 1 leftover temporary folder(s)"]


def test_two_harnesses_in_one_home(tmp_path, dataset, places):
    told = tmp_path / "told"
    first = command_in(tmp_path / "home", dataset, places, arm=StopAt("train", told))
    second = command_in(tmp_path / "home", dataset, places, output=tmp_path / "second")
    process = first.start()
    wait_for(told.exists)
    assert second.run() == 3, second.said
    assert f"another harness (process {process.pid} of " in second.said
    assert f"is running in {tmp_path / 'home'}" in second.said
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    assert ended(process) == -signal.SIGKILL
    assert second.run() == 0, second.said


def test_another_gpu_is_another_lock_and_none_is_none(places):
    with gpu_held("GPU-a"), gpu_held("GPU-b"), gpu_held(None), gpu_held(None):
        assert sorted(path.name for path in places.iterdir()) == ["leanmed-GPU-a.lock", "leanmed-GPU-b.lock"]
        with pytest.raises(MachineLacks, match=r"process \d+ of .* is using the GPU GPU-a"), gpu_held("GPU-a"):
            pass
    with gpu_held("GPU-a"):
        pass


def test_the_next_user_can_take_it(places):
    if os.geteuid() != 0:
        lacking("taking the place of another user needs root")
    with gpu_held("GPU-a"):
        assert stat.S_IMODE((places / "leanmed-GPU-a.lock").stat().st_mode) == 0o666
        assert as_nobody() == 3
    assert as_nobody() == 0


def as_nobody() -> int:
    """Take the lock as another user, in a process of its own."""
    child = os.fork()
    if child == 0:
        os.setgid(65534)
        os.setuid(65534)
        try:
            with gpu_held("GPU-a"):
                os._exit(0)
        except MachineLacks as refused:
            os._exit(refused.exit_code)
        finally:
            os._exit(70)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("kind", ["symbolic link", "hard link", "fifo", "folder"])
def test_what_somebody_laid_there_is_not_written_through(places, tmp_path, kind):
    victim = places / "victim"
    victim.write_text("precious")
    path = places / "leanmed-GPU-a.lock"
    if kind == "symbolic link":
        path.symlink_to(victim)
    elif kind == "hard link":
        path.hardlink_to(victim)
    elif kind == "fifo":
        os.mkfifo(path)
    else:
        path.mkdir()
    with pytest.raises(MachineLacks, match=r"leanmed-GPU-a.lock can't be used") as refused, gpu_held("GPU-a"):
        pass
    assert refused.value.remedy == "see what it is and whose, and remove it"
    assert victim.read_text() == "precious"


def test_the_place_is_the_same_for_every_user(places, monkeypatch):
    closed = places / "closed"
    closed.mkdir(mode=0o755)
    monkeypatch.setattr(lock, "MACHINE_PLACES", (closed, places))
    # Root could write there, and would then not meet anybody.
    with gpu_held("GPU-a"):
        assert list(closed.iterdir()) == []
        assert (places / "leanmed-GPU-a.lock").is_file()


def test_a_workload_does_not_inherit_it(places, tmp_path):
    with gpu_held("GPU-a"), held(tmp_path / "run.lock"):
        child = subprocess.Popen(["sleep", "60"], close_fds=False)
    try:
        with gpu_held("GPU-a"), held(tmp_path / "run.lock"):
            pass
    finally:
        child.kill()
        child.wait()
