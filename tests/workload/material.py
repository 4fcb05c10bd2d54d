"""What the tests of the workload train on: a small made-up data set and the plans for it."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np

HYPERPARAMETERS: dict[str, Any] = {
    "optimizer": "adamw",
    "learning_rate": 1e-3,
    "weight_decay": 0.01,
    "betas": [0.9, 0.999],
    "epsilon": 1e-8,
    "batch": 16,
    "epochs": 2,
    "patience": 4,
    "schedule": "cosine",
    "augmentation": ["flips", "quarter_turns"],
}

PLAN: dict[str, Any] = {
    "submission": {"schema": "leanmed/submission/v1", "model": "mlp", "efficiency": {"optimizer_state": "float32"}},
    "benchmark": {
        "id": "blobs",
        "initialization": "random",
        "image": {"channels": 3, "height": 32, "width": 32},
        "input": 32,
        "hyperparameters": HYPERPARAMETERS,
    },
    "profile": {
        "name": "official",
        "epochs": None,
        "steps": None,
        "batch": None,
        "validation": None,
        "test": None,
        "offline_s": 60,
    },
    "seed": 7,
    "device": "cpu",
    "threads": 1,
    "data": "/data",
}


def plan(
    data: Path | str = "/data",
    *,
    model: str = "mlp",
    state: str = "float32",
    efficiency: dict[str, str] | None = None,
    hyperparameters: dict[str, Any] | None = None,
    profile: dict[str, Any] | None = None,
    **top: Any,
) -> dict[str, Any]:
    """The fields of a plan command, with some of them changed."""
    made = copy.deepcopy(PLAN) | top
    made["data"] = str(data)
    made["submission"] |= {"model": model, "efficiency": {"optimizer_state": state} | (efficiency or {})}
    made["benchmark"]["hyperparameters"] |= hyperparameters or {}
    made["profile"] |= profile or {}
    return made


def blobs(count: int, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """uint8 [count, 3, 32, 32]: noise, and in the middle of the positive ones a bright square."""
    images = rng.integers(0, 100, (count, 3, 32, 32), dtype=np.uint8)
    images[labels == 1, :, 8:24, 8:24] += 100
    return images


def write_training(folder: Path, cases: int = 49, validation: int = 24) -> np.ndarray:
    """What appears at `go`: case k has 1 to 4 images. Returns the validation labels."""
    rng = np.random.default_rng(0)
    labels = (np.arange(cases) % 2).astype(np.uint8)
    shown = rng.permutation(np.repeat(np.arange(cases), 1 + np.arange(cases) % 4)).astype(np.int32)
    val_labels = rng.permutation(np.arange(validation) % 2).astype(np.uint8)
    np.save(folder / "train_images.npy", blobs(len(shown), labels[shown], rng))
    np.save(folder / "train_cases.npy", shown)
    np.save(folder / "train_labels.npy", labels)
    np.save(folder / "val_images.npy", blobs(validation, val_labels, rng))
    return val_labels


def write_test(folder: Path, count: int = 30) -> np.ndarray:
    """What appears at `predict`. Returns the test labels."""
    rng = np.random.default_rng(1)
    labels = rng.permutation(np.arange(count) % 2).astype(np.uint8)
    np.save(folder / "test_images.npy", blobs(count, labels, rng))
    return labels


def auc(labels: np.ndarray, scores: tuple[float, ...]) -> float:
    """Area under the ROC curve, from all pairs."""
    values = np.array(scores)
    differences = values[labels == 1][:, None] - values[labels == 0][None, :]
    return float(np.mean((differences > 0) + 0.5 * (differences == 0)))
