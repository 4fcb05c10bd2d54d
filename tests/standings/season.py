"""An invented season: whole entries as they would be published, on a GPU and a CPU. Nothing here was measured."""

from __future__ import annotations

import hashlib
import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.standings.build import Standings, build
from harness.standings.collect import collect
from tests.standings.records import BENCHMARK, a_season, estimate, failed, measured, record, write

GPU = "Invented GPU 80 GB; an invented processor, 16 logical CPUs, 128 GiB"


@dataclass(frozen=True)
class Made:
    """An entry to invent: cost factors against its model's reference, and what was judged of it."""

    name: str
    model: str
    efficiency: dict[str, str]
    auc: float
    time: float
    energy: float
    memory: float
    outcome: str | None = None
    """Gate Q2; None for a reference."""
    unranked: tuple[str, ...] = ()
    runs: int = 5


SEASON = (
    Made("densenet_fp32", "densenet121", {}, 0.785, 1.0, 1.0, 1.0),
    Made("densenet_tf32", "densenet121", {"float32_matmul": "tf32"}, 0.784, 0.71, 0.66, 1.0, "non-inferior"),
    Made("densenet_8bit", "densenet121", {"optimizer_state": "int8"}, 0.783, 0.97, 0.98, 0.93, "non-inferior"),
    Made("densenet_amp", "densenet121", {"autocast": "float16"}, 0.781, 0.62, 0.58, 0.61, "worse within the margin"),
    Made(
        "densenet_8bit_half", "densenet121", {"weights": "float16", "optimizer_state": "int8"}, 0.742, 0.6, 0.55, 0.5,
        "inferior", ("Q2: its AUC is lower by 0.043 [0.030, 0.056], more than the margin of 0.010.",),
    ),
    Made(
        "densenet_actq8", "densenet121", {"saved_activations": "int8"}, 0.779, 1.4, 1.35, 0.44, "undecided",
        ("Q2: its AUC may be lower by 0.021, more than the margin of 0.010; it takes more patients.",),
    ),
    Made("cnn_fp32", "cnn", {}, 0.776, 0.2, 0.17, 0.2),
    Made("mlp_fp32", "mlp", {}, 0.741, 0.09, 0.07, 0.11, None, ("Q1: a mean test AUC of 0.741 is below the target.",)),
    Made("cnn_8bit", "cnn", {"optimizer_state": "int8"}, 0.774, 0.21, 0.17, 0.19, "no reference", ("3 of 5 runs.",), 3),
)  # fmt: skip


def runs_of(made: Made) -> list[dict[str, Any]]:
    """Records of an entry's runs on the invented GPU."""
    documents = []
    chance = random.Random(made.name)
    for number in range(1, made.runs + 1):
        noise = chance.gauss(0.0, 0.008)
        document = record(
            made.name,
            model=made.model,
            number=number,
            efficiency=made.efficiency,
            auc=round(made.auc + chance.gauss(0, 0.004), 4),
            time=round(400 * made.time * (1 + noise), 3),
            system=GPU,
            target=0.7472,
        )
        document["device"], document["run"] = "cuda", f"{document['run']}-gpu"
        figures = {
            "gpu_energy": measured(round(90_000 * made.energy * (1 + noise)), "J"),
            "training_gpu_energy": measured(round(84_000 * made.energy * (1 + noise)), "J"),
            "idle_gpu_power": measured(71.2, "W"),
            "peak_gpu_memory": measured(round(9e9 * made.memory), "B"),
        }
        if number == 1:
            figures |= {
                "offline_gpu_energy": measured(55.0 * made.energy, "J"),
                "single_gpu_energy": measured(0.9 * made.energy, "J"),
            }
        document["quantities"].update(figures)
        documents.append(document)
    return documents


def entry_json(made: Made, documents: list[dict[str, Any]]) -> dict[str, Any]:
    """What `harness publish` would write of them, as far as standings read it."""
    plain = made.outcome is None
    records = [_digest(document) for document in documents]
    attempts = zip(documents, records, strict=True)
    mean = sum(document["quality"]["auc"]["value"] for document in documents) / len(documents)
    metrics = ("balanced_accuracy", "sensitivity_at_specificity", "brier", "calibration_intercept", "calibration_slope")
    return {
        "schema": "leanmed/entry/v1",
        "entry": f"lidc-nodules/{made.name}-0123abcd",
        "attempts": [
            {"run": one["run"], "number": one["number"], "verdict": "valid", "record": sealed}
            for one, sealed in attempts
        ],
        "quality": {
            "auc": estimate(mean, 0.031),
            "gain": estimate(mean - 0.746, 0.022),
            "metrics": {name: estimate(0.7, 0.04) for name in metrics},
        },
        "gates": {
            "Q1": {
                "verdict": "below" if made.model == "mlp" else "above",
                "target": 0.7472,
                "reason": f"A mean test AUC of {mean:.3f} against a target of 0.747.",
            },
            "Q2": None if plain else {"outcome": made.outcome, "margin": 0.01, "reason": f"It is {made.outcome}."},
        },
        "reference": plain,
        "against": None if plain else "lidc-nodules/densenet_fp32-0123abcd",
        "difference": None if plain else {"estimate": estimate(mean - 0.785, 0.009)},
        "costs": {},
        "ranks": not made.unranked,
        "unranked": list(made.unranked),
    }


def a_published_season(folder: Path) -> Standings:
    """Standings with ranked, provisional, below-target, failed, invalid and smoke entries, on a GPU and on a CPU."""
    results = folder / "results" / "lidc-nodules"
    for made in SEASON:
        documents = runs_of(made)
        write(results / f"{made.name}-0123abcd", *documents)
        (results / f"{made.name}-0123abcd" / "entry.json").write_text(json.dumps(entry_json(made, documents)))
    lost = failed("cnn_gradq8", model="cnn", number=2)
    lost["system"], lost["device"] = record(system=GPU)["system"], "cuda"
    lost["run"] += "-gpu"
    write(folder / "runs", *a_season(), lost)
    return build(collect([folder / "results", folder / "runs"], doubt=lambda root: None), [BENCHMARK])


def _digest(document: dict[str, Any]) -> str:
    return "sha256:" + hashlib.sha256(json.dumps(document).encode()).hexdigest()
