"""What the rules say about a submission beyond its schema: its name, its division, its model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.spec.explain import Finding
from harness.spec.model import Benchmark, Ruleset
from harness.spec.problem import KeyPath, dotted, nearest_word, shown
from harness.spec.schema import default_values, schemas

PRETRAINED_MODELS = ("densenet121", "swinv2_base_window8_256")
"""Models that timm has weights for that were trained on ImageNet; `harness.weights.hub` knows where."""


def rule_findings(
    data: Mapping[str, Any], folder_name: str, ruleset: Ruleset, benchmarks: Sequence[Benchmark]
) -> Iterator[Finding]:
    """Faults of a submission's ``data`` under ``ruleset``. Says nothing about what the schema has refused already."""
    name = data.get("name")
    if isinstance(name, str) and name != folder_name:
        message = f"{shown(name)} is not the name of the folder, {shown(folder_name)}; make the two equal"
        yield Finding(("name",), message, folder_name)
    division = data.get("division")
    if division in ("closed", "open"):
        yield from _settable(data, ruleset, division)
        yield from _missing(data, division)
    if division == "closed":
        yield from _model(data.get("model"), benchmarks)
        yield from _combinations(data, ruleset)


def _missing(data: Mapping[str, Any], division: str) -> Iterator[Finding]:
    """The part that makes a submission one of its division."""
    due, hint = {
        "closed": ("efficiency", "{} is the plain float32 configuration"),
        "open": ("workload", "it says how the submission's own program is started"),
    }[division]
    if due not in data:
        yield Finding((due,), f"is missing; the {division} division asks for it ({hint})", "a mapping", at_key=True)


def _settable(data: Mapping[str, Any], ruleset: Ruleset, division: str) -> Iterator[Finding]:
    rules = ruleset.document["divisions"][division]
    settings = [tuple(key.split(".")) for key in rules["may_set"]]
    free = [*settings, *(tuple(key.split(".")) for key in rules["may_describe"])]
    allowed = ", ".join(rules["may_set"])
    for path in _refused(data, (), free):
        message = (
            f"the {division} division of ruleset {ruleset.version} does not let a submission set this; "
            f"it may set {allowed}, and the benchmark sets the rest"
        )
        yield Finding(path, message, f"one of {allowed}", at_key=True)


def _refused(data: Mapping[str, Any], path: KeyPath, free: Sequence[KeyPath]) -> Iterator[KeyPath]:
    """The topmost keys that neither are free nor hold something that is."""
    for key, value in data.items():
        here = (*path, key)
        if here in free:
            continue
        if any(one[: len(here)] == here for one in free):
            yield from _refused(value, here, free) if isinstance(value, Mapping) else ()
        else:
            yield here


def _combinations(data: Mapping[str, Any], ruleset: Ruleset) -> Iterator[Finding]:
    """Settings that make no sense together. What a submission leaves out counts with its default."""
    efficiency = data.get("efficiency")
    if not isinstance(efficiency, Mapping):
        return
    defaults = default_values(schemas()["submission"]["properties"]["efficiency"])
    set_to = {**defaults, **efficiency, "model": data.get("model")}
    for combination in ruleset.document["combinations"]:
        refused: Mapping[str, Sequence[str]] = combination["refused"]
        if all(isinstance(set_to.get(key), str) and set_to[key] in values for key, values in refused.items()):
            together = " and ".join(f"{key} {set_to[key]}" for key in refused)
            named = next(key for key in refused if key in efficiency)
            yield Finding(("efficiency", named), f"{together} make no sense together: {combination['reason'].strip()}")


def _model(model: object, benchmarks: Sequence[Benchmark]) -> Iterator[Finding]:
    known = list(dict.fromkeys(model for benchmark in benchmarks for model in benchmark.models))
    if isinstance(model, str) and model not in known:
        names = ", ".join(benchmark.id for benchmark in benchmarks)
        message = f"{shown(model)} is not a model of {names}: {', '.join(known)}"
        yield Finding(("model",), message, f"one of {', '.join(known)}", nearest_word(model, known))


def benchmark_findings(data: Mapping[str, Any], file_stem: str) -> Iterator[Finding]:
    """Faults of a benchmark's ``data`` that a schema can't express."""
    if isinstance(data.get("id"), str) and data["id"] != file_stem:
        yield Finding(("id",), f"{shown(data['id'])} is not the file's name, {shown(file_stem)}", file_stem)
    models = _keys(data, "models")
    targets = _keys(data, "quality", "targets")
    for model in models - targets:
        message = "is missing; every model has a target, or null with a reason"
        yield Finding(("quality", "targets", model), message, "a mapping", at_key=True)
    for model in targets - models:
        yield Finding(("quality", "targets", model), "is not among this benchmark's models", at_key=True)
    yield from _without_weights(data)
    for claim in _keys(data, "claims_not_testable"):
        if claim in (data.get("claims") or ()):
            message = "stands among the claims that can be tested, too"
            yield Finding(("claims_not_testable", claim), message, at_key=True)


def _without_weights(data: Mapping[str, Any]) -> Iterator[Finding]:
    """Models that are to begin with pretrained weights and have none."""
    models = data.get("models")
    for model, own in models.items() if isinstance(models, Mapping) else ():
        if model in PRETRAINED_MODELS or not isinstance(own, Mapping):
            continue
        if own.get("initialization", data.get("initialization")) == "imagenet":
            message = "there are no weights for this model that were trained on ImageNet"
            if "initialization" in own:
                yield Finding(("models", model, "initialization"), message, "random")
            else:
                yield Finding(("models", model), f"{message}; write `initialization: random` here", at_key=True)


def ruleset_findings(data: Mapping[str, Any], file_stem: str) -> Iterator[Finding]:
    """Faults of a ruleset's ``data`` that a schema can't express."""
    if isinstance(data.get("version"), str) and data["version"] != file_stem:
        yield Finding(("version",), f"{shown(data['version'])} is not the file's name, {shown(file_stem)}", file_stem)
    seen: dict[object, KeyPath] = {}
    listed = [
        (part, number, one)
        for part in ("checks", "gates", "claims")
        for number, one in enumerate(data[part] if isinstance(data.get(part), list) else ())
    ]
    for part, number, check in listed:
        path: KeyPath = (part, number, "id")
        identifier = check.get("id") if isinstance(check, Mapping) else None
        if isinstance(identifier, str) and identifier in seen:
            yield Finding(
                path, f"{shown(identifier)} is taken by {dotted(seen[identifier])}", "an identifier of its own"
            )
        seen.setdefault(identifier, path)


def _keys(data: Any, *path: str) -> set[str]:
    for key in path:
        data = data.get(key) if isinstance(data, Mapping) else None
    return set(data) if isinstance(data, Mapping) else set()
