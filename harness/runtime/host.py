"""The `host` runtime: the same workload as a process of this user, without a sandbox. Its records say so."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import platform
import shutil
import site
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import harness
from harness.errors import MachineLacks
from harness.places import Home
from harness.runtime.base import Launch
from harness.runtime.leftovers import HOME_MARK, RUN_MARK, folder_prefix, home_id, sweep_folders, sweep_processes
from harness.runtime.process import ProcessWorkload

_NEEDED = ("torch", "timm", "bitsandbytes", "numpy")


class HostRuntime:
    """Starts workloads as processes of this Python."""

    name = "host"

    def __init__(self, home: Home) -> None:
        self._home = home

    def start(self, launch: Launch) -> ProcessWorkload:
        """Start the workload on ``launch.cpus`` in an empty folder of its own, with hardly any environment.

        Raises `MachineLacks` where a package of the workload is missing or a processor is not this process's to use.
        The ruleset's memory limits are not applied: only a container can hold them.
        """
        if launch.command is None:
            check_packages()
        command = launch.command or (sys.executable, "-m", "harness.workload")
        folder = Path(tempfile.mkdtemp(prefix=folder_prefix(self._home)))
        environment = self._environment(launch, folder)
        try:
            with _on_processors(launch.cpus):
                process = subprocess.Popen(
                    command,
                    cwd=folder,
                    env=environment,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    bufsize=0,
                    # A group of its own: Ctrl-C in the terminal reaches the harness alone, which then ends the group.
                    # No parent-death signal: it fires when the starting *thread* ends. End of input does the same.
                    start_new_session=True,
                )
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        marks = {name: environment[name] for name in (HOME_MARK, RUN_MARK)}
        return ProcessWorkload(process, folder=folder, data=launch.data, marks=marks, weights=launch.weights)

    def sweep(self) -> list[str]:
        """See `Runtime.sweep`."""
        return sweep_processes(self._home) + sweep_folders(self._home, Path(tempfile.gettempdir()))

    def describe(self) -> dict[str, Any]:
        """The Python that runs the workload, and what is not guaranteed here."""
        return {
            "name": self.name,
            "python": platform.python_version(),
            "isolation": "none: network, files and memory of the machine are open to the workload",
        }

    def _environment(self, launch: Launch, folder: Path) -> dict[str, str]:
        package = Path(harness.__file__).resolve().parent
        return {
            "PATH": os.defpath,
            "PYTHONPATH": str(package.parent),
            # HOME moves, and with it would move the place of packages that were installed for the user alone.
            "PYTHONUSERBASE": site.getuserbase(),
            "HOME": str(folder),
            "TMPDIR": str(folder),
            "PYTHONHASHSEED": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",
            "TZ": "UTC",
            "LC_ALL": "C.UTF-8",
            # Weights come from the harness; a container has no network at all.
            "HF_HUB_OFFLINE": "1",
            # Empty hides every card from CUDA.
            "CUDA_VISIBLE_DEVICES": launch.gpu_uuid or "",
            HOME_MARK: home_id(self._home),
            RUN_MARK: launch.run_id,
            **launch.environment,
        }


def check_packages() -> None:
    """Raise `MachineLacks` where this Python lacks something that the workload imports; nothing is imported."""
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise MachineLacks(
            f"the workload needs {', '.join(missing)}, which {sys.executable} does not have",
            remedy="install the workload extra: `make setup-workload`, or `pip install -e '.[workload]'`",
        )


@contextlib.contextmanager
def _on_processors(cpus: tuple[int, ...]) -> Iterator[None]:
    """Let this thread, and what it starts meanwhile, use ``cpus`` only: a child inherits them before its first step."""
    usual = os.sched_getaffinity(0)
    absent = sorted(set(cpus) - usual)
    if absent or not cpus:
        raise MachineLacks(
            f"processors {absent or 'none'} were asked for, and this process may use {sorted(usual)}",
            remedy="see what limits it: `taskset -p $$`, or the container or batch system it runs in",
        )
    os.sched_setaffinity(0, cpus)
    try:
        yield
    finally:
        os.sched_setaffinity(0, usual)
