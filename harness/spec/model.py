"""Submission, benchmark and ruleset as the rest of the harness sees them: validated, immutable, with their digests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import InvalidInput
from harness.spec.problem import nearest_word


@dataclass(frozen=True)
class Submission:
    """``document`` is ``submission.yaml`` as it was written and ``digest`` its digest; ``efficiency`` has the defaults
    of what was left out filled in, and is empty in the open division, where ``model`` is the submission's own word."""

    name: str
    folder: Path
    digest: str
    title: str
    description: str
    division: str
    model: str
    efficiency: Mapping[str, Any]
    document: Mapping[str, Any]

    @property
    def open(self) -> bool:
        """Whether it brings its own program."""
        return self.division == "open"

    @property
    def workload(self) -> Mapping[str, Any]:
        """How its own program is started, defaults filled in. Raises `KeyError` in the closed division."""
        return {"stage": "none", **self.document["workload"]}


@dataclass(frozen=True)
class Benchmark:
    """``provider`` names the part of `harness.data` that prepares the data; ``labels`` is ``public`` or ``private``."""

    id: str
    digest: str
    title: str
    provider: str
    labels: str
    document: Mapping[str, Any]

    @property
    def models(self) -> tuple[str, ...]:
        """The models that may be run on it."""
        return tuple(self.document["models"])

    @property
    def yardstick(self) -> str | None:
        """The model that open submissions, which have no model in common with anybody, are held against: the one with
        the highest quality target. None where no model has one."""
        targets = {name: one["test_auc"] for name, one in self.document["quality"]["targets"].items()}
        known = {name: target for name, target in targets.items() if target is not None}
        return max(known, key=lambda name: known[name]) if known else None

    def target(self, model: str | None) -> Mapping[str, Any]:
        """The quality targets of a model; for None, as where nothing was measured, there are none."""
        if model is None:
            return {"test_auc": None, "validation_auc": None, "reason": "no model of the benchmark has a target"}
        found: Mapping[str, Any] = self.document["quality"]["targets"][model]
        return found

    def hyperparameters(self, model: str) -> Mapping[str, Any]:
        """The common hyperparameters overlaid with the model's own. Raises `InvalidInput` for a model not listed."""
        return {**self.document["hyperparameters"], **self._model(model).get("hyperparameters", {})}

    def input_size(self, model: str) -> int:
        """Height and width in pixels that the network is given. Raises `InvalidInput` for a model not listed."""
        return int(self._model(model)["input"])

    def initialization(self, model: str) -> str:
        """How the model's weights begin: ``random`` or ``imagenet``. Raises `InvalidInput` for a model not listed."""
        return str(self._model(model).get("initialization", self.document["initialization"]))

    def _model(self, model: str) -> Mapping[str, Any]:
        known: Mapping[str, Mapping[str, Any]] = self.document["models"]
        if model not in known:
            raise InvalidInput(f"{model!r} is not a model of {self.id}: {', '.join(known)}")
        return known[model]


@dataclass(frozen=True)
class Ruleset:
    """The measurement constants and the numbered checks of one version of the rules."""

    version: str
    digest: str
    document: Mapping[str, Any]

    @property
    def round(self) -> str:
        """What `harness.spec.seed.seed_of_run` is given."""
        return str(self.document["round"])

    @property
    def runs_of_entry(self) -> int:
        """How many runs make an entry that can be ranked."""
        return int(self.document["entry"]["runs"])

    def gate(self, identifier: str) -> Mapping[str, Any]:
        """The parameters of a gate. Raises `KeyError` for one that the rules don't have."""
        found: Mapping[str, Mapping[str, Any]] = {gate["id"]: gate["parameters"] for gate in self.document["gates"]}
        return found[identifier]

    @property
    def statistics(self) -> Mapping[str, Any]:
        """How figures of quality are computed: ``confidence``, ``specificity``, ``resamples`` and their ``seed``."""
        found: Mapping[str, Any] = self.document["statistics"]
        return found

    @property
    def claims(self) -> tuple[Mapping[str, Any], ...]:
        """The declared tests of the paper's claims."""
        return tuple(self.document["claims"])

    def profile(self, name: str) -> Mapping[str, Any]:
        """One profile's settings. Raises `InvalidInput` for an unknown name."""
        known: Mapping[str, Mapping[str, Any]] = self.document["profiles"]
        if name not in known:
            near = nearest_word(name, known)
            raise InvalidInput(
                f"{name!r} is not a profile of ruleset {self.version}: {', '.join(known)}",
                remedy=f"did you mean {near!r}?" if near else None,
            )
        return known[name]
