"""How long the pairs of a leaderboard's table take: 20 entries of five runs on as many cases as lidc-nodules has.

Run as ``python -m benchmarks.pairs_speed``, best with `taskset -c 0` in front, so that it is one core. Prints processor
time, without reading any file. The predictions are made up.
"""

from __future__ import annotations

import time
from itertools import combinations

import numpy as np

from harness.score.readers import difference_of, run_averaged_difference
from harness.score.readings import Readings

CASES, PATIENTS, RUNS, ENTRIES = 914, 304, 5, 20


def milliseconds(entries: int = ENTRIES, cases: int = CASES, patients: int = PATIENTS) -> dict[str, float]:
    """Processor milliseconds of each part."""
    random = np.random.default_rng(0)
    patient = np.sort(random.integers(0, patients, cases))
    labels = (random.random(cases) < 0.5).astype(np.int64)
    tables = [1.5 * labels + random.normal(size=(RUNS, cases)) for _ in range(entries)]
    begin = time.process_time()
    run_averaged_difference(tables[0], tables[1], labels, patient)
    alone = time.process_time()
    placed = [Readings.of(table, labels, patient) for table in tables]
    sums = [each.sums for each in placed]
    once = time.process_time()
    found = [difference_of(one, other).p_apart() for one, other in combinations(placed, 2)]
    end = time.process_time()
    return {
        "one pair alone": 1000 * (alone - begin),
        "placing the runs of one entry": 1000 * (once - alone) / len(sums),
        "one pair of placed entries": 1000 * (end - once) / len(found),
        f"all {len(found)} pairs of {entries} entries": 1000 * (end - alone),
    }


def main() -> int:
    """Print a table in Markdown."""
    print(f"{CASES} cases of {PATIENTS} patients, {RUNS} runs\n\n| part | processor milliseconds |\n|---|---|")
    for name, taken in milliseconds().items():
        print(f"| {name} | {taken:.2f} |")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
