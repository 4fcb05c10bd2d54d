"""The benchmarks' data: prepared here, damaged, or to be prepared by the first run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from harness.data.prepare import find
from harness.data.provider import provider_named
from harness.doctor.finding import EVERY_WAY, Finding, Status
from harness.errors import MachineLacks
from harness.places import Home
from harness.spec.model import Benchmark

GROUP = "Data"


def data_findings(benchmarks: Sequence[Benchmark], home: Home) -> list[Finding]:
    """A finding a benchmark, as `harness data list` sees them; files are not read through."""
    found = [data_finding(benchmark, home) for benchmark in benchmarks]
    if any(not one.blocks for one in found):
        # While one benchmark's data can be used, there is something to run.
        return [replace(one, blocks=frozenset()) for one in found]
    return found


def data_finding(benchmark: Benchmark, home: Home) -> Finding:
    """Whether the data of one benchmark are prepared, by today's recipe."""
    one, command = (f"data-{benchmark.id}", GROUP, f"Data of {benchmark.id}"), f"harness data prepare {benchmark.id}"
    try:
        dataset = find(benchmark.id, home)
    except MachineLacks as error:
        return Finding(
            *one, Status.MISSING, error.message, "runs on it can't start", f"{command} --rebuild", blocks=EVERY_WAY
        )
    except PermissionError as error:
        seen = f"this user may not look into {error.filename}"
        return Finding(*one, Status.MISSING, seen, "runs on it can't start", blocks=EVERY_WAY)
    needed = provider_named(benchmark.provider).asks_for
    if dataset is None and needed is not None:
        meaning = "runs on it can't start before somebody who holds the files has prepared them"
        return Finding(*one, Status.LIMITED, "not prepared", meaning, f"{command} --source DIR", blocks=EVERY_WAY)
    if dataset is None:
        meaning = "the first run prepares them; that time is not in its results"
        return Finding(*one, Status.LIMITED, "not prepared", meaning, command)
    counts = ", ".join(f"{split} {count:,}" for split, count in dataset.counts.items())
    pinned = benchmark.document["data"]["digest"]
    if pinned is not None and dataset.digest != pinned:
        return Finding(
            *one,
            Status.LIMITED,
            f"prepared ({counts}), and not the bytes that the benchmark names",
            "runs on it are invalid by check D1",
            f"{command} --rebuild",
        )
    if dataset.phantom:
        return Finding(*one, Status.LIMITED, f"prepared from phantoms: {counts}", "runs on it can't be published")
    meaning = "runs start at once; every file's checksum is verified then"
    return Finding(*one, Status.OK, f"prepared: {counts}", meaning)
