"""Memory and processor time of a workload, held against what it did and what it says of itself."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import docker
import pytest

from harness.places import Home
from harness.runtime.base import Workload
from harness.runtime.docker import DockerRuntime
from harness.runtime.host import HostRuntime
from harness.runtime.usage import control_groups, read_groups, read_process
from tests.runtime.talk import LIMITS, launch, listen, text

MIB = 2**20
# Fills 150 MiB, computes for about a second, and says what the kernel told it; a child does some of the work.
WORK = f"""
import json, os, resource, sys, time
block = bytearray(os.urandom(1)) * (150 * {MIB})
def burn(seconds):
    while time.process_time() < seconds:
        sum(range(10_000))
if os.fork() == 0:
    burn(0.4)
    os._exit(0)
os.wait()
burn(0.8)
used = sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
print(json.dumps(used), 'done', flush=True)
sys.stdin.readline()
"""


def check(workload: Workload) -> None:
    said = text(listen(workload, b"done"))
    own_s = json.loads(said.split()[0])
    usage = workload.usage()
    assert usage.reason is None
    assert usage.source
    assert usage.cpu_s is not None
    assert usage.memory_peak_b is not None
    assert own_s > 1.0
    # The container's count holds its init process and the interpreter's start, too.
    assert own_s - 0.05 <= usage.cpu_s <= own_s + 0.5
    assert 150 * MIB < usage.memory_peak_b < LIMITS["memory_gib"] * 2**30
    workload.send(b"end\n")
    listen(workload)
    workload.stop(1)
    after = workload.usage()
    assert after.cpu_s is not None
    assert after.cpu_s >= usage.cpu_s
    assert after.memory_peak_b is not None
    assert after.memory_peak_b >= usage.memory_peak_b
    workload.close()
    assert workload.usage().memory_peak_b == after.memory_peak_b


@pytest.mark.engine
def test_a_container(engine: docker.DockerClient, local_base: str, tmp_path: Path) -> None:
    workload = DockerRuntime(Home(tmp_path), engine).start(launch(tmp_path, WORK, image=local_base))
    try:
        check(workload)
    finally:
        workload.close()


def test_a_process_of_this_machine(tmp_path: Path) -> None:
    workload = HostRuntime(Home(tmp_path)).start(launch(tmp_path, WORK))
    try:
        check(workload)
    finally:
        workload.close()


def starts(engine: docker.DockerClient, image: str, tmp_path: Path) -> dict[str, Callable[[], Workload]]:
    code = "import sys; print('here', flush=True); sys.stdin.readline()"
    return {
        "docker": lambda: DockerRuntime(Home(tmp_path), engine).start(launch(tmp_path, code, image=image)),
        "host": lambda: HostRuntime(Home(tmp_path)).start(launch(tmp_path, code)),
    }


@pytest.mark.engine
@pytest.mark.parametrize("name", ["docker", "host"])
def test_a_workload_owns_its_processes_and_no_others(engine, local_base, tmp_path: Path, name: str) -> None:
    workload = starts(engine, local_base, tmp_path)[name]()
    try:
        listen(workload, b"here")
        owned = {int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and owns(workload, entry)}
        assert owned
        assert os.getpid() not in owned
        assert 1 not in owned
    finally:
        workload.close()
    assert not any(workload.owns(pid) for pid in owned)


def owns(workload: Workload, entry: Path) -> bool:
    return workload.owns(int(entry.name))


class TestControlGroups:
    """Where they are, on machines as they are in use."""

    def machine(self, root: Path, cgroup: str, mountinfo: str) -> Path:
        for name, content in (("42/cgroup", cgroup), ("self/mountinfo", mountinfo)):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(content)
        return root

    def test_version_2_under_systemd(self, tmp_path: Path) -> None:
        proc = self.machine(
            tmp_path,
            "0::/system.slice/docker-abc.scope\n",
            "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n",
        )
        groups = control_groups(42, proc)
        assert groups is not None
        assert groups.version == 2
        assert groups.memory == groups.cpu == Path("/sys/fs/cgroup/system.slice/docker-abc.scope")

    def test_version_1_beside_an_empty_version_2(self, tmp_path: Path) -> None:
        proc = self.machine(
            tmp_path,
            "9:name=systemd:/docker/abc\n4:memory:/docker/abc\n2:cpu,cpuacct:/docker/abc\n0::/\n",
            "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
            "36 31 0:33 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
            "37 31 0:34 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
        )
        groups = control_groups(42, proc)
        assert groups is not None
        assert groups.version == 1
        assert groups.memory == Path("/sys/fs/cgroup/memory/docker/abc")
        assert groups.cpu == Path("/sys/fs/cgroup/cpu,cpuacct/docker/abc")

    def test_a_harness_that_is_in_a_container_itself_sees_its_own_part(self, tmp_path: Path) -> None:
        mount = "30 23 0:26 /docker/outer /sys/fs/cgroup ro - cgroup2 cgroup rw\n"
        inside = control_groups(42, self.machine(tmp_path / "a", "0::/docker/outer/inner\n", mount))
        assert inside is not None
        assert inside.memory == Path("/sys/fs/cgroup/inner")
        assert control_groups(42, self.machine(tmp_path / "b", "0::/docker/sibling\n", mount)) is None

    def test_a_process_that_has_gone_or_no_groups_at_all(self, tmp_path: Path) -> None:
        assert control_groups(42, tmp_path) is None
        assert control_groups(42, self.machine(tmp_path, "0::/x\n", "1 1 0:1 / /proc rw - proc proc rw\n")) is None

    def version_2(self, tmp_path: Path, **files: str):
        for name, content in {"cpu.stat": "usage_usec 2500000\nuser_usec 2000000\n", **files}.items():
            (tmp_path / name.replace("_", ".")).write_text(content)
        proc = self.machine(tmp_path / "proc", "0::/\n", f"30 23 0:26 / {tmp_path} rw shared:4 - cgroup2 cgroup2 rw\n")
        groups = control_groups(42, proc)
        assert groups is not None
        return groups

    def test_version_2_is_read(self, tmp_path: Path) -> None:
        usage = read_groups(self.version_2(tmp_path, memory_peak="314572800\n"))
        assert usage is not None
        assert (usage.cpu_s, usage.memory_peak_b, usage.reason) == (2.5, 300 * MIB, None)
        assert usage.source == "control group version 2, memory.peak"

    def test_an_old_kernel_has_no_peak_and_a_reason(self, tmp_path: Path) -> None:
        usage = read_groups(self.version_2(tmp_path))
        assert usage is not None
        assert usage.cpu_s == 2.5
        assert usage.memory_peak_b is None
        assert "5.19" in str(usage.reason)

    def test_groups_that_have_gone(self, tmp_path: Path) -> None:
        groups = self.version_2(tmp_path, memory_peak="1\n")
        (tmp_path / "cpu.stat").unlink()
        assert read_groups(groups) is None


def test_a_process_whose_name_is_odd(tmp_path: Path) -> None:
    (tmp_path / "7").mkdir()
    numbers = " ".join(["S", *["0"] * 10, "100", "50", "30", "20", *["0"] * 20])
    (tmp_path / "7" / "stat").write_text(f"7 (a) b (c) {numbers}\n")
    (tmp_path / "7" / "status").write_text("Name:\ta) b (c\nVmHWM:\t  2048 kB\n")
    usage = read_process(7, tmp_path)
    assert usage is not None
    assert usage.cpu_s == pytest.approx(200 / os.sysconf("SC_CLK_TCK"))
    assert usage.memory_peak_b == 2 * MIB
    assert read_process(8, tmp_path) is None
