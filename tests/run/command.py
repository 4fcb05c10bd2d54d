"""`harness run` of the stub workload on a small data set, each time in a process of its own, which a test may hurt.

The processes are forked from one that has imported everything, so that a hundred of them take a minute.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from harness.cli.main import main
from harness.cli.progress import Lines
from harness.data.dataset import Dataset
from harness.meter.replay import ReplayMeter
from harness.places import Home
from harness.run import entry, lock
from harness.run.execute import execute
from harness.run.plan import Plan
from harness.runtime.host import HostRuntime
from harness.runtime.leftovers import HOME_MARK, folder_prefix, home_id, marked_processes
from harness.standings.collect import collect
from harness.verify.ledger import account
from tests.meter.traces import steady
from tests.run.material import STUB, StubRuntime, plan, with_profile

CHECKOUT = Path(__file__).parent.parent.parent
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__])
NO_TIME = {"training_s": 0.0, "idle_s": 0.0, "offline_s": 0.0, "single_s": 0.0}
PATIENCE_S = 60.0


@dataclass(frozen=True)
class Command:
    """``harness run submissions/mlp_fp32 --runs 1`` in the home folder ``home``, with ``options`` behind it.

    ``output`` takes what it says; ``workload`` is the workload's command; ``smoke`` replaces parts of that profile;
    ``metered`` lets a made-up meter count energy; ``locks`` is where the machine's locks lie. ``arm`` is called in the
    process, before anything else.
    """

    home: Path
    dataset: Dataset
    output: Path
    workload: tuple[str, ...] = (sys.executable, str(STUB), "good")
    smoke: tuple[tuple[str, float], ...] = ()
    metered: bool = False
    arm: Callable[[], None] | None = None
    options: tuple[str, ...] = ("--device", "cpu")
    locks: Path | None = None

    def start(self) -> BaseProcess:
        """A process that carries the command out."""
        process = _CONTEXT.Process(target=self.carry_out)
        process.start()
        return process

    def carry_out(self) -> None:
        """In this process, which it ends."""
        os.environ["LEANMED_HOME"] = str(self.home)
        output = os.open(self.output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(output, 1)
        os.dup2(output, 2)
        made = _rules(plan(), dict(self.smoke))
        runtime = StubRuntime(HostRuntime(Home(self.home)), self.workload)
        _put(entry, "prepare", lambda benchmark, home, say: self.dataset)
        _put(entry, "load_benchmark", lambda name: made.benchmark)
        _put(entry, "load_ruleset", lambda: made.ruleset)
        _put(entry, "runtime_named", lambda name, home: runtime)
        if self.metered:
            _put(entry, "execute", _metered)
        if self.locks is not None:
            _put(lock, "MACHINE_PLACES", (self.locks,))
        if self.arm is not None:
            self.arm()
        main(["run", "submissions/mlp_fp32", "--runs", "1", "--runtime", "host", "--profile", "smoke", *self.options])

    def run(self) -> int:
        """Carry it out; the exit code, or minus the number of the signal that ended it."""
        process = self.start()
        return ended(process)

    def with_changes(self, **changes: Any) -> Command:
        """The same but for some fields."""
        return replace(self, **changes)

    @property
    def said(self) -> str:
        """Standard output and standard error of the last time."""
        return self.output.read_text()

    def apart(self, **environment: str) -> subprocess.Popen[bytes]:
        """Carry it out in a process that begins anew: one that finds another GPU driver."""
        code = "import pickle, sys; pickle.load(sys.stdin.buffer).carry_out()"
        process = subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, env={**os.environ, **environment}, cwd=CHECKOUT
        )
        assert process.stdin is not None
        with process.stdin:
            pickle.dump(self, process.stdin)
        return process


def ended(process: BaseProcess) -> int:
    """The exit code of a command that was started, once it has ended."""
    process.join(PATIENCE_S)
    assert process.exitcode is not None, "the command did not end"
    return process.exitcode


def _rules(made: Plan, smoke: Mapping[str, float]) -> Plan:
    """The plan under rules whose windows take no time. Of such a window the time between two events is a large part."""
    made = with_profile(made, "smoke", **{**NO_TIME, **smoke})
    checks = [
        {**check, "parameters": {"largest_share": 1.0, "least_s": 0.0}} if check["id"] == "T1" else check
        for check in made.ruleset.document["checks"]
    ]
    return replace(made, ruleset=replace(made.ruleset, document={**made.ruleset.document, "checks": checks}))


def _put(module: Any, name: str, value: object) -> None:
    assert hasattr(module, name)
    setattr(module, name, value)


def _metered(*args: Any, **options: Any) -> Any:
    trace = steady(600, 250.0, memory_used_b=3e9, power_limit_w=700, throttle_reasons=0)
    return execute(*args, **options, meters=lambda belongs: ReplayMeter(trace, update_period_s=0.001))


@dataclass(frozen=True)
class StopAt:
    """Lets the harness say in the file ``told`` that it has entered a state, and wait there to be killed."""

    state: str
    told: Path

    def __call__(self) -> None:
        usual = Lines.stage

        def stage(lines: Lines, name: str, total: int | None) -> None:
            usual(lines, name, total)
            if name == self.state:
                self.told.touch()
                while True:
                    signal.pause()

        _put(Lines, "stage", stage)


def running(home: Path) -> bool:
    """Whether a workload of the home is running."""
    return bool(marked_processes({HOME_MARK: home_id(Home(home))}))


def assert_in_order(home: Path, *, interrupted: int, whole: int = 1) -> None:
    """So many whole and interrupted runs are there and shown, the ledger fits, and nothing else is left."""
    found, runs = account(Home(home)), collect((home / "runs",))
    assert found.differences == ()
    assert (found.started, found.finished) == (interrupted + whole, whole)
    assert (len(runs.runs), len(runs.interrupted), runs.unreadable) == (whole, interrupted, [])
    assert [path for path in home.rglob("*") if path.name.endswith(".part") or path.name == "data"] == []
    assert list(Path("/tmp").glob(f"{folder_prefix(Home(home))}*")) == []
    assert not running(home)


def assert_no_half_record(home: Path) -> None:
    """Each record that is there is whole."""
    for record in home.glob("runs/*/record.json"):
        assert json.loads(record.read_text())["run"] == record.parent.name
