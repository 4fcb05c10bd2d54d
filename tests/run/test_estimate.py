"""How long a run will take, with what a meter adds to it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.run.estimate import Size
from harness.spec.load import load_benchmark, load_ruleset

COUNTS = {"train": 1334, "val": 389, "test": 914}
SECONDS = st.floats(1e-5, 10.0)


def official(model: str = "cnn") -> Size:
    return Size.of(load_ruleset().profile("official"), load_benchmark("lidc-nodules").hyperparameters(model), COUNTS)


def test_without_a_meter_training_is_made_once_and_nobody_idles():
    size = official()
    once = size.epochs * (size.steps * 0.01 + size.validation * 0.001) + size.test * 0.001
    assert size.seconds(0.01, 0.001, metered=False, windows=False) == pytest.approx(once)
    assert size.seconds(0.01, 0.001, metered=False, windows=True) == pytest.approx(once + 120)


def test_a_short_training_is_repeated_where_energy_is_counted():
    size = official()
    once = size.seconds(0.01, 0.001, metered=False, windows=False)
    assert once < 60
    passes = -(-60 // once)
    assert size.seconds(0.01, 0.001, metered=True, windows=False) == pytest.approx(passes * once + 10)


def test_a_long_training_is_not_repeated():
    size = official()
    once = size.seconds(1.0, 0.01, metered=False, windows=False)
    assert size.seconds(1.0, 0.01, metered=True, windows=False) == pytest.approx(once + 10)


@given(SECONDS, SECONDS)
def test_a_metered_training_takes_its_window_and_at_most_twice_that_or_its_own_time(step, image):
    size = official()
    once = size.seconds(step, image, metered=False, windows=False)
    trained = size.seconds(step, image, metered=True, windows=False) - 10
    assert max(60, once) * (1 - 1e-9) <= trained <= max(120, once) * (1 + 1e-9)


def test_an_entry_with_its_reference_of_a_small_model_fits_in_25_minutes():
    """Five runs each of a configuration and of float32, a training of up to 30 s. No constant of the rules may be
    raised so far that it does not; starting a container with torch in it is taken as 20 s, which is what a CPU takes
    (docs/measurements/meter-overhead.md, and imports)."""
    rules, size = load_ruleset(), official()
    start_s = 20.0
    for once_s in (1.0, 10.0, 20.0, 30.0):
        step_s = once_s / (size.epochs * size.steps)
        runs = [
            start_s + size.seconds(step_s, 0.0, metered=True, windows=number == 1)
            for _ in ("candidate", "reference")
            for number in range(1, rules.runs_of_entry + 1)
        ]
        assert len(runs) == 10
        assert sum(runs) <= 25 * 60
