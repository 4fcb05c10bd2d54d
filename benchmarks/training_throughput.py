"""Does the workload keep the device busy? Images a second of three ways to train the same model, in one run.

- *workload*: an epoch as the harness's own workload trains it: images of a data set like lidc-nodules on the device,
  shuffled, augmented, standardised, scaled to the model's input, with its schedule, loss check and last observed step.
- *bare step*: nothing but forward pass, backward pass and optimiser step, again and again on one batch that lies ready
  on the device: the most that the model and the optimiser allow.
- *paper's loop*: what the training script of Selvan, Schön and Dam (2023) does, written anew from its description:
  images as float32 in host memory, put together one by one by a data loader without worker processes, moved batch by
  batch, an optimiser that is not fused, and loss and accuracy read back after each step. It augments nothing.

All three train in true float32 on the same number of images a batch. They take turns, so that a noisy machine troubles
all alike; medians and their ratios count.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, SubsetRandomSampler, TensorDataset

from harness.spec.load import load_benchmark
from harness.spec.model import Benchmark
from harness.workload.device import device_name, find_device, set_reference_arithmetic, synchronise
from harness.workload.feed import Feed, load_training_set
from harness.workload.images import measure_standardiser
from harness.workload.learner import build_learner
from harness.workload.model import build_model
from harness.workload.plan import Plan, read_plan
from harness.workload.train import train_epoch

Once = Callable[[], int]
"""Trains for a while and returns the number of images."""


def main() -> int:
    """Print a table on standard error and the figures as JSON on standard output."""
    asked = _arguments()
    device = find_device(asked.device)
    set_reference_arithmetic(device, asked.threads)
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        _write_images(Path(folder), asked.images)
        for model in asked.models:
            plan = read_plan(_plan(load_benchmark("lidc-nodules"), model, asked, folder))
            ways = {
                "workload": _workload(plan, device),
                "bare step": _bare(plan, device),
                "paper's loop": _paper(plan, device),
            }
            found[model] = _take_turns(ways, asked.repeats, device)
            _show(model, found[model])
    figures = {"device": device_name(device), "torch": torch.__version__, "threads": asked.threads, "models": found}
    print(json.dumps(figures, indent=2))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Images a second: workload, bare step, the paper's loop.")
    parser.add_argument("--models", nargs="+", default=["densenet121", "cnn"])
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--images", type=int, default=512, help="training images a turn")
    parser.add_argument("--repeats", type=int, default=5, help="turns of each way")
    return parser.parse_args()


def _plan(benchmark: Benchmark, model: str, asked: argparse.Namespace, folder: str) -> dict[str, Any]:
    return {
        "submission": {"model": model, "efficiency": {}},
        "benchmark": {
            "initialization": "random",
            "image": dict(benchmark.document["image"]),
            "input": benchmark.input_size(model),
            "hyperparameters": dict(benchmark.hyperparameters(model)),
        },
        "profile": dict.fromkeys(("epochs", "steps", "batch", "validation", "test")),
        "seed": 0,
        "device": asked.device,
        "threads": asked.threads,
        "data": folder,
    }


def _write_images(folder: Path, count: int) -> None:
    """Made-up images in the shape of lidc-nodules: one image a case."""
    rng = np.random.default_rng(0)
    np.save(folder / "train_images.npy", rng.integers(0, 256, (count, 3, 64, 64), dtype=np.uint8))
    np.save(folder / "train_cases.npy", np.arange(count, dtype=np.int32))
    np.save(folder / "train_labels.npy", rng.integers(0, 2, count, dtype=np.uint8))


def _workload(plan: Plan, device: torch.device) -> Once:
    learner = build_learner(plan, device)
    training = load_training_set(plan, device)
    standardise, feed = measure_standardiser(training.images, plan.input), Feed(training, plan)
    return lambda: train_epoch(learner, feed, standardise, plan.recipe, 1, lambda done, total: None).images


def _bare(plan: Plan, device: torch.device) -> Once:
    learner = build_learner(plan, device)
    images = torch.randn(plan.recipe.batch, plan.image[0], plan.input, plan.input, device=device)
    labels = torch.randint(2, (plan.recipe.batch,), device=device).float()
    steps = len(np.load(plan.data / "train_labels.npy")) // plan.recipe.batch

    def train() -> int:
        learner.model.train()
        for _ in range(steps):
            loss = functional.binary_cross_entropy_with_logits(learner.model(images), labels)
            loss.backward()  # type: ignore[no-untyped-call]
            learner.optimizer.step()
            learner.optimizer.zero_grad(set_to_none=True)
        return steps * plan.recipe.batch

    return train


def _paper(plan: Plan, device: torch.device) -> Once:
    model: nn.Module = build_model(plan).to(device)
    images = torch.from_numpy(np.load(plan.data / "train_images.npy")).float().div_(255)
    if plan.input != images.shape[-1]:
        images = functional.interpolate(images, (plan.input, plan.input), mode="bilinear")
    labels = torch.from_numpy(np.load(plan.data / "train_labels.npy")).float()
    loader = DataLoader(
        TensorDataset(images, labels),
        batch_size=plan.recipe.batch,
        sampler=SubsetRandomSampler(range(len(labels))),
        pin_memory=device.type == "cuda",
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=plan.recipe.learning_rate)

    def train() -> int:
        model.train()
        done, total_loss, right = 0, 0.0, 0.0
        for on_host in loader:
            given, truth = (tensor.to(device) for tensor in on_host)
            optimizer.zero_grad(set_to_none=True)
            logits = model(given)
            loss = functional.binary_cross_entropy_with_logits(logits, truth)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            with torch.no_grad():
                right += ((torch.sigmoid(logits) > 0.5) == (truth > 0.5)).float().mean().item()
            total_loss += loss.item()
            done += len(truth)
        return done

    return train


def _take_turns(ways: Mapping[str, Once], repeats: int, device: torch.device) -> dict[str, Any]:
    """Median images a second of each way, and its share of the bare step, turn by turn."""
    for once in ways.values():
        once()  # pays for what happens once
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(repeats):
        for name, once in ways.items():
            synchronise(device)
            start = time.perf_counter()
            images = once()
            synchronise(device)
            rates[name].append(images / (time.perf_counter() - start))
    bare = rates["bare step"]
    return {
        name: {
            "images_per_second": round(median(each), 2),
            "of_bare_step": round(median(a / b for a, b in zip(each, bare, strict=True)), 3),
            "turns": [round(rate, 2) for rate in each],
        }
        for name, each in rates.items()
    }


def _show(model: str, found: Mapping[str, Any]) -> None:
    print(f"{model}", file=sys.stderr)
    for name, figures in found.items():
        rate, share = figures["images_per_second"], figures["of_bare_step"]
        print(f"  {name:<13} {rate:10.1f} images/s  {share:6.1%} of the bare step", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
