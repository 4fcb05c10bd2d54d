"""What an entry costs over the plain configuration of its model: ratios to a baseline of the same table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from harness.score.estimate import Estimate
from harness.score.ratio import METHOD, paired_ratio
from harness.spec.schema import default_values, schemas
from harness.standings.entry import Entry
from harness.standings.run import setting

BASELINES: Mapping[str, Mapping[str, str]] = {"float32": {}, "tf32": {"float32_matmul": "tf32"}}
"""Baselines by name: in which settings each differs from a submission without any trick."""
COSTS = (
    *("gpu_energy", "training_gpu_energy", "time_to_predictions", "training_time", "time_to_target"),
    *("peak_gpu_memory", "peak_host_memory", "cpu_energy", "cpu_time"),
    *("offline_gpu_energy", "single_gpu_energy", "single_latency_p50", "single_latency_p99"),
)
"""Quantities of which less is better."""
DIGITS = 10


def baselines_of(entries: Sequence[Entry]) -> dict[tuple[str, str], Entry]:
    """The entry of a table that is each baseline of each model, by (baseline, model): of several the one that ranks,
    else one that is published, has the most runs, and was finished last."""
    found: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        submission = entry.first.submission
        if entry.set_aside or submission["division"] != "closed":
            continue
        for name in BASELINES:
            if {**plain_settings("float32"), **submission["efficiency"]} == plain_settings(name):
                key = (name, submission["model"])
                found[key] = max(found.get(key, entry), entry, key=_standing)
    return found


def _standing(entry: Entry) -> tuple[object, ...]:
    finished = max(str(run.document["finished"]) for run in entry.runs)
    return entry.ranks, entry.judged is not None, len(entry.valid), finished, entry.slug


@cache
def plain_settings(baseline: str) -> dict[str, str]:
    """The efficiency settings of a baseline, as records are read."""
    plain = default_values(schemas()["submission"]["properties"]["efficiency"])
    return {key: setting(value) for key, value in {**plain, **BASELINES[baseline]}.items()}


def ratios_of(entry: Entry, baselines: Mapping[tuple[str, str], Entry]) -> dict[str, Any]:
    """For each baseline its entry's slug and the ratio of each cost that one of the two measured with its interval, or
    why there is none."""
    return {name: _ratios(entry, name, baselines.get((name, entry.first.submission["model"]))) for name in BASELINES}


def _ratios(entry: Entry, name: str, baseline: Entry | None) -> dict[str, Any]:
    if baseline is None:
        model = entry.first.submission["model"]
        judged = entry.judged
        if name == "float32" and judged is not None and judged.document["against"] is not None:
            return {"entry": None, "costs": judged.document["costs"], "reason": None}
        return {"entry": None, "costs": {}, "reason": f"no valid {name} run of {model} in this table"}
    there = [cost for cost in COSTS if costs_of(entry, cost) or costs_of(baseline, cost)]
    costs = {} if baseline is entry else {cost: _ratio(entry, baseline, cost) for cost in there}
    return {"entry": baseline.slug, "costs": costs, "reason": None}


def _ratio(entry: Entry, baseline: Entry, cost: str) -> dict[str, Any]:
    if not entry.comparable:
        # A quick run beside an official one would look like a tenth of the cost.
        return Estimate.absent(METHOD, f"it is not compared: {entry.set_aside[0]}").to_json()
    ours, theirs = costs_of(entry, cost), costs_of(baseline, cost)
    both = sorted(number for number in ours.keys() & theirs.keys() if ours[number] > 0 and theirs[number] > 0)
    return _rounded(paired_ratio([ours[number] for number in both], [theirs[number] for number in both]).to_json())


def _rounded(estimate: dict[str, Any]) -> dict[str, Any]:
    """To `DIGITS` significant digits: the last ones of a logarithm depend on the processor, and the same records give
    the same site everywhere."""
    return {name: float(f"{each:.{DIGITS}g}") if isinstance(each, float) else each for name, each in estimate.items()}


def costs_of(entry: Entry, cost: str) -> dict[int, float]:
    """A quantity of each valid run that measured it, by run number."""
    return entry.measured[cost]
