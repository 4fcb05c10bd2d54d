"""Rank ranges and ratios against R's own linear model, Holm's adjustment and paired t test, which share no code with
ours."""

from __future__ import annotations

import math
import shutil
import subprocess
from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from harness.score.ranks import Range, rank_ranges
from harness.score.ratio import paired_ratio
from tests.engine import lacking

# Differences of entries come from the model's coefficients and their covariances, whatever the design.
SCRIPT = """
costs <- read.csv(commandArgs(TRUE)[1], stringsAsFactors = TRUE)
costs$run <- factor(costs$run)
for (name in levels(costs$table)) {
  one <- droplevels(costs[costs$table == name, ])
  fit <- lm(log(cost) ~ entry + run, data = one)
  entries <- levels(one$entry)
  rows <- sapply(entries, function(e) paste0("entry", e))
  own <- sapply(rows, function(r) if (r %in% names(coef(fit))) coef(fit)[[r]] else 0)
  spread <- matrix(0, length(entries), length(entries), dimnames = list(rows, rows))
  there <- rows[rows %in% names(coef(fit))]
  spread[there, there] <- vcov(fit)[there, there]
  pairs <- combn(length(entries), 2)
  t <- apply(pairs, 2, function(p) (own[p[1]] - own[p[2]]) /
    sqrt(spread[p[1], p[1]] + spread[p[2], p[2]] - 2 * spread[p[1], p[2]]))
  p <- p.adjust(2 * pt(-abs(t), df.residual(fit)), method = "holm")
  for (k in seq_along(p))
    cat(name, "pair", entries[pairs[1, k]], entries[pairs[2, k]], sprintf("%.17g %.17g", t[k], p[k]), "\\n")
  cat(name, "freedom", "-", "-", df.residual(fit), sprintf("%.17g", summary(fit)$sigma), "\\n")
  a <- one[one$entry == entries[1], ]; b <- one[one$entry == entries[2], ]
  test <- t.test(log(a$cost[order(a$run)]), log(b$cost[order(b$run)]), paired = TRUE)
  cat(name, "ratio", entries[1], entries[2], sprintf("%.17g %.17g", test$conf.int[1], test$conf.int[2]), "\\n")
}
"""
Table = dict[str, dict[int, float]]


def made(seed: int, levels: list[float], *, runs: int = 5, noise: float = 0.02) -> Table:
    random = np.random.default_rng(seed)
    days = random.normal(0, 0.3, runs)
    logs = np.log(levels)[:, None] + days + random.normal(0, noise, (len(levels), runs))
    return {
        f"e{row}": {run: float(cost) for run, cost in enumerate(costs, start=1)}
        for row, costs in enumerate(np.exp(logs))
    }


TABLES = {
    "two": made(1, [1.0, 1.04]),
    "apart": made(2, [1.0, 1.5, 2.0, 4.0]),
    "groups": made(3, [1.0, 1.002, 1.05, 1.051, 1.3, 1.31, 1.32]),
    "alike": made(4, [1.0] * 6),
    "few_runs": made(5, [1.0, 1.1, 1.2], runs=2),
    "many": made(6, list(np.linspace(1.0, 1.2, 12))),
    "noisy": made(7, [1.0, 1.2, 1.4, 3.0], noise=0.3),
}


@pytest.fixture(scope="module")
def by_r(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Mapping[tuple[str, ...], tuple[float, float]]]:
    """What R says, by table and line."""
    if shutil.which("Rscript") is None:
        lacking("Rscript is missing: Debian's r-base-core brings it")
    folder = tmp_path_factory.mktemp("ranks")
    rows = [
        f"{name},{entry},{run},{cost!r}"
        for name, table in TABLES.items()
        for entry, costs in table.items()
        for run, cost in costs.items()
    ]
    (folder / "costs.csv").write_text("\n".join(["table,entry,run,cost", *rows]) + "\n")
    (folder / "ask.R").write_text(SCRIPT)
    done = subprocess.run(
        ["Rscript", "--vanilla", folder / "ask.R", folder / "costs.csv"],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[tuple[str, ...], tuple[float, float]]] = {}
    for line in done.stdout.splitlines():
        name, *key, one, other = line.split()
        found.setdefault(name, {})[tuple(key)] = (float(one), float(other))
    return found


@pytest.mark.parametrize("name", TABLES)
def test_ranges_follow_from_r_s_adjusted_p_values(by_r: Any, name: str) -> None:
    table, theirs = TABLES[name], by_r[name]
    better = set()
    for one, other in combinations(sorted(table), 2):
        statistic, adjusted = theirs["pair", one, other]
        assert abs(adjusted - 0.05) > 1e-6, "a p value at the bound itself would be decided by rounding"
        if adjusted <= 0.05:
            better.add((one, other) if statistic < 0 else (other, one))
    expected = {
        entry: Range(
            1 + sum(worse == entry for _, worse in better), len(table) - sum(best == entry for best, _ in better)
        )
        for entry in table
    }
    found = rank_ranges(table)
    assert found.ranges == expected
    freedom, sigma = theirs["freedom", "-", "-"]
    assert found.freedom == freedom
    assert found.spread == pytest.approx(math.exp(sigma), rel=1e-12)


def test_the_tables_hold_entries_that_can_and_that_can_not_be_told_apart(by_r: Any) -> None:
    adjusted = [p for theirs in by_r.values() for key, (_, p) in theirs.items() if key[0] == "pair"]
    assert 20 < sum(p <= 0.05 for p in adjusted) < len(adjusted) - 20


@pytest.mark.parametrize("name", TABLES)
def test_the_interval_of_a_ratio_is_that_of_r_s_paired_t_test(by_r: Any, name: str) -> None:
    one, other = (list(TABLES[name][entry].values()) for entry in ("e0", "e1"))
    found = paired_ratio(one, other)
    lower, upper = by_r[name]["ratio", "e0", "e1"]
    assert [found.lower, found.upper] == pytest.approx([math.exp(lower), math.exp(upper)], rel=1e-10)
