"""Invented records, as a real run would leave them. Nothing here was measured."""

from __future__ import annotations

import hashlib
import json
import math
from copy import deepcopy
from pathlib import Path
from typing import Any

from harness.run.energy import ENERGIES
from harness.score.estimate import Estimate
from harness.score.gate import judge
from harness.standings.benchmarks import BenchmarkText

MODELS = {"densenet121": (6_954_881, 0.783, 232.0), "cnn": (93_441, 0.776, 41.0), "mlp": (3_213_825, 0.752, 19.0)}
"""Parameters, test AUC and time to predictions, about as FACTS has them."""


TRIVIAL = 0.746
INFERENCE = {
    "offline_throughput": "1/s",
    "single_latency_p50": "s",
    "single_latency_p90": "s",
    "single_latency_p99": "s",
}


def digest(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


BENCHMARK = BenchmarkText(
    id="lidc-nodules",
    digest=digest("lidc-nodules"),
    title="LIDC nodules, agreement between readers",
    description="Drawn outlines of lung nodules, one reader's outline for each of 2,637 nodules, as three projections. "
    "To be told: did at least 3 of the 4 radiologists outline this nodule? That is agreement between readers, not "
    "pathology, and a good score here is no evidence of clinical use.",
    positive="at least 3 of the 4 radiologists outlined the nodule",
    negative="1 or 2 of the 4 radiologists outlined the nodule",
    labels="public",
    trivial="size",
    attribution="LIDC-IDRI, The Cancer Imaging Archive, CC BY 3.0.",
    not_testable={"C3": "large transformers do not train well enough on about 1,300 images"},
    targets={"densenet121": {"test_auc": None, "validation_auc": 0.78, "reason": None}},
)


def measured(value: float, unit: str) -> dict[str, Any]:
    return {"value": value, "unit": unit, "source": "harness monotonic clock", "scope": "a window", "reason": None}


def absent(unit: str, reason: str) -> dict[str, Any]:
    return {"value": None, "unit": unit, "source": None, "scope": None, "reason": reason}


def estimate(value: float, half: float) -> dict[str, Any]:
    return {"value": value, "lower": value - half, "upper": value + half, "method": "invented", "reason": None}


def gate_of(auc: float, target: float | None) -> dict[str, Any]:
    no_target = "needs at least 10 reference runs, which have not been made yet" if target is None else None
    ours, trivial = (Estimate(value, value - 0.03, value + 0.03, "invented") for value in (auc, TRIVIAL))
    return judge(ours, trivial, target=target, no_target=no_target).to_json()


def record(
    name: str = "densenet_8bit",
    *,
    model: str = "densenet121",
    number: int = 1,
    efficiency: dict[str, Any] | None = None,
    auc: float | None = None,
    time: float | None = None,
    profile: str = "official",
    runtime: str = "docker",
    verdict: str = "valid",
    target: float | None = None,
    system: str = "no GPU; AMD EPYC 9454 48-Core Processor, 2 logical CPUs, 8 GiB",
) -> dict[str, Any]:
    """One record; change what it returns for anything that is not a parameter."""
    size, usual, duration = MODELS[model]
    auc = usual if auc is None else auc
    time = duration if time is None else time
    efficiency = {"optimizer_state": "int8" if "8bit" in name else "float32"} if efficiency is None else efficiency
    eight_bit = efficiency.get("optimizer_state") == "int8"
    states = {"uint8": 2 * size, "float32": size // 32} if eight_bit else {"float32": 8 * size}
    no_gpu = "the run used no GPU (NVML does not answer on this machine: NVML Shared Library Not Found)"
    document: dict[str, Any] = {
        "schema": "leanmed/record/v1",
        "run": f"{name}-lidc-nodules-r{number}-20261123T200000Z-{digest(name + profile + runtime)[7:13]}",
        "key": digest(f"key of {name}"),
        "submission": {
            "name": name,
            "title": f"{ {'densenet121': 'DenseNet-121', 'cnn': 'Small CNN', 'mlp': 'MLP'}[model] }, "
            + ("8-bit AdamW" if eight_bit else "float32"),
            "description": "An invented submission.",
            "division": "closed",
            "model": model,
            "efficiency": efficiency,
            "digest": digest(name),
        },
        "benchmark": {"id": BENCHMARK.id, "title": BENCHMARK.title, "digest": BENCHMARK.digest},
        "ruleset": {"version": "v1", "digest": digest("v1")},
        "data": {"digest": digest("data"), "cases": {"train": 1310, "val": 411, "test": 916}, "phantom": False},
        "number": number,
        "seed": 1_000_003 * number,
        "own_seed": False,
        "initialization": {"kind": "random", "weights_sha256": None},
        "profile": {"requested": "auto", "used": profile, "why": "the estimate is 4 minutes", "estimate_s": 240.0},
        "runtime": runtime,
        "device": "cpu",
        "system": {"id": digest(system), "title": system},
        "image": {"kind": "docker", "base": {"kind": "local"}, "identity": digest(f"image of {name}")},
        "outcome": {
            "ended": "completed",
            "state": "done",
            "said": None,
            "exit_code": 0,
            "verdict": verdict,
            "reasons": [],
        },
        "quality": {
            "auc": estimate(auc, 0.029),
            "validation_auc": auc + 0.012,
            "trivial": {"auc": estimate(TRIVIAL, 0.031), "gain": estimate(auc - TRIVIAL, 0.02)},
            "within": None,
            "gate": gate_of(auc, target),
        },
        "quantities": {
            "initialisation_time": measured(11.4, "s"),
            "time_to_predictions": measured(time, "s"),
            "training_time": measured(time * 0.985, "s"),
            "time_to_target": absent(
                "s", "censored: no two consecutive epochs of 10 reached the validation target 0.780"
            )
            if number % 2
            else measured(time * 0.61, "s"),
            **{name: absent(unit, no_gpu) for name, unit in ENERGIES.items() if "gpu" in name},
            "cpu_energy": absent("J", "this machine has no RAPL"),
            "dram_energy": absent("J", "this machine has no RAPL"),
            "peak_host_memory": measured(2.1e9, "B"),
            "cpu_time": measured(time * 1.9, "s"),
            "offline_throughput": measured(41_000 / time, "1/s"),
            "single_latency_p50": measured(time / 9000, "s"),
            "single_latency_p90": measured(time / 8100, "s"),
            "single_latency_p99": measured(time / 6600, "s"),
        },
        "versions": {"python": "3.11.2", "torch": "2.15.0", "timm": "1.0.20", "bitsandbytes": "0.50.2"},
        "ready": {"device": "cpu", "device_name": "cpu", "parameters": size},
        "observed": {
            "parameters": {"float32": 4 * size},
            "gradients": {"float32": 4 * size},
            "saved_activations": {"float32": 50 * size},
            "optimizer_state": states,
            "optimizer": "AdamW8bit" if eight_bit else "AdamW",
            "large_moments": {"uint8": 2 * size} if eight_bit else {"float32": 8 * size - 22_536},
            "small_moments": {"float32": 22_536},
            "large_from_elements": 4096,
            "images": 32,
            "logits": "float32",
            "float32_products": "float32",
            "threads": 2,
        },
        "allocator": {},
        "stopped_early": False,
        "epochs": [epoch(n, auc, time) for n in range(1, 11)],
        "preflight": {"busy_processors": 0.04, "gpu": None, "reason": no_gpu},
        "measurement": None,
        "checks": [
            {
                "id": "W1",
                "title": "strategy honoured",
                "answer": "passed",
                "severity": "invalid",
                "sentence": "the optimiser state was asked for and seen",
                "remedy": None,
            },
            {
                "id": "D1",
                "title": "data",
                "answer": "not measurable",
                "severity": "flag",
                "sentence": "the benchmark does not pin its data yet",
                "remedy": None,
            },
        ],
        "started": "2026-11-23T20:00:00Z",
        "finished": "2026-11-23T20:05:12Z",
        "files": {"plan.json": digest("plan")},
    }
    if number != 1:
        for quantity, unit in INFERENCE.items():
            document["quantities"][quantity] = absent(unit, "inference windows are held in run 1 of an entry")
    return document


def epoch(n: int, auc: float, time: float) -> dict[str, Any]:
    reached = auc + 0.012 - 0.16 * math.exp(-0.55 * n) - (0.014 if n in (4, 7) else 0.0)
    return {
        "n": n,
        "train_loss": 0.36 + 0.33 * math.exp(-0.3 * n),
        "val_auc": reached,
        "val_loss": 0.535 + 0.15 * math.exp(-0.5 * n) + (0.02 if n > 8 else 0),
        "seconds": time / 10.2,
        "images": 1310,
        "images_per_second": 13_362 / time,
        "kept": n in (1, 2, 3, 5, 6, 8, 9, 10),
    }


def failed(name: str = "cnn_fp32", *, model: str = "cnn", number: int = 1, reason: str = "") -> dict[str, Any]:
    """A record of a run that ran out of memory before it gave predictions."""
    document = record(name, model=model, number=number, verdict="failed")
    reason = reason or "the workload was ended by the kernel: out of memory at 16 GiB"
    document["outcome"].update(ended="exited", state="train", exit_code=137, reasons=[reason])
    none = {
        "value": None,
        "lower": None,
        "upper": None,
        "method": "invented",
        "reason": "the run ended in state `train`",
    }
    document["quality"].update(auc=none, validation_auc=None, trivial={"auc": none, "gain": none})
    document["quality"]["gate"] = {"verdict": "not judged", "target": None, "reason": "No predictions."}
    for quantity in document["quantities"].values():
        quantity.update(value=None, source=None, reason="the run ended in state `train`, before this was over")
    document.update(epochs=document["epochs"][:2], checks=[], observed={})
    return document


def changed(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of ``document`` with the member at the dotted ``path`` set."""
    copy = deepcopy(document)
    *parents, last = path.split(".")
    node = copy
    for key in parents:
        node = node[key]
    node[last] = value
    return copy


def write(folder: Path, *documents: dict[str, Any]) -> Path:
    """Run folders below ``folder``, each with its record."""
    for document in documents:
        run = folder / document["run"]
        run.mkdir(parents=True)
        (run / "plan.json").write_text("{}")
        (run / "record.json").write_text(json.dumps(document))
    return folder


def a_season() -> list[dict[str, Any]]:
    """Records of everything that a page has to show."""
    return [
        record("densenet_fp32", auc=0.785, time=251.0),
        record("densenet_8bit", auc=0.783, time=238.0),
        record("cnn_fp32", model="cnn"),
        record("mlp_fp32", model="mlp", auc=0.741),
        *(record("cnn_8bit", model="cnn", number=n, auc=0.77 + 0.002 * n, time=40.0 + n) for n in (1, 2, 3)),
        record("densenet_8bit", runtime="host", auc=0.781, time=214.0),
        record("densenet_fp32", profile="quick", auc=0.71, time=29.0),
        record("mlp_8bit", model="mlp", verdict="valid"),
        failed("mlp_8bit", model="mlp", number=2),
    ]
