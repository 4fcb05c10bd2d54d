"""Runs of the hostile workload in a real container, and what has to hold after every one of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import docker
import pytest
from jsonschema import Draft202012Validator

from harness.data.dataset import Dataset
from harness.places import Home, resources
from harness.record import digest
from harness.record.folder import EVENTS, LOG, RECORD
from harness.record.ledger import Ledger
from harness.run.execute import Finished
from harness.run.plan import Plan
from harness.runtime.leftovers import HOME_LABEL, home_id
from harness.spec.load import benchmark_of, ruleset_of, submission_of
from harness.verify import record as verifying
from tests.e2e.material import run_in_container
from tests.run.material import STUB, Remembering, plan, with_limits, with_profile, with_rules

HOSTILE = Path(__file__).parent.parent / "hostile_workload.py"
CONVERSATION = ("hello", "ready", "epoch", "trained", "predicted", "fitted", "inferred", "inferred", "done")
LOG_MIB = 1
# Far more than a good harness takes, far less than what a bad one would.
MOST_GROWTH_MIB = 300

BOOT = """
import sys, types
package = sys.modules["tests"] = types.ModuleType("tests")
package.stub_workload = sys.modules["tests.stub_workload"] = types.ModuleType("tests.stub_workload")
exec({stub!r}, package.stub_workload.__dict__)
exec({hostile!r}, {{"__name__": "__main__"}})
"""


@dataclass(frozen=True)
class Case:
    """How an attack must end. ``reason`` is a pattern for all reasons, a line each; ``heard`` is how many events of the
    good conversation are in the journal, ``and_then`` what follows them there; ``logged`` are patterns that the log
    must hold; ``limits`` are the benchmark's, in seconds."""

    attack: str
    ended: str
    verdict: str
    state: str
    reason: str
    heard: int
    and_then: tuple[str, ...] = ()
    logged: tuple[str, ...] = ()
    limits: Mapping[str, float] = field(default_factory=dict)
    exit_code: int | None = None


def fruitless(attack: str, *logged: str) -> Case:
    """An attack that achieves nothing, so that the run is as good as any other."""
    return Case(attack, "completed", "valid", "done", "", len(CONVERSATION), logged=logged, exit_code=0)


def failed(attack: str, ended: str, state: str, reason: str, heard: int, **more: Any) -> Case:
    return Case(attack, ended, "failed", state, reason, heard, **more)


def forged(attack: str, state: str, reason: str, heard: int, **more: Any) -> Case:
    return Case(attack, "broke the protocol", "invalid", state, reason, heard, **more)


def hostile_plan(**limits: float) -> Plan:
    """Small limits, so that an attack takes seconds, and a document for each digest."""
    made = with_profile(plan(runtime="docker"), "smoke", offline_s=0.05, single_s=0.05)
    made = with_rules(made, "container", memory_gib=0.25, shm_gib=1 / 64, pids=48, tmp_gib=1 / 64, log_mib=LOG_MIB)
    hello_s = limits.pop("hello_s", 30)
    made = with_rules(made, "deadlines", hello_s=hello_s, grace_s=1)
    made = with_limits(made, **{"ready_s": 30, "train_s": 30, "predict_s": 30, "infer_s": 30, "finish_s": 30, **limits})
    rules = {**made.ruleset.document, "checks": [_loosened(check) for check in made.ruleset.document["checks"]]}
    return replace(made, benchmark=benchmark_of(made.benchmark.document), ruleset=ruleset_of(rules))


def _loosened(check: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of a window of 50 ms a busy machine may well take a part for itself."""
    return {**check, "parameters": {"largest_share": 0.9, "least_s": 0.0}} if check["id"] == "T1" else check


def titled(made: Plan, title: str) -> Plan:
    """The plan for a submission with another title."""
    submission = made.submission
    return replace(made, submission=submission_of({**submission.document, "title": title}, submission.folder))


@contextmanager
def bounded_memory() -> Iterator[None]:
    """Fails where this process, which holds the harness, took much more memory at any time than before."""
    Path("/proc/self/clear_refs").write_text("5")
    before = _memory_mib("VmRSS")
    yield
    assert _memory_mib("VmHWM") - before < MOST_GROWTH_MIB


def _memory_mib(name: str) -> float:
    (found,) = re.findall(rf"^{name}:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)
    return int(found) / 1024


@dataclass(frozen=True)
class Field:
    """Where attacks take place: an engine, a home, a prepared data set."""

    client: docker.DockerClient
    image: str
    home: Home
    dataset: Dataset
    patch: pytest.MonkeyPatch

    def run(self, attack: str, made: Plan, watcher: Any = None) -> Finished:
        """The attack, and all that holds after any attack."""
        text = BOOT.format(stub=STUB.read_text(), hostile=HOSTILE.read_text())
        watcher, before = watcher or Remembering(), self._data()
        with bounded_memory():
            done, _ = run_in_container(
                self.client, self.image, self.home, self.dataset, attack, made, watcher, text=text
            )
            self._nothing_is_lost(done, made)
        assert self._data() == before
        assert self._containers() == []
        return done

    def _data(self) -> dict[str, str]:
        root = self.dataset.root
        return {str(path.relative_to(root)): digest.of_file(path) for path in root.rglob("*") if path.is_file()}

    def _containers(self) -> list[Any]:
        label = f"{HOME_LABEL}={home_id(self.home)}"
        return self.client.containers.list(all=True, filters={"label": label})

    def _nothing_is_lost(self, done: Finished, made: Plan) -> None:
        """The record fits its schema, is sealed, stands in the ledger, and follows from the raw files."""
        root, record = done.folder.root, done.record
        schema = json.loads((resources() / "schemas" / "record.schema.json").read_text())
        assert [error.json_path for error in Draft202012Validator(schema).iter_errors(record)] == []
        assert json.loads((root / RECORD).read_text()) == record
        files = {path.name: digest.of_file(path) for path in root.iterdir() if path.name != RECORD}
        assert record["files"] == files
        assert files.keys() == {"plan.json", "system.json", "image.json", EVENTS, LOG}
        lines = [line for _, line in Ledger(self.home.ledger).lines() if line["run"] == root.name]
        assert [line["event"] for line in lines] == ["started", "finished"]
        assert (root / LOG).stat().st_size <= LOG_MIB * 2**20 + 100
        self.patch.setattr(verifying, "load_benchmark", lambda name: made.benchmark)
        self.patch.setattr(verifying, "load_ruleset", lambda name: made.ruleset)
        assert verifying.verify(root, self.dataset) == verifying.Verification(root.name, (), ())


def events_of(done: Finished) -> tuple[str, ...]:
    """The events in the journal, by name."""
    lines = [json.loads(line) for line in (done.folder.root / EVENTS).read_text().splitlines()]
    return tuple(line["event"] for line in lines if "event" in line)


def log_of(done: Finished) -> str:
    return (done.folder.root / LOG).read_text(errors="backslashreplace")
