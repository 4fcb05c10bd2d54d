"""What the tests of a run are made of: a small prepared data set, a plan, and a watcher that remembers."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from harness.data.dataset import Dataset
from harness.places import Home
from harness.run.execute import Finished, Meters, execute
from harness.run.plan import Plan
from harness.run.transcript import Epoch
from harness.runtime.base import Launch, Runtime, Workload
from harness.runtime.host import HostRuntime
from harness.spec.load import load_benchmark, load_ruleset, load_submission
from harness.system.system import capture

STUB = Path(__file__).parent.parent / "stub_workload.py"
SUBMISSIONS = Path(__file__).parent.parent.parent / "submissions"
DATA_DIGEST = "sha256:" + "0" * 64
COUNTS = {"train": 12, "val": 20, "test": 40}


def tiny_dataset(root: Path) -> Dataset:
    """A prepared data set of a few cases with the files of the real one."""
    random = np.random.default_rng(0)
    container, host = root / "container", root / "host"
    container.mkdir(parents=True)
    host.mkdir()

    def images(count: int) -> Any:
        return random.integers(0, 256, (count, 3, 64, 64), dtype=np.uint8)

    np.save(container / "train_images.npy", images(COUNTS["train"]))
    np.save(container / "train_cases.npy", np.arange(COUNTS["train"], dtype=np.int32))
    np.save(container / "train_labels.npy", np.arange(COUNTS["train"], dtype=np.uint8) % 2)
    for split in ("val", "test"):
        count = COUNTS[split]
        np.save(container / f"{split}_images.npy", images(count))
        np.save(host / f"{split}_labels.npy", random.permutation(np.arange(count, dtype=np.uint8) % 2))
        np.save(host / f"{split}_patients.npy", np.arange(count, dtype=np.int32) // 2)
        np.save(host / f"{split}_trivial.npy", random.random(count))
    document = {"leanmed": {"counts": {"cases": COUNTS}}}
    return Dataset("lidc-nodules", DATA_DIGEST, root, document)


def plan(submission: str = "mlp_fp32", **changes: Any) -> Plan:
    """A plan for a run on this machine's host runtime; ``changes`` replace its fields."""
    ruleset, benchmark = load_ruleset(), load_benchmark("lidc-nodules")
    # The benchmark as it would be if the tiny data set were its own.
    benchmark = replace(benchmark, document={**benchmark.document, "data": {"digest": DATA_DIGEST}})
    made = Plan(
        submission=load_submission(SUBMISSIONS / submission, ruleset, [benchmark]),
        benchmark=benchmark,
        ruleset=ruleset,
        data_digest=DATA_DIGEST,
        number=1,
        seed=7,
        own_seed=True,
        requested_profile="smoke",
        runtime="host",
        device="cpu",
        image={"kind": "host", "identity": "sha256:" + "1" * 64},
        system=capture(),
        cpus=(0,),
    )
    return replace(made, **changes)


def with_rules(made: Plan, section: str, **values: Any) -> Plan:
    """The plan under a ruleset that differs in one section."""
    document = {**made.ruleset.document, section: {**made.ruleset.document[section], **values}}
    return replace(made, ruleset=replace(made.ruleset, document=document))


def with_profile(made: Plan, name: str, **values: Any) -> Plan:
    """The plan under a ruleset with a profile that differs."""
    return with_rules(made, "profiles", **{name: {**made.ruleset.document["profiles"][name], **values}})


def with_limits(made: Plan, **limits: float) -> Plan:
    """The plan under a benchmark with other limits, in seconds."""
    document = {**made.benchmark.document, "limits": {**made.benchmark.document["limits"], **limits}}
    return replace(made, benchmark=replace(made.benchmark, document=document))


@dataclass
class StubRuntime:
    """A real runtime that starts the stub workload instead of the one of the image."""

    inner: Runtime
    command: tuple[str, ...]
    image: str | None = None
    name: str = "host"

    def start(self, launch: Launch) -> Workload:
        return self.inner.start(replace(launch, command=self.command, image=self.image))

    def sweep(self) -> list[str]:
        return self.inner.sweep()

    def describe(self) -> dict[str, Any]:
        return self.inner.describe()


@dataclass
class Remembering:
    """A watcher that keeps what it was told."""

    said: list[str] = field(default_factory=list)
    stages: list[str] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)
    epochs: list[Epoch] = field(default_factory=list)
    moved: int = 0

    def say(self, text: str) -> None:
        self.said.append(text)

    def decided(self, profile: str, why: str) -> None:
        self.said.append(f"{profile}: {why}")

    def stage(self, name: str, total: int | None) -> None:
        self.stages.append(name)

    def progress(self, fields: Mapping[str, Any]) -> None:
        self.moved += 1

    def epoch(self, epoch: Epoch, planned: int) -> None:
        self.epochs.append(epoch)

    def log(self, text: str) -> None:
        self.logged.append(text)


def run_stub(
    home: Home, dataset: Dataset, behaviour: str, made: Plan, meters: Meters | None = None, gpu: str | None = None
) -> tuple[Finished, Remembering]:
    """One run of the stub on the host runtime, beside the GPU with the UUID ``gpu`` if there is one."""
    watcher = Remembering()
    runtime = StubRuntime(HostRuntime(home), (sys.executable, str(STUB), behaviour))
    done = execute(made, dataset, runtime, home, watcher, watcher.say, image_id=None, gpu_uuid=gpu, meters=meters)
    return done, watcher
