from __future__ import annotations

import copy
from typing import Any

import pytest

from harness.workload.failure import Refused
from harness.workload.plan import read_plan
from tests.workload.material import plan


def test_reads_a_plan() -> None:
    read = read_plan(plan("/somewhere", model="cnn", state="int8"))
    assert read.model == "cnn"
    assert read.efficiency == {"optimizer_state": "int8"}
    assert read.image == (3, 32, 32)
    assert read.recipe.betas == (0.9, 0.999)
    assert read.recipe.augmentation == {"flips", "quarter_turns"}
    assert (read.recipe.epochs, read.recipe.batch) == (2, 16)
    assert (read.steps, read.validation, read.test) == (None, None, None)


def test_profile_goes_before_the_benchmark() -> None:
    profile = {"epochs": 1, "steps": 2, "batch": 4, "validation": 16, "test": 32}
    read = read_plan(plan(profile=profile))
    assert (read.recipe.epochs, read.recipe.batch) == (1, 4)
    assert (read.steps, read.validation, read.test) == (2, 16, 32)


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("seed", -1, "plan.seed must be a whole number from 0, not '-1'"),
        ("seed", True, "plan.seed must be a whole number"),
        ("device", "tpu", "plan.device must be one of cpu, cuda, not 'tpu'"),
        ("threads", 0, "plan.threads must be a whole number from 1"),
        ("submission.model", "", "plan.submission.model must be a text"),
        ("submission.efficiency", "fast", "plan.submission.efficiency must be a mapping"),
        ("benchmark.initialization", "imagenet", "plan.weights is missing"),
        ("benchmark.initialization", "zeros", "plan.benchmark.initialization must be one of random, imagenet"),
        ("benchmark.image.channels", "3", "plan.benchmark.image.channels must be a whole number"),
        ("benchmark.hyperparameters.optimizer", "sgd", "hyperparameters.optimizer must be one of adamw"),
        ("benchmark.hyperparameters.betas", [0.9, 1.0], "betas must be a list of 2 numbers from 0 to below 1"),
        ("benchmark.hyperparameters.learning_rate", "1e-3", "learning_rate must be a number from 0"),
        (
            "benchmark.hyperparameters.augmentation",
            ["noise"],
            "augmentation must be a list out of flips, quarter_turns",
        ),
        ("benchmark.hyperparameters.augmentation", [["flips"]], "augmentation must be a list out of"),
        ("benchmark.hyperparameters.batch", 1, "a batch of 1 image"),
        ("benchmark.hyperparameters.dropout", 0.5, "hyperparameters.dropout: this workload has no such setting"),
        ("profile.epochs", 0, "plan.profile.epochs must be a whole number from 1"),
    ],
)
def test_refuses(path: str, value: object, says: str) -> None:
    fields = copy.deepcopy(plan())
    *way, last = path.split(".")
    part: Any = fields
    for key in way:
        part = part[key]
    part[last] = value
    with pytest.raises(Refused) as refused:
        read_plan(fields)
    assert says in str(refused.value)


def test_names_what_is_missing() -> None:
    fields = plan()
    del fields["profile"]["validation"]
    with pytest.raises(Refused, match=r"^plan\.profile\.validation is missing$"):
        read_plan(fields)
