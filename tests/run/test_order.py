"""Which event may come when, and at what rate."""

import pytest

from harness.protocol import Event
from harness.run.order import Order


def event(name, seq, clock):
    return Event(name, seq, clock, {})


@pytest.mark.parametrize(
    ("second", "gaps", "problem"),
    [
        (("ready", 1, 5.0), False, None),
        (("ready", 2, 5.0), False, "`ready` has seq 2, 1 was due"),
        (("ready", 2, 5.0), True, None),
        (("ready", 0, 5.0), True, "`ready` has seq 0, 1 was due"),
        (("ready", 1, 4.5), False, "0.5 s behind that of the event before it: time runs backwards"),
    ],
)
def test_numbers_and_clocks_go_up(second, gaps, problem):
    order = Order(gaps=gaps)
    assert order.problem(event("hello", 0, 5.0), 1.0) is None
    found = order.problem(event(*second), 2.0)
    assert found is None if problem is None else problem in str(found)


@pytest.mark.parametrize(("name", "at", "early"), [("ready", 2.9, True), ("ready", 3.0, False), ("failed", 2.9, False)])
def test_an_answer_comes_after_its_command(name, at, early):
    order = Order()
    order.sent("plan", 3.0)
    assert (order.problem(event(name, 0, 0.0), at) is not None) == early


def test_progress_twice_a_second_goes_on_for_ever():
    order = Order()
    assert [order.problem(event("progress", n, n / 2), n / 2) for n in range(10_000)] == [None] * 10_000


def test_progress_that_was_held_up_may_come_in_a_bundle():
    order = Order()
    assert order.problem(event("hello", 0, 0.0), 100.0) is None
    problems = [order.problem(event("progress", n, n / 2), 100.5) for n in range(1, 30)]
    assert problems[:21] == [None] * 21
    assert problems[21] == "22 `progress` events came in 0.5 s; 2 a second are allowed"
