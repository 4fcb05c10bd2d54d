from __future__ import annotations

import math

import numpy as np
import pytest

from harness.score.loss import CLIP, binary_cross_entropy


def test_equals_the_definition():
    expected = -(math.log(0.9) + math.log(0.8) + math.log(0.5)) / 3
    assert binary_cross_entropy([0.9, 0.2, 0.5], [1, 0, 1]) == pytest.approx(expected)


def test_a_saturated_miss_costs_a_finite_amount():
    assert binary_cross_entropy([0.0, 1.0], [1, 0]) == pytest.approx(-math.log(CLIP))
    assert -math.log(CLIP) == pytest.approx(15.94, abs=0.01)


def test_float32_in_gives_double_precision_out():
    values = np.array([0.3, 0.7], dtype=np.float32)
    assert binary_cross_entropy(values, [0, 1]) == pytest.approx(-math.log(0.7), rel=1e-6)


@pytest.mark.parametrize(
    ("probabilities", "labels", "message"),
    [
        ([], [], "one probability for each label"),
        ([0.5], [0, 1], "one probability for each label"),
        ([1.5], [1], "outside"),
        ([math.nan], [1], "outside"),
        ([0.5], [3], "neither 0 nor 1"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(probabilities, labels, message):
    with pytest.raises(ValueError, match=message):
        binary_cross_entropy(probabilities, labels)
