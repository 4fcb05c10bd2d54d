"""How often intervals of a difference of ROC areas hold the truth, and how often gate 2 errs, on made-up predictions.

260 patients of 1 to 5 cases, two configurations, 5 runs of each with common seeds. A case's score is its class times
the run's skill plus normal effects of patient, case, configuration and run, some shared and some not (`_SHARES`), so
that scores of one patient, of one seed and of one configuration go together, as those of trained networks do. The true
difference of run-averaged areas is known in closed form, and four intervals face it: ours and those in `RIVALS`. The
figures are in docs/statistics.md; the same arguments give the same figures.
"""

from __future__ import annotations

import argparse
import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import logit
from scipy.stats import norm, t

from harness.score.auc import auc_difference, auc_estimate
from harness.score.estimate import Estimate
from harness.score.noninferiority import Margin, Outcome, judge_difference
from harness.score.readers import run_averaged_difference
from harness.spec.load import load_ruleset

LARGEST_MARGIN: float = load_ruleset().gate("Q2")["largest_margin"]
PATIENTS = 260
MOST_CASES = 5
RUNS = 5
SEED = 20261
_QUICK, _FULL = 100, 4000

_SHARES = {"patient": 0.35, "patient × configuration": 0.08, "case": 0.28, "case × configuration": 0.12}
_SHARES |= {"case × seed": 0.05, "case × configuration × seed": 0.12}
"""Parts of a score's variance within its class; they add up to 1."""
_SEED_SHARE = 0.5
"""Part of the variance of skill between runs that both configurations share, by the seed."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """The reference's true run-averaged area, the standard deviation of skill between runs (a score's is 1), and how
    many runs and patients there are.
    """

    area: float
    run_spread: float
    runs: int = RUNS
    patients: int = PATIENTS

    @property
    def area_spread(self) -> float:
        """Standard deviation of the true area between runs, to first order."""
        scale = math.sqrt(2 + self.run_spread**2)
        return float(norm.pdf(norm.ppf(self.area)) / scale * self.run_spread)


WORLDS = (World(0.93, 0.05), World(0.93, 0.15), World(0.78, 0.05), World(0.78, 0.15))


@dataclass(frozen=True)
class Sample:
    """One experiment: scores [runs, cases] of both configurations, labels [cases] and patients [cases]."""

    candidate: Floats
    reference: Floats
    labels: npt.NDArray[np.int64]
    patients: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Rates:
    """Of ``trials`` experiments: the share of intervals that hold the truth and their mean half-width, by method; and
    how many experiments each outcome of the gate was given, at the largest margin.
    """

    trials: int
    coverage: dict[str, float]
    half_width: dict[str, float]
    outcomes: Counter[Outcome]

    def share(self, *outcomes: Outcome) -> float:
        """Share of experiments with one of ``outcomes``."""
        return sum(self.outcomes[outcome] for outcome in outcomes) / self.trials


def draw(world: World, difference: float, random: np.random.Generator) -> Sample:
    """Predictions of a candidate whose true run-averaged area is ``world.area`` + ``difference``, and the reference's.

    Two cases of different patients and classes differ by skill ± √2, and skill is normal between runs, so the mean over
    runs of the area is Φ(mean skill / √(2 + run_spread²)). Pairs within a patient, 0.24 % of all, differ less.
    """
    patients = np.repeat(np.arange(world.patients), random.integers(1, MOST_CASES + 1, world.patients))
    labels = (random.random(len(patients)) < random.beta(1.0, 1.5, world.patients)[patients]).astype(np.int64)
    mean_skill = math.sqrt(2 + world.run_spread**2) * np.asarray(norm.ppf([world.area + difference, world.area]))
    by_seed = math.sqrt(_SEED_SHARE) * random.normal(size=(1, world.runs))
    alone = math.sqrt(1 - _SEED_SHARE) * random.normal(size=(2, world.runs))
    skill = mean_skill[:, None] + world.run_spread * (by_seed + alone)
    scores = skill[:, :, None] * labels + _noise(world, patients, random)
    return Sample(scores[0], scores[1], labels, patients)


def _noise(world: World, patients: npt.NDArray[np.int64], random: np.random.Generator) -> Floats:
    """[2, runs, cases] of variance 1, put together from `_SHARES`."""
    cases = len(patients)

    def effect(name: str, *shape: int) -> Floats:
        drawn: Floats = math.sqrt(_SHARES[name]) * random.normal(size=shape)
        return drawn

    of_patients = effect("patient", 1, 1, world.patients) + effect("patient × configuration", 2, 1, world.patients)
    of_cases = effect("case", 1, 1, cases) + effect("case × configuration", 2, 1, cases)
    of_runs = effect("case × seed", 1, world.runs, cases) + effect("case × configuration × seed", 2, world.runs, cases)
    noise: Floats = of_patients[:, :, patients] + of_cases + of_runs
    return noise


def _stacked(sample: Sample) -> Estimate:
    labels = np.tile(sample.labels, len(sample.candidate))
    return auc_difference(sample.candidate.ravel(), sample.reference.ravel(), labels, np.arange(len(labels)))


def _averaged(sample: Sample) -> Estimate:
    candidate, reference = sample.candidate.mean(axis=0), sample.reference.mean(axis=0)
    return auc_difference(candidate, reference, sample.labels, np.arange(len(sample.labels)))


def _averaged_clustered(sample: Sample) -> Estimate:
    candidate, reference = sample.candidate.mean(axis=0), sample.reference.mean(axis=0)
    return auc_difference(candidate, reference, sample.labels, sample.patients)


OURS = "ours: runs as readers, patients clustered"
RIVALS: dict[str, Callable[[Sample], Estimate]] = {
    "runs stacked as cases, DeLong": _stacked,
    "scores averaged, DeLong": _averaged,
    "scores averaged, patients clustered": _averaged_clustered,
}
METHODS = (*RIVALS, OURS)


def simulate(world: World, difference: float, trials: int) -> Rates:
    """``trials`` experiments with a true difference of run-averaged areas of ``difference``."""
    covered, halves = dict.fromkeys(METHODS, 0), dict.fromkeys(METHODS, 0.0)
    outcomes: Counter[Outcome] = Counter()
    # Each trial has its own stream of numbers, whatever the difference and however many trials there are.
    of_world = [SEED, round(1000 * world.area), round(1000 * world.run_spread)]
    for trial in range(trials):
        sample = draw(world, difference, np.random.default_rng([*of_world, trial]))
        compared = run_averaged_difference(sample.candidate, sample.reference, sample.labels, sample.patients)
        found = {name: method(sample) for name, method in RIVALS.items()} | {OURS: compared.estimate}
        for name in METHODS:
            lower, upper = _interval(found[name])
            covered[name] += lower <= difference <= upper
            halves[name] += (upper - lower) / 2
        outcomes[judge_difference(compared, Margin(LARGEST_MARGIN)).outcome] += 1
    coverage = {name: covered[name] / trials for name in METHODS}
    return Rates(trials, coverage, {name: halves[name] / trials for name in METHODS}, outcomes)


def understated(world: World, trials: int) -> tuple[float, float]:
    """How many times as large the variance is as it seems without regard to patients, a mean over ``trials``
    experiments: of the area of one run, and of the difference of two configurations' areas in runs of one seed."""
    single, paired = [], []
    for trial in range(trials):
        sample = draw(world, 0.0, np.random.default_rng([SEED, round(1000 * world.area), trial]))
        one, other, alone = sample.candidate[0], sample.reference[0], np.arange(len(sample.labels))
        by_case, by_patient = (auc_difference(one, other, sample.labels, group) for group in (alone, sample.patients))
        paired.append(_width(by_patient) ** 2 / _width(by_case) ** 2)
        # On the logit scale, which both share.
        by_case, by_patient = (auc_estimate(one, sample.labels, group) for group in (alone, sample.patients))
        single.append(_logit_width(by_patient) ** 2 / _logit_width(by_case) ** 2)
    return float(np.mean(single)), float(np.mean(paired))


