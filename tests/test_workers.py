"""Work on all processors: the same as right here, whatever happens in a worker."""

from __future__ import annotations

import os

import pytest

from harness import workers
from harness.workers import on_all_processors


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
