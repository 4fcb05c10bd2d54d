"""From a home folder to the reference summary of a benchmark.

A *reference run* is a finished, valid run of the official profile, of a submission whose efficiency configuration is
all defaults (float32 everywhere), with the seed that today's rules give its number, on the benchmark's data and under
its training rules. Nothing is left out by choice: of each model all such runs count, numbered from 1 without a gap.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.data.dataset import Dataset
from harness.errors import InvalidInput
from harness.places import Home
from harness.record.folder import RunFolder, finished
from harness.reference.evidence import Scores, broken, plan_of, scores_of
from harness.reference.summary import Reference, ReferenceModel, ReferenceRun
from harness.reference.targets import TargetRule
from harness.score.auc import auc_difference, auc_estimate
from harness.score.averaged import averaged_auc, averaged_difference
from harness.score.estimate import Estimate
from harness.spec.explain import findings
from harness.spec.model import Benchmark, Ruleset
from harness.spec.problem import dotted
from harness.spec.schema import default_values, schemas, validator
from harness.spec.seed import seed_of_run

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Collected:
    """The summary, and a sentence on each thing that a reader of it should know: runs passed over, duplicates, runs
    of different code."""

    reference: Reference
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Found:
    """A reference run as it lies in the home folder."""

    folder: RunFolder
    record: Record

    @property
    def number(self) -> int:
        return int(self.record["number"])

    @property
    def where(self) -> tuple[str, str]:
        return self.record["runtime"], self.record["device"]

    @property
    def weights(self) -> str | None:
        """SHA-256 of the pretrained weights that it began with; older records know of none."""
        sha256: str | None = self.record.get("initialization", {}).get("weights_sha256")
        return sha256


def collect(
    benchmark: Benchmark,
    ruleset: Ruleset,
    dataset: Dataset,
    home: Home,
    *,
    runtime: str | None = None,
    device: str | None = None,
) -> Collected:
    """The summary of the benchmark's reference runs in ``home``; ``runtime`` and ``device`` leave out all others.

    ``dataset`` is the benchmark's prepared data set. Every score is computed again from a run's predictions. Raises
    `InvalidInput` where the data are not the benchmark's, where there is no reference run, where numbers are missing,
    where a model's runs were made in different runtimes or on different devices, and where a run's files contradict its
    record.
    """
    if dataset.digest != benchmark.document["data"]["digest"]:
        raise InvalidInput(
            f"the prepared data have digest {dataset.digest}, the benchmark {benchmark.id} names "
            f"{benchmark.document['data']['digest']}",
            remedy=f"`harness data prepare {benchmark.id} --rebuild`",
        )
    notes: list[str] = []
    found = [
        run
        for run in _candidates(benchmark, home, notes)
        if runtime in (None, run.where[0]) and device in (None, run.where[1])
    ]
    usable = [run for run in found if _counts(run, benchmark, ruleset, notes)]
    if not usable:
        raise _none(benchmark, home, notes, TargetRule.of(ruleset).least_runs)
    models = {}
    for model in benchmark.models:
        runs = _of_model(model, usable, benchmark, notes)
        if runs:
            models[model] = _summarise(runs, dataset)
    trivial = auc_estimate(dataset.test_trivial(), dataset.test_labels(), dataset.test_patients())
    return Collected(Reference(benchmark.id, dataset.digest, trivial, models), tuple(notes))


def _candidates(benchmark: Benchmark, home: Home, notes: list[str]) -> Iterator[_Found]:
    """Finished runs of plain float32 under the official profile with the rules' seeds, whatever became of them. Runs
    of other kinds are no business of ours and pass without a note."""
    for folder, record in finished(home.runs):
        if found := findings(validator("record"), record):
            about = f"{dotted(found[0].path) or 'the record'} {found[0].message}"
            notes.append(f"passed over {folder.root.name}: its record breaks the schema ({about})")
            continue
        ours = record["benchmark"]["id"] == benchmark.id and record["submission"]["model"] in benchmark.models
        official = record["profile"]["used"] == "official" and not record["own_seed"]
        closed = record["submission"]["division"] == "closed"
        if ours and official and closed and is_plain(record["submission"]["efficiency"]):
            yield _Found(folder, record)


def is_plain(efficiency: Mapping[str, Any]) -> bool:
    """Whether the efficiency configuration is all defaults. A key that is not there has its default: a record may be
    older than the key."""
    defaults = default_values(schemas()["submission"]["properties"]["efficiency"])
    return {**defaults, **efficiency} == defaults


def _counts(run: _Found, benchmark: Benchmark, ruleset: Ruleset, notes: list[str]) -> bool:
    """Whether the run is a reference run of today's benchmark; if not, why, as a note."""
    record = run.record
    reason = None
    if record["outcome"]["verdict"] != "valid":
        reason = f"its verdict is {record['outcome']['verdict']}"
    elif record["data"]["digest"] != benchmark.document["data"]["digest"]:
        reason = "it was made on other data"
    elif record["seed"] != seed_of_run(ruleset, benchmark, run.number):
        reason = "its seed is not the one that today's rules give its number"
    elif _training(run, plan_of(run.folder, record).get("benchmark")) != _training(run, benchmark.document):
        reason = "it was trained under other hyperparameters or on other images than the benchmark now names"
    if reason is not None:
        notes.append(f"passed over {run.folder.root.name}: {reason}")
    return reason is None


