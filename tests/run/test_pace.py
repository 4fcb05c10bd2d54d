"""How long what is left will take."""

import pytest

from harness.run.pace import Pace


def test_nothing_is_said_before_the_first_run_or_after_the_last():
    pace = Pace()
    assert pace.sentence(["a"]) is None
    pace.took("a", 60.0)
    assert pace.sentence([]) is None


def test_each_submission_has_a_pace_of_its_own():
    pace = Pace()
    pace.took("slow", 600.0)
    pace.took("fast", 50.0)
    pace.took("fast", 70.0)
    assert pace.left_s(["slow", "fast", "fast"]) == pytest.approx(720.0)
    assert "3 runs left, about 12 minutes" in str(pace.sentence(["slow", "fast", "fast"]))


def test_one_that_has_not_run_counts_as_the_mean_of_the_others():
    pace = Pace()
    pace.took("slow", 600.0)
    pace.took("fast", 60.0)
    assert pace.left_s(["new"]) == pytest.approx(330.0)
