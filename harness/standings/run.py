"""One run as the standings show it: the checked parts of its record, and what it is grouped by."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.standings.fields import Node, UnreadableError, clean_end
from harness.standings.observed import read_observed

SCHEMA = "leanmed/record/v1"
QUANTITIES = {
    "time_to_predictions": "s",
    "training_time": "s",
    "time_to_target": "s",
    "initialisation_time": "s",
    "gpu_energy": "J",
    "training_gpu_energy": "J",
    "gpu_energy_to_target": "J",
    "gpu_energy_above_idle": "J",
    "idle_gpu_power": "W",
    "offline_gpu_energy": "J",
    "single_gpu_energy": "J",
    "cpu_energy": "J",
    "dram_energy": "J",
    "peak_gpu_memory": "B",
    "peak_host_memory": "B",
    "cpu_time": "s",
    "offline_throughput": "1/s",
    "single_latency_p50": "s",
    "single_latency_p90": "s",
    "single_latency_p99": "s",
}
"""Every quantity that the standings show, with its unit."""
METRICS = (
    *("balanced_accuracy", "sensitivity_at_specificity", "brier"),
    *("calibration_intercept", "calibration_slope"),
)
"""Figures of quality besides the ROC area."""
ONCE = frozenset(
    {
        *("offline_throughput", "offline_gpu_energy", "single_gpu_energy"),
        *("single_latency_p50", "single_latency_p90", "single_latency_p99"),
    }
)
"""Measured in one run of an entry, in which the inference windows are held."""
VERDICTS = ("valid", "failed", "invalid", "infrastructure")


_NOT_PLAIN = re.compile(r"[^a-z0-9_]+")
_LONGEST_NAME = 40


def slug(name: str, identity: tuple[object, ...]) -> str:
    """A name for files and links: what is plain of ``name``, and ten digits of what tells it apart from all others."""
    plain = _NOT_PLAIN.sub("-", name.lower()).strip("-")[:_LONGEST_NAME]
    text = json.dumps(identity, ensure_ascii=False)
    return f"{plain or 'x'}-{hashlib.sha256(text.encode()).hexdigest()[:10]}"


@dataclass(frozen=True)
class Place:
    """Where a run may be compared: what the benchmark, its data, its rules and the machine were, and whether the
    program was the harness's own."""

    benchmark: str
    benchmark_title: str
    benchmark_digest: str
    data_digest: str
    ruleset: str
    ruleset_digest: str
    system: str
    system_title: str
    runtime: str
    device: str
    division: str

    @property
    def key(self) -> tuple[str, ...]:
        """What two runs must share to be compared: titles don't count."""
        what = (self.benchmark, self.benchmark_digest, self.data_digest, self.ruleset_digest)
        return (*what, self.division, self.system, self.runtime, self.device)

    @property
    def slug(self) -> str:
        """The place's name in file names and links."""
        return slug(self.benchmark, self.key)


@dataclass(frozen=True)
class Run:
    """A run that was read. ``submission`` and ``image`` are plain mappings; ``document`` is what the standings hold;
    ``folder`` is where its files lie, which nothing that is shown tells."""

    id: str
    folder: Path
    place: Place
    submission: dict[str, Any]
    image: dict[str, Any]
    profile: str
    own_seed: bool
    weights: str
    simulated: bool
    phantom: bool
    number: int
    verdict: str
    document: dict[str, Any]


