"""The reference summary of a benchmark: which reference runs there are, and what they reached.

``rules/benchmarks/<id>.reference.json`` stands beside the benchmark file, whose quality targets follow from it alone
(`harness.reference.targets`). It holds no durations: targets need none, and such runs may share the machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from harness.errors import InvalidInput
from harness.places import resources
from harness.record.folder import write_json
from harness.score.estimate import Estimate
from harness.spec.explain import findings
from harness.spec.load import check_document
from harness.spec.problem import InvalidSpecification, shown_path
from harness.spec.schema import validator
from harness.spec.strict_json import read_json

SCHEMA = "leanmed/reference/v1"
TOLERANCE = 1e-9
"""Two ways to compute one area differ by less than this; one swapped pair among 10,000 × 10,000 cases is 1e-8."""


@dataclass(frozen=True)
class ReferenceRun:
    """One reference run. ``gain`` is its test AUC minus the trivial model's; ``validation_auc`` has one value an epoch,
    None where the validation cases gave none.

    ``image`` is the digest of what ran (the image's identity, or that of code and packages on the host), ``versions``
    those that the workload reported, ``device_name`` the workload's own name for its device.
    """

    number: int
    seed: int
    test_auc: float
    gain: Estimate
    validation_auc: tuple[float | None, ...]
    submission: str
    run: str
    image: str
    versions: Mapping[str, str | None]
    device_name: str
    system: str
    system_title: str
    runtime: str
    device: str

    def to_json(self) -> dict[str, Any]:
        """As it stands in the summary."""
        return {
            **asdict(self),
            "gain": self.gain.to_json(),
            "validation_auc": list(self.validation_auc),
            "epochs": len(self.validation_auc),
            "versions": dict(self.versions),
        }


@dataclass(frozen=True)
class ReferenceModel:
    """The reference runs of one model by number, and test AUC and gain over the trivial model averaged over them
    (`harness.score.averaged`)."""

    runs: tuple[ReferenceRun, ...]
    test_auc: Estimate
    gain: Estimate

    def to_json(self) -> dict[str, Any]:
        """As it stands in the summary."""
        return {
            "test_auc": self.test_auc.to_json(),
            "gain": self.gain.to_json(),
            "runs": [run.to_json() for run in self.runs],
        }


@dataclass(frozen=True)
class Reference:
    """The summary of one benchmark: ``data`` is the digest of the prepared data, ``trivial`` the trivial model's test
    AUC, ``models`` at least one model by name."""

    benchmark: str
    data: str
    trivial: Estimate
    models: Mapping[str, ReferenceModel]

    def to_json(self) -> dict[str, Any]:
        """As it stands in the file."""
        return {
            "schema": SCHEMA,
            "benchmark": self.benchmark,
            "data": self.data,
            "trivial": self.trivial.to_json(),
            "models": {name: model.to_json() for name, model in self.models.items()},
        }


def summary_path(benchmark_id: str) -> Path:
    """Where the summary of a benchmark stands: beside the benchmark file."""
    return resources() / "rules" / "benchmarks" / f"{benchmark_id}.reference.json"


def write_summary(reference: Reference, path: Path) -> None:
    """Write the summary in one step. Raises `ValueError` if it breaks its own schema, `InvalidInput` where it can't be
    written."""
    document = reference.to_json()
    if found := findings(validator("reference"), document):
        raise ValueError(f"the summary breaks its schema: {found[0].path} {found[0].message}")
    try:
        write_json(path, document)
    except OSError as error:
        raise InvalidInput(
            f"{path} can't be written: {error.strerror or error}", remedy="name another file with --output"
        ) from error


def read_summary(path: Path) -> Reference:
    """The summary in the file ``path``. Raises `InvalidInput`, with the remedy, where there is none, where it breaks
    its schema, and where its parts contradict each other."""
    shown = shown_path(path)
    if not path.is_file():
        raise InvalidInput(f"there is no reference summary at {shown}", remedy="`harness reference collect` writes it")
    remedy = "`harness reference collect --replace` writes it anew"
    data, problems = check_document(read_json(path), "reference")
    if data is None:
        raise InvalidSpecification(problems, remedy=remedy)
    try:
        reference = _reference(data)
    except ValueError as error:
        raise InvalidInput(f"{shown}: {error}", remedy=remedy) from error
    if contradiction := _contradiction(data, reference):
        raise InvalidInput(f"{shown}: {contradiction}", remedy=remedy)
    return reference


def _reference(data: Mapping[str, Any]) -> Reference:
    models = {
        name: ReferenceModel(
            runs=tuple(_run(run) for run in model["runs"]),
            test_auc=Estimate(**model["test_auc"]),
            gain=Estimate(**model["gain"]),
        )
        for name, model in data["models"].items()
    }
    return Reference(data["benchmark"], data["data"], Estimate(**data["trivial"]), models)


def _run(data: Mapping[str, Any]) -> ReferenceRun:
    fields = {key: value for key, value in data.items() if key != "epochs"}
    return ReferenceRun(**{**fields, "gain": Estimate(**data["gain"]), "validation_auc": tuple(data["validation_auc"])})


def _contradiction(data: Mapping[str, Any], reference: Reference) -> str | None:
    """What a schema can't see: numbers with gaps, means that are none. A summary edited by hand stands out here."""
    for name, model in reference.models.items():
        numbers = [run.number for run in model.runs]
        if numbers != list(range(1, len(numbers) + 1)):
            return f"the runs of {name} are numbered {numbers}, not from 1 without a gap"
        if len({(run.runtime, run.device) for run in model.runs}) > 1:
            return f"the runs of {name} were made in different runtimes or on different devices"
        for run, written in zip(model.runs, data["models"][name]["runs"], strict=True):
            if written["epochs"] != len(run.validation_auc):
                return f"run {run.number} of {name} has {written['epochs']} epochs, {len(run.validation_auc)} listed"
            if not _equal(run.gain.value, run.test_auc - (reference.trivial.value or 0.0)):
                return f"the gain of run {run.number} of {name} is not its test AUC minus the trivial model's"
        if not _equal(model.test_auc.value, float(np.mean([run.test_auc for run in model.runs]))):
            return f"the test AUC of {name} is not the mean of its runs"
        if not _equal(model.gain.value, (model.test_auc.value or 0.0) - (reference.trivial.value or 0.0)):
            return f"the gain of {name} is not its test AUC minus the trivial model's"
    return None


def _equal(written: float | None, computed: float) -> bool:
    return written is not None and abs(written - computed) <= TOLERANCE
