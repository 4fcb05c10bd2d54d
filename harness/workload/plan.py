"""The plan command, read and checked: everything that decides what this workload does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.workload.failure import Refused

INITIALIZATIONS = ("random", "imagenet")
AUGMENTATIONS = ("flips", "quarter_turns")
SCHEDULES = ("cosine", "constant")
_HYPERPARAMETERS = {
    "optimizer",
    "learning_rate",
    "weight_decay",
    "betas",
    "epsilon",
    "batch",
    "epochs",
    "patience",  # the harness's business: it decides when to stop
    "schedule",
    "augmentation",
}


@dataclass(frozen=True)
class Recipe:
    """How the model is trained: the benchmark's hyperparameters, shortened by the profile."""

    learning_rate: float
    weight_decay: float
    betas: tuple[float, float]
    epsilon: float
    batch: int
    epochs: int
    schedule: str
    augmentation: frozenset[str]


@dataclass(frozen=True)
class Plan:
    """One run, as the harness ordered it.

    ``image`` is (channels, height, width) of the stored images; ``input`` the height and width that the network is
    given; ``steps`` the most steps of an epoch; ``validation`` and ``test`` the number of cases from the first on. None
    stands for all of them. ``weights`` is the file of pretrained weights where ``initialization`` is ``imagenet``.
    """

    model: str
    efficiency: Mapping[str, Any]
    image: tuple[int, int, int]
    input: int
    recipe: Recipe
    steps: int | None
    validation: int | None
    test: int | None
    seed: int
    device: str
    threads: int
    data: Path
    initialization: str
    weights: Path | None


def read_plan(fields: Mapping[str, Any]) -> Plan:
    """Read the plan command. Raises `Refused` with the path of the first value that can't be used."""
    top = _Part("plan", fields)
    submission, benchmark, profile = top.part("submission"), top.part("benchmark"), top.part("profile")
    initialization = benchmark.choice("initialization", INITIALIZATIONS)
    image = benchmark.part("image")
    return Plan(
        model=submission.text("model"),
        efficiency=submission.part("efficiency").values,
        image=(image.whole("channels"), image.whole("height"), image.whole("width")),
        input=benchmark.whole("input"),
        recipe=_read_recipe(benchmark.part("hyperparameters"), profile),
        steps=profile.whole_or_none("steps"),
        validation=profile.whole_or_none("validation"),
        test=profile.whole_or_none("test"),
        seed=top.whole("seed", least=0),
        device=top.choice("device", ("cpu", "cuda")),
        threads=top.whole("threads"),
        data=Path(top.text("data")),
        initialization=initialization,
        weights=Path(top.text("weights")) if initialization == "imagenet" else None,
    )


def _read_recipe(part: _Part, profile: _Part) -> Recipe:
    part.no_others(_HYPERPARAMETERS)
    part.choice("optimizer", ("adamw",))
    first, second = part.fractions("betas", 2)
    batch = profile.whole_or_none("batch") or part.whole("batch")
    if batch < 2:
        raise Refused("plan: a batch of 1 image can't be normalised over the batch; the least is 2")
    return Recipe(
        learning_rate=part.number("learning_rate"),
        weight_decay=part.number("weight_decay"),
        betas=(first, second),
        epsilon=part.number("epsilon"),
        batch=batch,
        epochs=profile.whole_or_none("epochs") or part.whole("epochs"),
        schedule=part.choice("schedule", SCHEDULES),
        augmentation=part.choices("augmentation", AUGMENTATIONS),
    )


@dataclass(frozen=True)
class _Part:
    """A mapping of the plan and the path that leads to it, for the error messages."""

    path: str
    values: Mapping[str, Any]

    def part(self, key: str) -> _Part:
        value = self._get(key)
        if not isinstance(value, dict):
            raise self._wrong(key, "a mapping")
        return _Part(f"{self.path}.{key}", value)

    def text(self, key: str) -> str:
        value = self._get(key)
        if not isinstance(value, str) or not value:
            raise self._wrong(key, "a text")
        return value

    def choice(self, key: str, known: tuple[str, ...]) -> str:
        value = self._get(key)
        if value not in known:
            raise self._wrong(key, f"one of {', '.join(known)}")
        return str(value)

    def choices(self, key: str, known: tuple[str, ...]) -> frozenset[str]:
        value = self._get(key)
        if not isinstance(value, list) or not all(item in known for item in value):
            raise self._wrong(key, f"a list out of {', '.join(known)}")
        return frozenset(value)

    def whole(self, key: str, least: int = 1) -> int:
        value = self._get(key)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise self._wrong(key, f"a whole number from {least}")
        return value

    def whole_or_none(self, key: str) -> int | None:
        return None if self._get(key) is None else self.whole(key)

    def number(self, key: str) -> float:
        value = self._get(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise self._wrong(key, "a number from 0")
        return float(value)

    def fractions(self, key: str, count: int) -> tuple[float, ...]:
        value = self._get(key)
        if not isinstance(value, list) or len(value) != count or not all(_is_fraction(item) for item in value):
            raise self._wrong(key, f"a list of {count} numbers from 0 to below 1")
        return tuple(float(item) for item in value)

    def no_others(self, known: set[str]) -> None:
        """A setting that this workload does not know must not be passed over in silence."""
        for key in self.values:
            if key not in known:
                raise Refused(f"{self.path}.{key}: this workload has no such setting")

    def _get(self, key: str) -> Any:
        if key not in self.values:
            raise Refused(f"{self.path}.{key} is missing")
        return self.values[key]

    def _wrong(self, key: str, wanted: str) -> Refused:
        return Refused(f"{self.path}.{key} must be {wanted}, not {str(self.values[key])[:80]!r}")


def _is_fraction(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1
