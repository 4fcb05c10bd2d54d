import math
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from harness.data.trivial import Logistic, fit, logarithm


def made(weights: list[float], intercept: float) -> tuple[Any, Any]:
    random = np.random.default_rng(7)
    features = random.normal(3.0, 2.0, (4000, len(weights)))
    labels = (random.random(4000) < expit(features @ np.array(weights) + intercept)).astype(np.uint8)
    return features, labels


def test_the_fit_is_the_maximum_of_the_likelihood():
    features, labels = made([0.8, -0.5], -1.0)
    model = fit(("a", "b"), features, labels)
    assert model.weights == pytest.approx((0.8, -0.5), abs=0.1)
    residuals = labels - expit(features @ np.array(model.weights) + model.intercept)
    assert abs(residuals.sum()) < 0.02
    assert np.abs(features.T @ residuals).max() < 0.1


def test_coefficients_do_not_depend_on_the_order_of_cases():
    features, labels = made([0.8], -1.0)
    assert fit(("a",), features, labels) == fit(("a",), features[::-1], labels[::-1])


def test_a_constant_feature_is_refused_by_name():
    features, labels = made([0.8], -1.0)
    with pytest.raises(ValueError, match="'constant' is the same in every case"):
        fit(("a", "constant"), np.column_stack([features, np.full(len(features), 3.0)]), labels)


@pytest.mark.parametrize(
    ("labels", "reason"), [([0, 0, 0, 1, 1, 1], "on a finds no maximum"), ([1] * 6, "cases of both classes")]
)
def test_what_has_no_fit_is_refused(labels, reason):
    with pytest.raises(ValueError, match=reason):
        fit(("a",), np.arange(6.0)[:, None], np.array(labels, dtype=np.uint8))


@given(st.floats(-30, 30), st.floats(-3, 3))
def test_scores_are_the_logistic_function(feature, weight):
    model = Logistic(("a",), (weight,), 0.25)
    assert model.score(np.array([[feature]]))[0] == pytest.approx(expit(0.25 + weight * feature), abs=1e-11)


@given(st.integers(1, 10**30))
def test_logarithm(value):
    assert logarithm(Decimal(value)) == pytest.approx(math.log(value), rel=1e-15, abs=1e-15)
