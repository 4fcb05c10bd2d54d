"""Records by the thousand, to time the leaderboard with. Every one of them is made up, says so in its title and system,
and is written to a temporary folder only."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.standings.records import estimate, measured, record

MODELS = ("densenet121", "cnn", "mlp")
SETTINGS: tuple[dict[str, str], ...] = (
    {},
    {"float32_matmul": "tf32"},
    {"optimizer_state": "int8"},
    {"autocast": "float16"},
    {"autocast": "bfloat16"},
    {"weights": "float16", "optimizer_state": "int8"},
    {"saved_activations": "int8"},
    {"gradients": "int8"},
)
RUNS = 5
CHECKS = 24
"""A real record has about so many, with a sentence each."""


@dataclass(frozen=True)
class Size:
    """How many benchmarks, systems and entries of each, with `RUNS` runs an entry."""

    benchmarks: int
    systems: int
    entries: int

    @property
    def records(self) -> int:
        """All of them."""
        return self.benchmarks * self.systems * self.entries * RUNS


def write_season(folder: Path, size: Size) -> None:
    """Write published-looking entries below ``folder``: about 19 KB a record, as real ones have."""
    for benchmark in range(size.benchmarks):
        for system in range(size.systems):
            for entry in range(size.entries):
                _write_entry(folder, f"simulated-{benchmark}", f"Simulated system {system}", entry)


def _write_entry(folder: Path, benchmark: str, system: str, entry: int) -> None:
    records = list(_records(benchmark, system, entry))
    name = f"{records[0]['submission']['name']}-{hashlib.sha256(system.encode()).hexdigest()[:8]}"
    root = folder / benchmark / name
    sealed = []
    for document in records:
        text = json.dumps(document, indent=2)
        run = root / document["run"]
        run.mkdir(parents=True)
        (run / "record.json").write_text(text)
        sealed.append("sha256:" + hashlib.sha256(text.encode()).hexdigest())
    (root / "entry.json").write_text(json.dumps(_judged(f"{benchmark}/{name}", entry, records, sealed), indent=2))


def _records(benchmark: str, system: str, entry: int) -> Iterator[dict[str, Any]]:
    model, efficiency = MODELS[entry % len(MODELS)], SETTINGS[entry // len(MODELS) % len(SETTINGS)]
    chance = random.Random(f"{benchmark} {system} {entry}")
    factor = chance.uniform(0.4, 1.6)
    for number in range(1, RUNS + 1):
        time = 400 * factor * (1 + chance.gauss(0, 0.01))
        document = record(
            f"{model}_{entry}",
            model=model,
            number=number,
            efficiency=efficiency,
            auc=round(0.78 + chance.gauss(0, 0.01), 5),
            time=time,
            system=system,
            target=0.7472,
        )
        document["run"] = f"{document['run']}-{hashlib.sha256(f'{benchmark} {system}'.encode()).hexdigest()[:6]}"
        document["submission"]["title"] = f"Simulated {entry}: {model}"
        document["benchmark"] = {
            "id": benchmark,
            "title": f"Simulated benchmark {benchmark}",
            "digest": _digest(benchmark),
        }
        document["device"] = "cuda"
        document["quantities"] |= {
            "gpu_energy": measured(220 * time, "J"),
            "peak_gpu_memory": measured(9e9 * factor, "B"),
            "offline_gpu_energy": measured(55 * factor, "J"),
        }
        document["checks"] = [_check(place) for place in range(CHECKS)]
        yield document


def _check(place: int) -> dict[str, Any]:
    return {
        "id": f"S{place}",
        "title": "A simulated check with a title of the usual length",
        "answer": "passed",
        "severity": "invalid",
        "sentence": "A simulated sentence that is about as long as what a real check says of what it found in a run.",
        "remedy": None,
    }


def _judged(name: str, entry: int, records: list[dict[str, Any]], sealed: list[str]) -> dict[str, Any]:
    plain = not records[0]["submission"]["efficiency"]
    mean = sum(each["quality"]["auc"]["value"] for each in records) / len(records)
    good = entry % 5 != 4
    outcome = "non-inferior" if good else "inferior"
    metrics = ("balanced_accuracy", "sensitivity_at_specificity", "brier", "calibration_intercept", "calibration_slope")
    return {
        "schema": "leanmed/entry/v1",
        "entry": name,
        "attempts": [
            {"run": each["run"], "number": each["number"], "verdict": "valid", "record": digest}
            for each, digest in zip(records, sealed, strict=True)
        ],
        "quality": {
            "auc": estimate(mean, 0.03),
            "gain": estimate(mean - 0.746, 0.02),
            "metrics": {metric: estimate(0.7, 0.04) for metric in metrics},
        },
        "gates": {
            "Q1": {"verdict": "above", "target": 0.7472, "reason": "Simulated."},
            "Q2": None if plain else {"outcome": outcome, "margin": 0.01, "reason": "Simulated."},
        },
        "reference": plain,
        "against": None if plain else "simulated",
        "difference": None if plain else {"estimate": estimate(mean - 0.78, 0.009)},
        "costs": {},
        "ranks": plain or good,
        "unranked": [] if plain or good else ["Q2: simulated."],
    }


def _digest(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
