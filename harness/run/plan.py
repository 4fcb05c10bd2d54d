"""The plan of one run: everything that is fixed before a container starts, and the key by which the same run is
known."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from harness.data.dataset import Dataset
from harness.spec.digest import digest_of
from harness.spec.model import Benchmark, Ruleset, Submission
from harness.system.system import System
from harness.weights.shelf import Weights


@dataclass(frozen=True)
class Plan:
    """``image`` is the image's identity (docker) or the digest of the workload's code (host): what will run, by
    content. ``seed`` is the ruleset's unless ``own_seed``. ``weights`` are there where the benchmark begins with
    pretrained ones."""

    submission: Submission
    benchmark: Benchmark
    ruleset: Ruleset
    data_digest: str
    number: int
    seed: int
    own_seed: bool
    requested_profile: str
    runtime: str
    device: str
    image: Mapping[str, Any]
    system: System
    cpus: tuple[int, ...]
    weights: Weights | None = None

    @property
    def hyperparameters(self) -> Mapping[str, Any]:
        """Those of the benchmark for this submission's model; in the open division the common ones, overlaid with the
        submission's own."""
        if self.submission.open:
            return {**self.benchmark.document["hyperparameters"], **self.submission.document.get("hyperparameters", {})}
        return self.benchmark.hyperparameters(self.submission.model)

    @property
    def target(self) -> Mapping[str, Any]:
        """The quality targets: of the model, in the open division of the benchmark's yardstick."""
        return self.benchmark.target(self.benchmark.yardstick if self.submission.open else self.submission.model)

    @property
    def command(self) -> tuple[str, ...] | None:
        """The program that an open submission brings; None for the harness's own workload."""
        return tuple(self.submission.workload["command"]) if self.submission.open else None

    @property
    def initialization(self) -> dict[str, str | None]:
        """How the weights begin: what the benchmark says, and the checksum of the file if they begin with one. In the
        open division ``own`` where the submission declares weights; their checksums stand in its document."""
        if self.submission.open:
            return {"kind": "own" if self.submission.document.get("weights") else "random", "weights_sha256": None}
        sha256 = None if self.weights is None else self.weights.sha256
        return {"kind": self.benchmark.initialization(self.submission.model), "weights_sha256": sha256}

    @property
    def key(self) -> str:
        """Digest of what makes two runs the same run: what runs, on what, by which rules, with which seed, where."""
        return digest_of(
            {
                "submission": self.submission.digest,
                "benchmark": self.benchmark.digest,
                "ruleset": self.ruleset.digest,
                "data": self.data_digest,
                "number": self.number,
                "seed": self.seed,
                "runtime": self.runtime,
                "device": self.device,
                "image": self.image["identity"],
                "system": self.system.id,
                "weights": self.initialization["weights_sha256"],
            }
        )

    def profile(self, name: str) -> Mapping[str, Any]:
        """The ruleset's profile, with its name."""
        return {**self.ruleset.profile(name), "name": name}

    def for_workload(self, profile: str, data_path: str, weights_path: str | None) -> dict[str, Any]:
        """The fields of the `plan` command; paths as the workload sees them."""
        document = self.benchmark.document
        return {
            "submission": {**self.submission.document, "efficiency": dict(self.submission.efficiency)},
            "benchmark": {
                "id": self.benchmark.id,
                "initialization": self.initialization["kind"],
                "image": dict(document["image"]),
                "input": document["image"]["height"] if self.submission.open else self._input,
                "hyperparameters": dict(self.hyperparameters),
            },
            "profile": dict(self.profile(profile)),
            "seed": self.seed,
            "device": self.device,
            "threads": len(self.cpus),
            "data": data_path,
            "weights": weights_path,
        }

    @property
    def _input(self) -> int:
        return self.benchmark.input_size(self.submission.model)

    def to_json(self, run_id: str) -> dict[str, Any]:
        """As ``plan.json``: whole documents, so that the run can be repeated from its folder alone."""
        return {
            "schema": "leanmed/plan/v1",
            "run": run_id,
            "key": self.key,
            "submission": dict(self.submission.document),
            "benchmark": dict(self.benchmark.document),
            "ruleset": dict(self.ruleset.document),
            "data": self.data_digest,
            "number": self.number,
            "seed": self.seed,
            "own_seed": self.own_seed,
            "requested_profile": self.requested_profile,
            "runtime": self.runtime,
            "device": self.device,
            "cpus": list(self.cpus),
            "image": dict(self.image),
            "system": self.system.id,
            "initialization": self.initialization,
            "weights": None if self.weights is None else dict(self.weights.document),
        }

    def new_run_id(self, now: datetime | None = None) -> str:
        """A name for the run's folder that sorts by submission, run number and time, and is never used twice."""
        stamp = (now or datetime.now(UTC)).strftime("%Y%m%dT%H%M%SZ")
        return f"{self.submission.name}-{self.benchmark.id}-r{self.number}-{stamp}-{secrets.token_hex(3)}"


def counts_of(dataset: Dataset) -> dict[str, int]:
    """Cases of train, val and test."""
    return {name: int(dataset.counts[name]) for name in ("train", "val", "test")}
