"""ROC areas, DeLong's variances and the sensitivity at a specificity against R's pROC, which shares no code with ours.

X. Robin and others, "pROC: an open-source package for R and S+ to analyze and compare ROC curves", BMC Bioinformatics
12 (2011) 77. Debian packs it as r-cran-proc.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import norm

from harness.score.auc import auc_difference, auc_estimate, roc_auc
from harness.score.clustered import clustered_covariance, placements
from harness.score.operating import sensitivity_at_specificity
from tests.engine import lacking

Array = npt.NDArray[Any]
TOLERANCE = 1e-10

# A positive case scores higher (direction "<"), and coords gives every corner of the curve without interpolation.
SCRIPT = """
suppressMessages(library(pROC))
cases <- read.csv(commandArgs(TRUE)[1])
for (name in unique(cases$sample)) {
  one <- cases[cases$sample == name, ]
  curves <- lapply(c("a", "b"), function(by)
    roc(one$label, one[[by]], levels = c(0, 1), direction = "<", quiet = TRUE))
  test <- roc.test(curves[[1]], curves[[2]], method = "delong", paired = TRUE)
  corners <- coords(curves[[1]], "all", ret = c("sensitivity", "specificity"), transpose = FALSE)
  found <- c(
    area_a = as.numeric(auc(curves[[1]])), area_b = as.numeric(auc(curves[[2]])),
    variance_a = var(curves[[1]], method = "delong"), variance_b = var(curves[[2]], method = "delong"),
    covariance = cov(curves[[1]], curves[[2]], method = "delong"),
    z = as.numeric(test$statistic), p = test$p.value,
    corner = max(corners$sensitivity[corners$specificity >= 0.9]),
    interpolated = max(coords(curves[[1]], 0.9, input = "specificity", ret = "sensitivity", transpose = FALSE)))
  cat(sprintf("%s %s %.17g\\n", name, names(found), found), sep = "")
}
"""


@dataclass(frozen=True)
class Sample:
    """Labels, and the scores of two predictors for the same cases, all [cases]."""

    labels: Array
    a: Array
    b: Array


def made(seed: int, positives: int, negatives: int, *, levels: int | None = None) -> Sample:
    """Two predictors that see the same cases; ``levels`` rounds the scores so that many are tied."""
    random = np.random.default_rng(seed)
    labels = random.permutation(np.repeat([1, 0], [positives, negatives]))
    shared = random.normal(size=len(labels))
    scores = [skill * labels + shared + random.normal(size=len(labels)) for skill in (1.2, 0.9)]
    if levels is not None:
        scores = [np.round(one * levels) / levels for one in scores]
    return Sample(labels, *scores)


def three_scores(sample: Sample) -> Sample:
    """Only −1, 0 and 1 are left."""
    return Sample(sample.labels, *(np.sign(np.round(scores)) for scores in (sample.a, sample.b)))


def upside_down(sample: Sample) -> Sample:
    """An area below one half beside one above."""
    return Sample(sample.labels, -sample.a, sample.b)


SAMPLES = {
    "few": made(8, 4, 5),
    "few_with_ties": made(2, 5, 6, levels=1),
    "no_ties": made(3, 60, 140),
    "many_ties": made(4, 80, 70, levels=2),
    "three_scores": three_scores(made(5, 40, 60)),
    "rare": made(6, 12, 900),
    "worse_than_chance": upside_down(made(7, 30, 50)),
    "specificity_of_exactly_0.9": Sample(
        np.array([0] * 10 + [1] * 4),
        np.array([1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 8.5, 10, 11, 13.0]),
        np.array([3, 1, 2, 4, 6, 5, 7, 9, 8, 11, 9.5, 10, 4.5, 12.0]),
    ),
}


@pytest.fixture(scope="module")
def by_r(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Mapping[str, float]]:
    """What pROC says, by sample and figure."""
    if shutil.which("Rscript") is None:
        lacking("Rscript is missing: Debian's r-cran-proc brings it")
    folder = tmp_path_factory.mktemp("proc")
    table, script = folder / "cases.csv", folder / "ask.R"
    table.write_text("\n".join(["sample,label,a,b", *rows()]) + "\n")
    script.write_text(SCRIPT)
    done = subprocess.run(
        ["Rscript", "--vanilla", script, table], check=False, capture_output=True, text=True, timeout=120
    )
    if "there is no package called" in done.stderr:
        lacking("R's package pROC is missing: Debian calls it r-cran-proc")
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, float]] = {}
    for name, figure, value in map(str.split, done.stdout.splitlines()):
        found.setdefault(name, {})[figure] = float(value)
    return found


def rows() -> Iterator[str]:
    for name, sample in SAMPLES.items():
        for label, a, b in zip(sample.labels, sample.a, sample.b, strict=True):
            yield f"{name},{label},{float(a)!r},{float(b)!r}"


def close(value: float | list[float]) -> Any:
    return pytest.approx(value, rel=TOLERANCE, abs=TOLERANCE)


@pytest.mark.parametrize("name", SAMPLES)
def test_areas(by_r: Mapping[str, Mapping[str, float]], name: str) -> None:
    sample, theirs = SAMPLES[name], by_r[name]
    assert roc_auc(sample.a, sample.labels) == close(theirs["area_a"])
    assert roc_auc(sample.b, sample.labels) == close(theirs["area_b"])


@pytest.mark.parametrize("name", SAMPLES)
def test_delongs_variances_and_covariance(by_r: Mapping[str, Mapping[str, float]], name: str) -> None:
    sample, theirs = SAMPLES[name], by_r[name]
    positive = sample.labels == 1
    both = [placements(scores, positive) for scores in (sample.a, sample.b)]
    ours = clustered_covariance(both, positive, np.arange(len(positive)))
    assert ours[0, 0] == close(theirs["variance_a"])
    assert ours[1, 1] == close(theirs["variance_b"])
    assert ours[0, 1] == ours[1, 0] == close(theirs["covariance"])


@pytest.mark.parametrize("name", SAMPLES)
def test_delongs_test_of_two_predictors(by_r: Mapping[str, Mapping[str, float]], name: str) -> None:
    sample, theirs = SAMPLES[name], by_r[name]
    ours = auc_difference(sample.a, sample.b, sample.labels, np.arange(len(sample.labels)))
    assert ours.value is not None
    assert ours.value == close(theirs["area_a"] - theirs["area_b"])
    # Half of our interval is z(0.975) standard errors, unless it was cut at ± 1, which none of these is.
    assert ours.lower is not None and ours.upper is not None and -1 < ours.lower < ours.upper < 1
    standard_error = (ours.upper - ours.lower) / 2 / float(norm.ppf(0.975))
    statistic = ours.value / standard_error
    assert statistic == close(theirs["z"])
    assert 2 * float(norm.sf(abs(statistic))) == close(theirs["p"])


@pytest.mark.parametrize("name", SAMPLES)
def test_the_logit_interval_is_that_of_pepe(by_r: Mapping[str, Mapping[str, float]], name: str) -> None:
    sample, theirs = SAMPLES[name], by_r[name]
    ours = auc_estimate(sample.a, sample.labels, np.arange(len(sample.labels)))
    area, error = theirs["area_a"], theirs["variance_a"] ** 0.5
    # pROC has no interval on this scale, so its area and variance are put into the published formula.
    ends = [np.log(area / (1 - area)) + sign * norm.ppf(0.975) * error / (area * (1 - area)) for sign in (-1, 1)]
    assert (ours.lower, ours.upper) == close([float(1 / (1 + np.exp(-end))) for end in ends])


@pytest.mark.parametrize("name", SAMPLES)
def test_sensitivity_at_90_percent_specificity(by_r: Mapping[str, Mapping[str, float]], name: str) -> None:
    """The highest corner of the empirical curve at a specificity of 0.9 or more: what somebody who picks a threshold
    among the scores can have. pROC's ``coords(roc, 0.9, input = "specificity")`` and the estimate of its ``ci.se``
    interpolate between corners, so they are never lower, and equal where a corner lies at 0.9 exactly."""
    sample, theirs = SAMPLES[name], by_r[name]
    ours = sensitivity_at_specificity(sample.a, np.asarray(sample.labels) == 1, 0.9)
    assert ours == close(theirs["corner"])
    assert ours <= theirs["interpolated"] + TOLERANCE


def test_interpolation_is_what_the_two_definitions_differ_in(by_r: Mapping[str, Mapping[str, float]]) -> None:
    exact = by_r["specificity_of_exactly_0.9"]
    # Nine of ten negative cases score 9 or less; three of four positive ones (10, 11, 13) score more.
    assert exact["corner"] == exact["interpolated"] == 0.75
    assert all(found["corner"] <= found["interpolated"] + TOLERANCE for found in by_r.values())
    assert any(found["corner"] < found["interpolated"] - 0.01 for found in by_r.values())