def read_run(record: object, *, folder: Path, source: str, digest: str) -> Run:
    """The run in a parsed ``record.json`` in ``folder``; ``source`` is the path shown for it and ``digest`` that of the
    file.

    Raises `UnreadableError` for an unknown format and for a part that is missing or of the wrong kind. Parts that a
    newer minor version may add are passed over.
    """
    node = Node(record)
    schema = node.text_at("schema")
    if schema != SCHEMA:
        raise UnreadableError(f"its format is {schema!r}; this version reads {SCHEMA!r}")
    verdict = node.get("outcome").text_at("verdict")
    if verdict not in VERDICTS:
        raise UnreadableError(f"outcome.verdict is not one of {', '.join(VERDICTS)}")
    runtime = node.text_at("runtime")
    profile = node.get("profile")
    number = node.get("number").whole()
    return Run(
        id=node.text_at("run"),
        folder=folder,
        place=_place(node, runtime),
        submission=_submission(node.get("submission")),
        image=_image(node.get("image"), runtime),
        profile=_profile(profile),
        own_seed=_own_seed(node),
        weights=_weights(node.maybe("initialization")),
        simulated=_simulated(node.maybe("measurement")),
        phantom=_phantom(node.get("data")),
        number=number,
        verdict=verdict,
        document={
            "run": node.text_at("run"),
            "number": number,
            "seed": node.get("seed").whole(),
            "profile": {key: profile.maybe_text(key) for key in ("requested", "used", "why")},
            "outcome": _outcome(node.get("outcome")),
            "quality": _quality(node.get("quality")),
            "quantities": _quantities(node.get("quantities")),
            "parameters": _parameters(node),
            "cases": _cases(node.get("data")),
            "initialization": _initialization(node.maybe("initialization")),
            "observed": read_observed(node.maybe("observed")),
            "versions": _versions(node.maybe("versions")),
            "epochs": [_epoch(epoch) for epoch in node.get("epochs").each()],
            "checks": [_check(check) for check in node.get("checks").each()],
            "started": node.text_at("started"),
            "finished": node.text_at("finished"),
            "source": source,
            "digest": digest,
        },
    )


def _place(node: Node, runtime: str) -> Place:
    benchmark, ruleset, system = node.get("benchmark"), node.get("ruleset"), node.get("system")
    return Place(
        benchmark=benchmark.text_at("id"),
        benchmark_title=benchmark.text_at("title"),
        benchmark_digest=benchmark.text_at("digest"),
        data_digest=node.get("data").text_at("digest"),
        ruleset=ruleset.text_at("version"),
        ruleset_digest=ruleset.text_at("digest"),
        system=system.text_at("id"),
        system_title=system.text_at("title"),
        runtime=runtime,
        device=node.text_at("device"),
        division=node.get("submission").text_at("division"),
    )


def _weights(initialization: Node | None) -> str:
    """Checksum of the pretrained weights; empty where there were none."""
    return "" if initialization is None else initialization.maybe_text("weights_sha256") or ""


def _initialization(node: Node | None) -> dict[str, str | None]:
    """How the weights began, and the checksum of those that were read; older records don't tell."""
    keys = ("kind", "weights_sha256")
    return dict.fromkeys(keys) if node is None else {key: node.maybe_text(key) for key in keys}


def _cases(data: Node) -> dict[str, int] | None:
    """Number of cases of each part of the data; older records don't tell."""
    cases = data.maybe("cases")
    return None if cases is None else {part: cases.get(part).whole() for part in ("train", "val", "test")}


def _submission(node: Node) -> dict[str, Any]:
    efficiency = node.get("efficiency")
    return {
        **{key: node.text_at(key) for key in ("name", "title", "division", "model", "digest")},
        "description": node.maybe_text("description"),
        "efficiency": {_key(key): setting(efficiency.get(key).value) for key in sorted(efficiency.mapping())},
    }


def _key(text: str) -> str:
    return Node(text).text()


def setting(value: object) -> str:
    """An efficiency setting as one word. Raises `UnreadableError` for anything but a text, a number or a truth."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    node = Node(value, "submission.efficiency")
    return f"{node.number():g}" if isinstance(value, int | float) else node.text()


def _image(node: Node, runtime: str) -> dict[str, Any]:
    """Identity and kind: which base a container's image stands on, or simply the runtime."""
    base = node.maybe("base")
    kind = None if base is None else base.maybe_text("kind")
    return {"identity": node.maybe_text("identity"), "kind": f"{runtime}, {kind} base" if kind else runtime}


