"""The difference of two losses: against loops over covariances, the two-configuration analysis, and laws."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t

from harness.score.auc import roc_auc
from harness.score.interaction import difference_of_losses
from harness.score.readers import run_averaged_difference
from tests.score.test_auc import obuchowski_covariance
from tests.score.test_readers import sample


def four(seed: int, runs: int = 3, patients: int = 25) -> Any:
    """Scores [runs, cases] of two references and two changed configurations on the same cases."""
    a, b, labels, who = sample(seed, runs=runs, patients=patients)
    random = np.random.default_rng(seed + 1)
    return (a, a + random.normal(size=a.shape)), (b, b + 2 * random.normal(size=b.shape)), labels, who


@pytest.mark.parametrize("seed", range(3))
def test_it_equals_the_variance_written_as_loops(seed: int) -> None:
    one, other, labels, patients = four(seed)
    runs = range(3)
    tables = [(1, one[0]), (-1, one[1]), (-1, other[0]), (1, other[1])]
    per_run = [sum(sign * roc_auc(table[j], labels) for sign, table in tables) for j in runs]

    def loss_covariance(first: Any, i: int, second: Any, j: int) -> float:
        return sum(
            s * r * obuchowski_covariance(first[k][i], second[m][j], labels, patients)
            for (k, s), (m, r) in itertools.product(((0, 1), (1, -1)), repeat=2)
        )

    different = [(i, j) for i in runs for j in runs if i != j]
    cov2 = float(np.mean([loss_covariance(each, i, each, j) for each in (one, other) for i, j in different]))
    cov3 = float(np.mean([loss_covariance(one, i, other, j) for i, j in different]))
    mean_square = float(np.var(per_run, ddof=1)) / 2
    patients_part = max(3 * (cov2 - cov3), 0)
    variance = 2 / 3 * (mean_square + patients_part)
    freedom = 2 * (mean_square + patients_part) ** 2 / mean_square**2
    half = float(t.ppf(0.975, freedom)) * math.sqrt(variance)
    mean = float(np.mean(per_run))
    found = difference_of_losses(one, other, labels, patients)
    assert found.estimate.value == pytest.approx(mean)
    assert found.degrees_of_freedom == pytest.approx(freedom)
    assert (found.estimate.lower, found.estimate.upper) == pytest.approx(
        (max(mean - half, -2.0), min(mean + half, 2.0))
    )


@given(st.integers(0, 500))
def test_against_a_change_that_changes_nothing_it_is_the_ordinary_difference(seed: int) -> None:
    one, other, labels, patients = four(seed)
    found = difference_of_losses(one, (other[0], other[0]), labels, patients)
    plain = run_averaged_difference(one[0], one[1], labels, patients)
    assert found.estimate.value == pytest.approx(plain.estimate.value)
    assert found.components is not None and plain.components is not None
    assert found.components.variance() == pytest.approx(plain.components.variance())


@given(st.integers(0, 500))
def test_swapping_the_two_turns_the_sign(seed: int) -> None:
    one, other, labels, patients = four(seed)
    there, back = (difference_of_losses(*pair, labels, patients).estimate for pair in ((one, other), (other, one)))
    assert there.value is not None and there.lower is not None and there.upper is not None
    assert (back.value, back.lower, back.upper) == pytest.approx((-there.value, -there.upper, -there.lower))


def test_what_can_not_be_estimated_says_why() -> None:
    one, other, labels, patients = four(0)
    first, second = ((pair[0][:1], pair[1][:1]) for pair in (one, other))
    assert "can't be told from one" in str(difference_of_losses(first, second, labels, patients).estimate.reason)
    assert difference_of_losses(one, other, np.ones_like(labels), patients).estimate.value is None
    nothing = difference_of_losses((one[0], one[0]), (one[0], one[0]), labels, patients)
    assert (nothing.estimate.value, nothing.estimate.lower) == (0.0, None)
    with pytest.raises(ValueError, match="same runs"):
        difference_of_losses((one[0], one[1][:2]), other, labels, patients)