def _width(found: Estimate) -> float:
    lower, upper = _interval(found)
    return upper - lower


def _logit_width(found: Estimate) -> float:
    lower, upper = _interval(found)
    return float(logit(upper) - logit(lower))


def thresholds(entries: int) -> tuple[float, float]:
    """What |t| must exceed for the clearest of all pairs of so many entries, by Holm: with each pair's own variance
    over `RUNS` runs, and with one that is pooled over all entries."""
    tail = 0.05 / 2 / math.comb(entries, 2)
    return float(t.isf(tail, RUNS - 1)), float(t.isf(tail, (entries - 1) * (RUNS - 1)))


def _interval(found: Estimate) -> tuple[float, float]:
    if found.lower is None or found.upper is None:
        raise ValueError(f"an experiment without an interval: {found.reason}")
    return found.lower, found.upper


def main() -> int:
    """Print two tables in Markdown: coverage and half-width by method, and the gate's outcomes; then what is
    understated without patients, and what ranks take."""
    parser = argparse.ArgumentParser(description="Coverage of intervals and error rates of gate 2, simulated.")
    parser.add_argument("--quick", action="store_true", help=f"{_QUICK} experiments each instead of {_FULL}")
    parser.add_argument("--trials", type=int, help="experiments of each kind")
    parser.add_argument("--runs", type=int, default=RUNS, help="runs of each configuration")
    parser.add_argument("--patients", type=int, default=PATIENTS)
    asked = parser.parse_args()
    trials = asked.trials or (_QUICK if asked.quick else _FULL)
    differences = (0.0, -LARGEST_MARGIN)
    worlds = [replace(world, runs=asked.runs, patients=asked.patients) for world in WORLDS]
    found = {(world, difference): simulate(world, difference, trials) for world in worlds for difference in differences}
    print(f"{trials} experiments a row; {asked.patients} patients, {asked.runs} runs of each configuration.\n")
    print(_coverage_table(found))
    print()
    print(_gate_table(found))
    for world in worlds[::2]:
        single, paired = understated(world, trials)
        print(f"\nArea {world.area:.2f}: for patients {single:.2f} times the variance, {paired:.2f} of a difference.")
    for entries in (8, 17):
        own, pooled = thresholds(entries)
        print(f"\n{entries} entries: |t| > {own:.2f} with each pair's own variance, > {pooled:.2f} pooled.")
    return 0


