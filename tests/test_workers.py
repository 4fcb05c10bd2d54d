"""Work on all processors: the same as right here, whatever happens in a worker."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from harness import workers
from harness.workers import in_forks, on_all_processors


def square(number: int) -> tuple[int, int]:
    if number < 0:
        raise ValueError(f"{number} is negative")
    return number * number, os.getpid()


def test_many_are_done_in_other_processes_and_come_back_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "usable", lambda: 2)
    found = list(on_all_processors(square, range(20), chunk=3, fewest=20))
    assert [each for each, _ in found] == [number * number for number in range(20)]
    assert os.getpid() not in {process for _, process in found}


@pytest.mark.parametrize(("processors", "fewest"), [(2, 21), (1, 20)])
def test_few_things_or_one_processor_start_no_process(
    monkeypatch: pytest.MonkeyPatch, processors: int, fewest: int
) -> None:
    monkeypatch.setattr(workers, "usable", lambda: processors)
    assert {process for _, process in on_all_processors(square, range(20), chunk=3, fewest=fewest)} == {os.getpid()}


@pytest.mark.parametrize("fewest", [3, 4])
def test_what_goes_wrong_there_is_raised_here(monkeypatch: pytest.MonkeyPatch, fewest: int) -> None:
    monkeypatch.setattr(workers, "usable", lambda: 2)
    with pytest.raises(ValueError, match="-1 is negative"):
        list(on_all_processors(square, [1, -1, 2], chunk=1, fewest=fewest))


def test_things_that_are_still_being_found_are_done_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "usable", lambda: 2)
    for fewest in (5, 50):
        found = on_all_processors(square, (number for number in range(20)), chunk=3, fewest=fewest)
        assert [each for each, _ in found] == [number * number for number in range(20)]


IN_FORKS = """
import os, threading
from harness import workers
workers.usable = lambda: 2
kept = [str(number) for number in range(40)]
def do(number):
    if number == bad:
        raise ValueError(f"{number} is bad")
    return kept[number], os.getpid()
bad = None
found = workers.in_forks(do, 40)
assert [text for text, _ in found] == kept
assert os.getpid() not in {process for _, process in found}
bad = 7
try:
    workers.in_forks(do, 40)
except ValueError as error:
    assert str(error) == "7 is bad"
else:
    raise AssertionError
bad = None
ended = threading.Event()
threading.Thread(target=ended.wait).start()
assert {process for _, process in workers.in_forks(do, 40)} == {os.getpid()}
ended.set()
print("done")
"""


def test_forks_hold_what_the_process_holds_and_a_process_with_threads_makes_none() -> None:
    # In a process of its own: that of the tests may have threads.
    done = subprocess.run([sys.executable, "-c", IN_FORKS], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("done\n", "")


def test_right_here_it_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "usable", lambda: 1)
    assert in_forks(lambda number: number + 1, 3) == [1, 2, 3]