def _training(run: _Found, document: Any) -> dict[str, Any]:
    """All that a benchmark file says about how the run's model is trained."""
    try:
        own = document["models"][run.record["submission"]["model"]]
        return {
            "image": document["image"],
            "initialization": own.get("initialization", document["initialization"]),
            "input": own["input"],
            "hyperparameters": {**document["hyperparameters"], **own.get("hyperparameters", {})},
        }
    except (KeyError, TypeError) as error:
        raise broken(run.folder, "plan.json does not tell how the model was trained") from error


def _of_model(model: str, found: Sequence[_Found], benchmark: Benchmark, notes: list[str]) -> list[_Found]:
    """The runs of one model by number, one each."""
    runs = [run for run in found if run.record["submission"]["model"] == model]
    if len({run.where for run in runs}) > 1:
        kinds = " and ".join(sorted(f"{runtime} on {device}" for runtime, device in {run.where for run in runs}))
        raise InvalidInput(
            f"{model} has reference runs made with {kinds}; they are not one sample",
            remedy="say which with --runtime and --device",
        )
    if len(weights := {run.weights for run in runs}) > 1:
        raise InvalidInput(
            f"{model} has reference runs that began with {len(weights)} different files of pretrained weights; they "
            "are not one sample",
            remedy="move the runs that began with all but one of them out of the folder of runs",
        )
    by_number = _first_of_each(runs, notes)
    if by_number:
        _without_gap(model, by_number, benchmark, notes)
        _say_what_differs(model, by_number, notes)
    return by_number


def _first_of_each(runs: Sequence[_Found], notes: list[str]) -> list[_Found]:
    """Of several runs of one number the one that finished first, so that nobody repeats a run until one pleases."""
    kept: dict[int, _Found] = {}
    for run in sorted(runs, key=lambda run: (run.number, run.record["finished"], run.record["run"])):
        first = kept.setdefault(run.number, run)
        if first is not run:
            name, other = run.folder.root.name, first.folder.root.name
            notes.append(f"passed over {name}: {other} is run {run.number} of the same model and finished first")
    return list(kept.values())


def _without_gap(model: str, runs: Sequence[_Found], benchmark: Benchmark, notes: Sequence[str]) -> None:
    numbers = {run.number for run in runs}
    last = max(numbers)
    missing = [str(number) for number in range(1, last + 1) if number not in numbers]
    if not missing:
        return
    runtime, device = runs[0].where
    name = runs[0].record["submission"]["name"]
    raise InvalidInput(
        "\n".join(
            [
                f"{model} has reference runs up to number {last}, but not run {', '.join(missing)}; "
                "left-out runs would make the sample a choice",
                *(f"  {note}" for note in notes),
            ]
        ),
        remedy=f"`harness run submissions/{name} --benchmark {benchmark.id} --runs {last} --runtime {runtime} "
        f"--device {device} --profile official` makes them. It repeats no finished run, a failed one neither: "
        "mend what made it fail",
    )


def _say_what_differs(model: str, runs: Sequence[_Found], notes: list[str]) -> None:
    """A target does not hang on the machine, so this is no error; but a reader should know."""
    for what, values in (
        ("code or packages", {run.record["image"]["identity"] for run in runs}),
        ("machines", {run.record["system"]["id"] for run in runs}),
        ("submissions", {run.record["submission"]["name"] for run in runs}),
    ):
        if len(values) > 1:
            notes.append(f"the runs of {model} come from {len(values)} different {what}")


def _none(benchmark: Benchmark, home: Home, notes: Sequence[str], runs: int) -> InvalidInput:
    return InvalidInput(
        "\n".join([f"there is no reference run of {benchmark.id} in {home.runs}", *(f"  {note}" for note in notes)]),
        remedy=f"`harness run SUBMISSION --benchmark {benchmark.id} --runs {runs} --profile official`, with a "
        "submission whose efficiency configuration is float32 throughout",
    )


def _summarise(found: Sequence[_Found], dataset: Dataset) -> ReferenceModel:
    labels, patients, trivial = dataset.test_labels(), dataset.test_patients(), dataset.test_trivial()
    scores = [scores_of(run.folder, run.record, dataset) for run in found]
    runs = [
        _run(run, scored, auc_difference(scored.test, trivial, labels, patients))
        for run, scored in zip(found, scores, strict=True)
    ]
    test = [scored.test for scored in scores]
    return ReferenceModel(
        runs=tuple(runs),
        test_auc=averaged_auc(test, labels, patients),
        gain=averaged_difference(test, trivial, labels, patients),
    )


def _run(found: _Found, scored: Scores, gain: Estimate) -> ReferenceRun:
    record = found.record
    return ReferenceRun(
        number=found.number,
        seed=record["seed"],
        test_auc=scored.test_auc,
        gain=gain,
        validation_auc=scored.validation_auc,
        submission=record["submission"]["name"],
        run=record["run"],
        image=record["image"]["identity"],
        versions=dict(record["versions"]),
        device_name=str(record["ready"].get("device_name") or record["device"]),
        system=record["system"]["id"],
        system_title=record["system"]["title"],
        runtime=record["runtime"],
        device=record["device"],
    )
