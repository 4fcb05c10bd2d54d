"""Do intervals of the figures besides the AUC cover the truth, and how often are rank ranges wrong?

Run as ``python -m benchmarks.quality_simulation``. Prints the tables of docs/statistics.md in Markdown.
"""

from __future__ import annotations

import argparse

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from harness.score.metrics import NAMES, RunScores, Settings, metrics
from harness.score.ranks import rank_ranges
from harness.score.roc import RATES, mean_roc

THRESHOLD = 0.45
PATIENTS = (60, 150, 400)
RATES_LOOKED_AT = (5, 10, 30, 60)
"""Places in `harness.score.roc.RATES`."""
NOISE = 0.02
"""Standard deviation of a run's cost on the log scale, beside that of its block."""


def sample(seed: int, patients: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_], npt.NDArray[np.intp]]:
    """Probabilities, labels drawn from them, and patients of 1 to 3 cases that share a part of their log odds."""
    random = np.random.default_rng(seed)
    patient = np.repeat(np.arange(patients), random.integers(1, 4, patients))
    spread = np.log(0.4 / 0.6) + random.normal(size=patients)[patient] + random.normal(size=len(patient))
    return expit(spread), random.random(len(patient)) < expit(spread), patient


def coverage(patients: int, trials: int) -> dict[str, float]:
    """Share of the intervals that hold the figure of a very large sample."""
    scores, labels, groups = sample(10**6, 300_000)
    truth = metrics([RunScores(scores, THRESHOLD)], labels, groups, Settings(0.9, 2, 1))
    inside = dict.fromkeys(NAMES, 0)
    for seed in range(trials):
        scores, labels, groups = sample(seed, patients)
        found = metrics([RunScores(scores, THRESHOLD)], labels, groups, Settings(0.9, 500, 1))
        for name, estimate in found.items():
            assert estimate.lower is not None
            assert estimate.upper is not None
            inside[name] += estimate.lower <= (truth[name].value or 0.0) <= estimate.upper
    return {name: count / trials for name, count in inside.items()}


def roc_coverage(patients: int, trials: int) -> dict[str, float]:
    """Share of the bands that hold the curve of a very large sample, at each of `RATES_LOOKED_AT` by itself."""
    scores, labels, groups = sample(10**6, 300_000)
    truth = mean_roc([scores], labels, groups, Settings(0.9, 2, 1)).value
    inside = np.zeros(len(truth))
    for seed in range(trials):
        scores, labels, groups = sample(seed, patients)
        found = mean_roc([scores], labels, groups, Settings(0.9, 500, 1))
        assert found.lower is not None
        assert found.upper is not None
        inside += (found.lower <= truth) & (truth <= found.upper)
    return {f"ROC curve at {RATES[place]:.2f}": float(inside[place] / trials) for place in RATES_LOOKED_AT}


def wrong_order(levels: list[float], trials: int) -> float:
    """Share of the tables in which any entry is called better than one that costs no more."""
    random = np.random.default_rng(0)
    wrong = 0
    for _ in range(trials):
        block, noise = random.normal(0, 0.2, 5), random.normal(0, NOISE, (len(levels), 5))
        costs = np.exp(np.log(levels)[:, None] + block + noise)
        table = {str(place): dict(enumerate(map(float, row), start=1)) for place, row in enumerate(costs)}
        for name, found in rank_ranges(table).ranges.items():
            own = levels[int(name)]
            if found.best > 1 + sum(level < own for level in levels) or found.worst < sum(
                level <= own for level in levels
            ):
                wrong += 1
                break
    return wrong / trials


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--trials", type=int, default=1000)
    trials = parser.parse_args().trials
    print("| figure | " + " | ".join(f"{count} patients" for count in PATIENTS) + " |")
    print("|---" * (1 + len(PATIENTS)) + "|")
    found = [coverage(count, trials) | roc_coverage(count, trials) for count in PATIENTS]
    for name in found[0]:
        print(f"| {name.replace('_', ' ')} | " + " | ".join(f"{each[name]:.3f}" for each in found) + " |")
    print()
    print(f"eight equal entries: {wrong_order([1.0] * 8, 2 * trials):.4f}")
    print(f"four of 1 and four of 1.05: {wrong_order([1.0] * 4 + [1.05] * 4, 2 * trials):.4f}")


if __name__ == "__main__":
    main()
