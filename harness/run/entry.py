"""From what the user asked for to finished runs: load, prepare, build, plan, skip what is done, run the rest."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import harness
from harness.data.dataset import Dataset
from harness.data.prepare import prepare
from harness.errors import InvalidInput, MachineLacks
from harness.image.build import ensure_image
from harness.image.host import host_identity
from harness.places import Home
from harness.record.books import Books
from harness.record.folder import RunFolder, finished
from harness.run.execute import execute
from harness.run.lock import gpu_held, held
from harness.run.pace import Pace
from harness.run.plan import Plan
from harness.run.session import Watcher
from harness.runtime.base import Runtime
from harness.runtime.choose import runtime_named
from harness.spec.load import load_benchmark, load_ruleset, load_submission
from harness.spec.model import Benchmark, Ruleset, Submission
from harness.spec.seed import seed_of_run
from harness.system.system import System, capture
from harness.weights.shelf import Weights, need


@dataclass(frozen=True)
class Request:
    """What `harness run` was asked. ``seed`` None means the ruleset's own seeds, ``runs`` None as
    many as it gives an entry, or one where the run can't be ranked; they are numbered from 1. ``again`` is a run number
    that alone is made, whether it was made before or not."""

    submissions: tuple[Path, ...]
    benchmark: str
    runs: int | None
    seed: int | None
    runtime: str
    profile: str
    device: str
    again: int | None = None


class Display(Watcher, Protocol):
    """A watcher that also tells of what stands around the runs."""

    def say(self, text: str) -> None:
        """One line for the user."""

    def run_begins(self, plan: Plan) -> None:
        """A run is about to start."""

    def run_ended(self, record: Mapping[str, Any], folder: Path) -> None:
        """A run has its record."""

    def run_skipped(self, record: Mapping[str, Any], folder: Path) -> None:
        """The same run was finished before."""


@dataclass(frozen=True)
class Result:
    """One run that was asked for: ``skipped`` where it had been finished before."""

    folder: Path
    record: Mapping[str, Any] = field(repr=False)
    skipped: bool


def run(request: Request, home: Home, display: Display) -> list[Result]:
    """Carry out the request. Raises `InvalidInput` and `MachineLacks` before anything was run, and
    `InfrastructureFailed` where a run can't be written down."""
    ruleset = load_ruleset()
    benchmark = load_benchmark(request.benchmark)
    submissions = [load_submission(path, ruleset, [benchmark]) for path in request.submissions]
    _no_twins(submissions)
    _open_in_containers_only(submissions, request.runtime)
    system = capture()
    device, gpu_uuid = _device(request.device, system)
    cpus = _cpus(ruleset)
    weights = {submission.name: _weights(submission, benchmark, home) for submission in submissions}
    with held(home.lock), gpu_held(gpu_uuid):
        runtime = runtime_named(request.runtime, home)
        # What a killed harness left running goes first: it may still read what is then put in order.
        for sentence in (*runtime.sweep(), *Books(home).recover()):
            display.say(sentence)
        dataset = prepare(benchmark.id, home, display.say)
        images = {submission.name: _image(request.runtime, submission, home, display.say) for submission in submissions}
        results = []
        enough = set()
        pace = Pace()
        due = list(_order(submissions, benchmark, ruleset, request.runs or ruleset.runs_of_entry))
        due = [one for one in due if request.again in (None, one[0])]
        for done, (number, submission) in enumerate(due):
            if submission.name in enough:
                continue
            left = [later.name for _, later in due[done:] if later.name not in enough]
            if (told := pace.sentence(left)) is not None:
                display.say(told)
            identity, image_id = images[submission.name]
            plan = Plan(
                submission=submission,
                benchmark=benchmark,
                ruleset=ruleset,
                data_digest=dataset.digest,
                number=number,
                seed=request.seed if request.seed is not None else seed_of_run(ruleset, benchmark, number),
                own_seed=request.seed is not None,
                requested_profile=request.profile,
                runtime=request.runtime,
                device=device,
                image=identity,
                system=system,
                cpus=cpus,
                weights=weights[submission.name],
            )
            before = None if request.again is not None else _done_before(plan, home)
            result = _run_or_skip(plan, dataset, runtime, home, display, image_id, gpu_uuid, before)
            results.append(result)
            if not result.skipped:
                pace.took(submission.name, wall_seconds(result.record))
            reason = None if request.runs else _never_ranked(result.record, ruleset)
            if reason is not None:
                enough.add(submission.name)
                display.say(f"{submission.name}: one run, because {reason}; --runs says how many you want")
        return results


def wall_seconds(record: Mapping[str, Any]) -> float:
    """How long a run took from its start to its end."""
    begin, end = (datetime.fromisoformat(record[name]) for name in ("started", "finished"))
    return (end - begin).total_seconds()


