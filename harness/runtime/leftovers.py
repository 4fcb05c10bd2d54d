"""What a killed harness left behind, found by marks that only this home's harness sets, and removed.

The caller holds the home's run lock, so whatever carries the home's mark belongs to a harness that is gone. Nothing
else is touched: not another home's containers, not another user's processes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import time
from collections.abc import Mapping
from pathlib import Path

import docker
from docker.errors import APIError, NotFound

from harness.places import Home

RUN_LABEL = "leanmed.run"
HOME_LABEL = "leanmed.home"
KIND_LABEL = "leanmed.kind"
"""``run`` for a run's container."""

HOME_MARK = "LEANMED_WORKLOAD_OF"
RUN_MARK = "LEANMED_WORKLOAD_RUN"
"""The host runtime's marks: environment variables of the workload, which its children inherit."""
# How long a killed process may take to be gone.
_GONE_S = 10.0


def home_id(home: Home) -> str:
    """The home as labels name it: 16 hex digits of its path's SHA-256, so that no path of this machine is shown."""
    return hashlib.sha256(str(home.root.resolve()).encode()).hexdigest()[:16]


def run_labels(home: Home, run_id: str) -> dict[str, str]:
    """The labels of a run's container."""
    return {RUN_LABEL: run_id, HOME_LABEL: home_id(home), KIND_LABEL: "run"}


def sweep_containers(client: docker.DockerClient, home: Home, label: str = f"{KIND_LABEL}=run") -> list[str]:
    """Remove this home's leftover containers that carry ``label``, running or not; one sentence for each."""
    wanted = [f"{HOME_LABEL}={home_id(home)}", label]
    sentences = []
    for found in client.api.containers(all=True, filters={"label": wanted}):
        try:
            client.api.remove_container(found["Id"], force=True, v=True)
        except NotFound:
            continue
        except APIError as error:
            # 409: the engine is already removing it.
            if error.status_code != 409:
                raise
        run = found["Labels"].get(RUN_LABEL)
        what = "an image build" if run is None else f"run {run}"
        sentences.append(f"removed a leftover container of {what} ({found['Status'].lower() or found['State']})")
    return sentences


def sweep_processes(home: Home) -> list[str]:
    """End this home's leftover host workloads and their children; one sentence for each run."""
    found = marked_processes({HOME_MARK: home_id(home)})
    runs: dict[str, int] = {}
    for pid, environment in found.items():
        if kill_quietly(pid):
            run = environment.get(RUN_MARK, "?")
            runs[run] = runs.get(run, 0) + 1
    # The kernel takes a moment to take a killed process apart, and a run must not start beside it.
    deadline = time.monotonic() + _GONE_S
    while found.keys() & marked_processes({HOME_MARK: home_id(home)}).keys() and time.monotonic() < deadline:
        time.sleep(0.02)
    return [f"ended {count} leftover process(es) of run {run}" for run, count in sorted(runs.items())]


def folder_prefix(home: Home) -> str:
    """How the temporary folders of this home's host workloads begin."""
    return f"leanmed-{home_id(home)}-"


def sweep_folders(home: Home, temporary: Path) -> list[str]:
    """Remove this home's leftover folders in ``temporary``; one sentence if there were any. Only folders of this user:
    others may write there, too."""
    found = [path for path in temporary.glob(f"{folder_prefix(home)}*") if not path.is_symlink() and path.is_dir()]
    ours = [path for path in found if path.stat().st_uid == os.getuid()]
    for path in ours:
        shutil.rmtree(path)
    return [f"removed {len(ours)} leftover temporary folder(s)"] if ours else []


def marked_processes(marks: Mapping[str, str]) -> dict[int, dict[str, str]]:
    """Processes of this user, other than this one, whose environment holds all ``marks``: process id to environment."""
    found = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            raw = (folder / "environ").read_bytes()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue  # gone meanwhile, or another user's
        pairs = (item.partition("=") for item in raw.decode("utf-8", "surrogateescape").split("\0"))
        environment = {name: value for name, _, value in pairs}
        if all(environment.get(name) == value for name, value in marks.items()):
            found[int(folder.name)] = environment
    return found


def kill_quietly(pid: int) -> bool:
    """KILL a process; False where it had ended already."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
