"""What the benchmarks of this installation say of themselves, for the standings to quote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from harness.spec.load import load_benchmarks
from harness.spec.model import Benchmark


@dataclass(frozen=True)
class BenchmarkText:
    """A benchmark in words. ``trivial`` is the number that the trivial model looks at; ``not_testable`` maps a claim of
    the paper to the reason why it can't be tested here; ``targets`` maps a model to its quality targets."""

    id: str
    digest: str
    title: str
    description: str
    positive: str
    negative: str
    labels: str
    trivial: str
    attribution: str | None
    not_testable: dict[str, str]
    targets: dict[str, Any]


def known_benchmarks() -> list[BenchmarkText]:
    """Every benchmark in ``rules/benchmarks``. Raises `harness.errors.InvalidInput` where a file breaks its schema."""
    return [_text(benchmark) for benchmark in load_benchmarks()]


def _text(benchmark: Benchmark) -> BenchmarkText:
    document = benchmark.document
    return BenchmarkText(
        id=benchmark.id,
        digest=benchmark.digest,
        title=benchmark.title,
        description=" ".join(document["description"].split()),
        positive=document["task"]["positive"],
        negative=document["task"]["negative"],
        labels=benchmark.labels,
        trivial=document["quality"]["trivial"],
        attribution=" ".join(document["attribution"].split()) if "attribution" in document else None,
        not_testable=dict(document["claims_not_testable"]),
        targets={model: dict(target) for model, target in document["quality"]["targets"].items()},
    )
