"""How long the statistics of a large entry take: 20,000 cases, 9,000 patients, five runs, the rules' resamples.

Run as ``python -m benchmarks.statistics_speed``, best with `taskset -c 0` in front, so that it is one core. Prints
seconds of processor time; the goal is 5 s. The predictions are made up.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from harness.score.averaged import averaged_auc, averaged_difference
from harness.score.metrics import RunScores, Settings, metrics
from harness.score.readers import run_averaged_difference
from harness.score.reliability import reliability
from harness.score.roc import mean_roc
from harness.spec.load import load_ruleset

CASES, PATIENTS, RUNS = 20_000, 9_000, 5
ALONE, CURVES = ("figures of one run",), ("mean ROC curve", "reliability")
"""Parts that are no part of an entry's figures; its curves are made once, when it is published."""


def seconds(cases: int = CASES, patients: int = PATIENTS) -> dict[str, float]:
    """Processor seconds of each part of an entry's statistics."""
    random = np.random.default_rng(0)
    patient = np.sort(random.integers(0, patients, cases))
    labels = (random.random(cases) < 0.3).astype(np.int64)
    scores = [1 / (1 + np.exp(1 - 1.5 * labels - random.normal(size=cases))) for _ in range(2 * RUNS)]
    ours, theirs = scores[:RUNS], scores[RUNS:]
    settings = Settings.of(load_ruleset().statistics)
    parts: dict[str, Callable[[], object]] = {
        "figures of one run": lambda: metrics([RunScores(ours[0], 0.5)], labels, patient, settings),
        "figures of five runs": lambda: metrics([RunScores(one, 0.5) for one in ours], labels, patient, settings),
        "mean AUC": lambda: averaged_auc(ours, labels, patient),
        "gain": lambda: averaged_difference(ours, theirs[0], labels, patient),
        "mean ROC curve": lambda: mean_roc(ours, labels, patient, settings),
        "reliability": lambda: reliability(ours, labels, patient, settings),
        "gate Q2": lambda: run_averaged_difference(np.array(ours), np.array(theirs), labels, patient),
    }
    return {name: _processor_time(part) for name, part in parts.items()}


def _processor_time(part: Callable[[], object]) -> float:
    begin = time.process_time()
    part()
    return time.process_time() - begin


def main() -> int:
    """Print a table in Markdown."""
    found = seconds()
    print(f"{CASES:,} cases of {PATIENTS:,} patients\n\n| part | processor seconds |\n|---|---|")
    for name, taken in found.items():
        print(f"| {name} | {taken:.2f} |")
    entry = sum(taken for name, taken in found.items() if name not in (*ALONE, *CURVES))
    print(f"| an entry's figures | {entry:.2f} |")
    print(f"| an entry's curves | {sum(found[name] for name in CURVES):.2f} |")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
