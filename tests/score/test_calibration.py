"""Brier score, calibration intercept and slope: held against a general optimiser, and against what was put in."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import expit, logit

from harness.score.calibration import NotCalibratableError, brier, calibration_intercept, calibration_slope
from tests.score.material_quality import sample


def optimised(probabilities, positive, *, slope):
    """Intercept and slope that a general optimiser finds; the slope fixed where one is given."""
    spread = logit(probabilities)

    def cost(parameters):
        linear = parameters[0] + (slope if slope is not None else parameters[1]) * spread
        return np.logaddexp(0.0, np.where(positive, -linear, linear)).sum()

    start = [0.0] if slope is not None else [0.0, 1.0]
    return minimize(cost, start, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12, "maxiter": 5000}).x


@pytest.mark.parametrize("seed", range(5))
def test_intercept_and_slope_are_those_of_a_logistic_regression(seed):
    probabilities, positive, _ = sample(seed, shift=-0.4, slope=0.6)
    assert calibration_slope(probabilities, positive).value == pytest.approx(
        optimised(probabilities, positive, slope=None)[1], abs=1e-5
    )
    assert calibration_intercept(probabilities, positive).value == pytest.approx(
        optimised(probabilities, positive, slope=1.0)[0], abs=1e-5
    )


def test_what_was_put_in_is_found():
    probabilities, positive, _ = sample(3, patients=40_000, shift=0.5)
    assert calibration_intercept(probabilities, positive).value == pytest.approx(0.5, abs=0.03)
    probabilities, positive, _ = sample(4, patients=40_000, slope=0.5, share=0.5)
    assert calibration_slope(probabilities, positive).value == pytest.approx(0.5, abs=0.03)


@given(st.integers(0, 1000), st.floats(0.2, 2.5))
def test_probabilities_that_are_k_times_as_extreme_have_a_slope_of_one_kth(seed, times):
    probabilities, positive, _ = sample(seed)
    extreme = expit(times * logit(probabilities))
    assert calibration_slope(extreme, positive).value == pytest.approx(
        calibration_slope(probabilities, positive).value / times, rel=1e-6
    )


@given(st.integers(0, 1000), st.floats(-2.0, 2.0))
def test_log_odds_that_are_k_higher_have_an_intercept_k_lower(seed, by):
    probabilities, positive, _ = sample(seed)
    assert calibration_intercept(expit(logit(probabilities) + by), positive).value == pytest.approx(
        calibration_intercept(probabilities, positive).value - by, abs=1e-6
    )


def test_brier_by_hand_and_its_bounds():
    probabilities, positive = np.array([0.9, 0.2, 0.5]), np.array([True, False, False])
    assert brier(probabilities, positive).value == pytest.approx((0.01 + 0.04 + 0.25) / 3)
    assert brier(positive.astype(float), positive).value == 0.0
    assert brier(1.0 - positive, positive).value == 1.0


def test_saturated_probabilities_have_an_answer():
    probabilities, positive, _ = sample(0)
    probabilities[5:15] = np.repeat([0.0, 1.0], 5)
    assert np.isfinite(calibration_slope(probabilities, positive).value)
    assert np.isfinite(calibration_intercept(probabilities, positive).value)


@pytest.mark.parametrize(
    ("probabilities", "said"),
    [([0.5, 0.5, 0.5], "are equal"), ([0.1, 0.2, 0.9], "separates"), ([0.9, 0.8, 0.1], "separates")],
)
def test_where_no_slope_fits_the_reason_is_given(probabilities, said):
    with pytest.raises(NotCalibratableError, match=said):
        calibration_slope(np.array(probabilities), np.array([False, False, True]))
