"""A request of several runs: what is said meanwhile, and that it can be stopped and gone on with between runs."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from harness.errors import InvalidInput
from harness.places import Home
from harness.record.folder import finished
from harness.run import entry
from harness.run.entry import Request, run
from harness.run.plan import Plan
from harness.runtime.host import HostRuntime
from tests.run.material import STUB, SUBMISSIONS, Remembering, StubRuntime, plan, tiny_dataset


class Showing(Remembering):
    """A display that remembers, and presses Ctrl-C in a stage of one run."""

    def __init__(self, *, stop_in: int | None = None, at: str = "train") -> None:
        super().__init__()
        self._stop_in, self._at = stop_in, at
        self.begun: list[int] = []
        self.skipped: list[int] = []

    def run_begins(self, plan: Plan) -> None:
        self.begun.append(plan.number)

    def run_ended(self, record: Mapping[str, Any], folder: Path) -> None:
        pass

    def run_skipped(self, record: Mapping[str, Any], folder: Path) -> None:
        self.skipped.append(record["number"])

    def stage(self, name: str, total: int | None) -> None:
        super().stage(name, total)
        if name == self._at and self.begun[-1] == self._stop_in:
            raise KeyboardInterrupt


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "home").mkdir()
    return Home(tmp_path / "home")


@pytest.fixture
def request_of(tmp_path, home, monkeypatch):
    """Requests carried out by the stub on a small data set."""
    dataset = tiny_dataset(tmp_path / "data")
    monkeypatch.setattr(entry, "prepare", lambda benchmark, home, say: dataset)
    monkeypatch.setattr(entry, "load_benchmark", lambda name: plan().benchmark)

    def make(display: Showing, *names: str, behaviour: str = "good", **changes: Any) -> list[entry.Result]:
        stub = StubRuntime(HostRuntime(home), (sys.executable, str(STUB), behaviour))
        monkeypatch.setattr(entry, "runtime_named", lambda name, home: stub)
        submissions = tuple(SUBMISSIONS / name for name in names or ("mlp_fp32",))
        fields = {"runs": 3, "seed": None, "runtime": "host", "profile": "smoke", "device": "cpu", **changes}
        return run(Request(submissions, "lidc-nodules", **fields), home, display)

    return make


def test_a_plan_that_was_stopped_goes_on_where_it_was(home, request_of):
    first = Showing(stop_in=2)
    with pytest.raises(KeyboardInterrupt):
        request_of(first)
    assert first.begun == [1, 2]
    assert [record["number"] for _, record in finished(home.runs)] == [1]

    second = Showing()
    results = request_of(second)
    assert (second.skipped, second.begun) == ([1], [2, 3])
    assert [result.skipped for result in results] == [True, False, False]
    assert sorted(record["number"] for _, record in finished(home.runs)) == [1, 2, 3]


def test_stopped_between_candidate_and_reference_both_go_on(home, request_of):
    with pytest.raises(KeyboardInterrupt):
        request_of(Showing(stop_in=2), "mlp_fp32", "cnn_fp32")
    done = {(record["submission"]["name"], record["number"]) for _, record in finished(home.runs)}
    assert done == {("mlp_fp32", 1), ("cnn_fp32", 1)}
    again = Showing()
    request_of(again, "mlp_fp32", "cnn_fp32")
    assert (again.skipped, again.begun) == ([1, 1], [2, 2, 3, 3])


def test_a_failure_of_the_machine_is_made_again_and_a_failure_of_the_workload_is_not(home, request_of):
    request_of(Showing(), behaviour="fail-refused", runs=1)
    again = Showing()
    request_of(again, runs=1)
    assert (again.skipped, again.begun) == ([1], [])


def test_after_the_first_run_the_time_left_is_told(request_of):
    display = Showing()
    request_of(display)
    told = [text for text in display.said if "left, about" in text]
    assert [text.split(" left")[0] for text in told] == ["2 runs", "1 run"]
    assert "the same command goes on" in told[0]


def test_the_estimate_is_told_with_the_profile(request_of):
    display = Showing()
    request_of(display, runs=1)
    assert any(text.startswith("smoke: as asked; estimated at 2 s") for text in display.said)


def test_a_failed_run_that_was_asked_for_as_smoke_is_not_made_five_times(request_of):
    display = Showing()
    request_of(display, behaviour="fail-refused", runs=None)
    assert display.begun == [1]


def test_an_open_submission_is_refused_on_the_host_before_anything_starts(request_of):
    display = Showing()
    with pytest.raises(InvalidInput, match="the host runtime has nothing to shut it in"):
        request_of(display, "shape_forest")
    assert display.begun == []