def _profile(node: Node) -> str:
    """The profile that was used. A run that ended before one was chosen counts as what was asked for, and `auto` as
    official: a failure must not leave an entry by coming early."""
    asked = node.text_at("requested")
    return node.maybe_text("used") or ("official" if asked == "auto" else asked)


def _own_seed(node: Node) -> bool:
    found = node.maybe("own_seed")
    return False if found is None else found.truth()


def _phantom(data: Node) -> bool:
    found = data.maybe("phantom")
    return False if found is None else found.truth()


def _simulated(measurement: Node | None) -> bool:
    return measurement is not None and measurement.get("simulated").truth()


def _outcome(node: Node) -> dict[str, Any]:
    said = node.maybe("said")
    if said is not None and not isinstance(said.value, str):
        raise said.wrong("a text")
    return {
        "ended": node.text_at("ended"),
        "said": None if said is None else clean_end(said.value),
        "verdict": node.text_at("verdict"),
        "reasons": [reason.text() for reason in node.get("reasons").each()],
    }


def _quality(node: Node) -> dict[str, Any]:
    trivial, gate = node.get("trivial"), node.get("gate")
    return {
        "auc": node.get("auc").estimate(),
        "validation_auc": node.maybe_number("validation_auc"),
        "trivial": trivial.get("auc").estimate(),
        "gain": trivial.get("gain").estimate(),
        "within": _within(node.maybe("within")),
        "threshold": node.maybe_number("threshold"),
        "metrics": _metrics(node.maybe("metrics")),
        "gate": {
            "verdict": gate.text_at("verdict"),
            "target": gate.maybe_number("target"),
            "reason": gate.maybe_text("reason"),
        },
    }


def _within(node: Node | None) -> dict[str, Any] | None:
    """The AUC within strata; older records and those of most data sets have none."""
    if node is None or node.value is None:
        return None
    return {"of": node.text_at("of"), "auc": node.get("auc").estimate()}


def _metrics(node: Node | None) -> dict[str, Any] | None:
    """Figures of quality besides the area; older records and those of runs without predictions have none."""
    if node is None or node.value is None:
        return None
    return {name: node.get(name).estimate() for name in METRICS}


def _quantities(node: Node) -> dict[str, Any]:
    return {name: _quantity(node, name, unit) for name, unit in QUANTITIES.items()}


def _quantity(node: Node, name: str, unit: str) -> dict[str, Any]:
    """The quantity, or that the record does not hold it. Another unit than ours would be compared wrongly."""
    found = node.maybe(name)
    if found is None:
        absent = {"value": None, "unit": unit, "source": None, "scope": None}
        return {**absent, "reason": "this record does not hold it"}
    quantity = found.quantity()
    if quantity["unit"] != unit:
        raise UnreadableError(f"{found.path}.unit is not {unit!r}")
    return quantity


def _parameters(node: Node) -> int | None:
    ready = node.maybe("ready")
    count = None if ready is None else ready.maybe("parameters")
    return None if count is None else count.whole()


def _versions(node: Node | None) -> dict[str, str]:
    """Versions by name; what the workload said to be missing (null) is left out."""
    if node is None:
        return {}
    found = {_key(name): node.maybe_text(name) for name in sorted(node.mapping())}
    return {name: version for name, version in found.items() if version is not None}


def _epoch(node: Node) -> dict[str, Any]:
    kept = node.maybe("kept")
    return {
        "n": node.get("n").whole(),
        **{key: node.maybe_number(key) for key in ("train_loss", "val_auc", "val_loss", "seconds")},
        "kept": False if kept is None else kept.truth(),
    }


def _check(node: Node) -> dict[str, Any]:
    return {
        "id": node.text_at("id"),
        "title": node.maybe_text("title"),
        "answer": node.text_at("answer"),
        "sentence": node.maybe_text("sentence"),
        "remedy": node.maybe_text("remedy"),
    }