def _never_ranked(record: Mapping[str, Any], ruleset: Ruleset) -> str | None:
    """Why no run like this one can be ranked, so that repeating it is left to who asks for it; None where it can, or
    where profile auto came to no decision because the run ended before."""
    if record["own_seed"]:
        return "a seed of your own is never ranked"
    asked = record["profile"]["requested"]
    used = record["profile"]["used"] or (None if asked == "auto" else asked)
    if used is None or ruleset.profile(used)["ranked"]:
        return None
    return f"profile {used} is never ranked"


def _run_or_skip(
    plan: Plan,
    dataset: Dataset,
    runtime: Runtime,
    home: Home,
    display: Display,
    image_id: str | None,
    gpu_uuid: str | None,
    before: tuple[RunFolder, Mapping[str, Any]] | None,
) -> Result:
    if before is not None:
        folder, record = before
        display.run_skipped(record, folder.root)
        return Result(folder.root, record, skipped=True)
    display.run_begins(plan)
    ended = execute(plan, dataset, runtime, home, display, display.say, image_id=image_id, gpu_uuid=gpu_uuid)
    display.run_ended(ended.record, ended.folder.root)
    return Result(ended.folder.root, ended.record, skipped=False)


def _done_before(plan: Plan, home: Home) -> tuple[RunFolder, dict[str, Any]] | None:
    """The finished run of the same plan under the same profile, if there is one. An infrastructure failure does not
    count as finished: it is repeated, under the same number and seed."""
    for folder, record in finished(home.runs):
        if record.get("key") != plan.key or record["outcome"]["verdict"] == "infrastructure":
            continue
        profile = record["profile"]
        if plan.requested_profile in (profile["requested"], profile["used"]):
            return folder, record
        if plan.requested_profile == "auto" and profile["used"] == "official":
            return folder, record
    return None


def _order(
    submissions: Sequence[Submission], benchmark: Benchmark, ruleset: Ruleset, runs: int
) -> Iterator[tuple[int, Submission]]:
    """Blocks by run number, in each the submissions in a random order, so that drift of the machine cancels. The order
    follows from the run's seed: the same request has the same order."""
    for number in range(1, runs + 1):
        block = sorted(submissions, key=lambda submission: submission.name)
        random.Random(seed_of_run(ruleset, benchmark, number)).shuffle(block)
        for submission in block:
            yield number, submission


def _image(
    runtime: str, submission: Submission, home: Home, say: Callable[[str], None]
) -> tuple[Mapping[str, Any], str | None]:
    if runtime == "host":
        return host_identity(Path(harness.__file__).parent), None
    image = ensure_image(submission, home, say)
    return image.identity, image.id


def _weights(submission: Submission, benchmark: Benchmark, home: Home) -> Weights | None:
    """The pretrained weights of the submission's model, verified, where the benchmark begins with them."""
    if submission.open or benchmark.initialization(submission.model) != "imagenet":
        return None
    return need(submission.model, home)


def _device(asked: str, system: System) -> tuple[str, str | None]:
    """The device for the workload, and the GPU's UUID if it is one."""
    if asked == "cpu" or (asked == "auto" and not system.gpus):
        return "cpu", None
    if not system.gpus:
        raise MachineLacks(
            f"--device cuda: this machine has no usable GPU ({system.no_gpu_reason})",
            remedy="install the NVIDIA driver, or run on the CPU with --device cpu",
        )
    return "cuda", system.gpus[0].uuid


def _cpus(ruleset: Ruleset) -> tuple[int, ...]:
    """The fixed CPU set: the first processors that this process may use, as many as the ruleset gives."""
    wanted = ruleset.document["container"]["cpus"]
    usable = sorted(os.sched_getaffinity(0))
    if len(usable) < wanted:
        raise MachineLacks(
            f"the ruleset gives every run {wanted} CPUs, and this process may use {len(usable)}",
            remedy="run on a machine (or with a CPU affinity) of at least that many",
        )
    return tuple(usable[:wanted])


def _no_twins(submissions: Sequence[Submission]) -> None:
    names = [submission.name for submission in submissions]
    for name in names:
        if names.count(name) > 1:
            raise InvalidInput(f"submission {name} was given {names.count(name)} times", remedy="name it once")


def _open_in_containers_only(submissions: Sequence[Submission], runtime: str) -> None:
    """Somebody else's program is not let loose on this machine, where it could also read the labels."""
    names = [submission.name for submission in submissions if submission.open]
    if names and runtime == "host":
        raise InvalidInput(
            f"{', '.join(names)}: a submission of the open division runs its own program, and the host runtime has "
            "nothing to shut it in",
            remedy="run it in a container: `--runtime docker`",
        )