def _coverage_table(found: dict[tuple[World, float], Rates]) -> str:
    rows = [["area", "sd of area between runs", "true difference", *METHODS]]
    for (world, difference), rates in found.items():
        cells = [f"{rates.coverage[name]:.3f} (± {rates.half_width[name]:.4f})" for name in METHODS]
        rows.append([*_names(world, difference), *cells])
    return _markdown(rows)


def _gate_table(found: dict[tuple[World, float], Rates]) -> str:
    rows = [["area", "sd of area between runs", "true difference", "ranked", *(str(one) for one in _JUDGED)]]
    for (world, difference), rates in found.items():
        ranked = rates.share(*(outcome for outcome in Outcome if outcome.ranks))
        rows.append([*_names(world, difference), f"{ranked:.3f}", *(f"{rates.share(one):.3f}" for one in _JUDGED)])
    return _markdown(rows)


_JUDGED = (Outcome.NON_INFERIOR, Outcome.WORSE_WITHIN_MARGIN, Outcome.INFERIOR, Outcome.UNDECIDED)


def _names(world: World, difference: float) -> list[Any]:
    return [f"{world.area:.2f}", f"{world.area_spread:.3f}", f"{difference:+.2f}" if difference else "0"]


def _markdown(rows: list[list[Any]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])


if __name__ == "__main__":
    raise SystemExit(main())
