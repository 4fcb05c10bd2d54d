"""The time of day is set in the middle of a run, forth and back: no duration, no order and no check goes by it."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from harness.data.dataset import Dataset
from harness.places import Home
from harness.record.ledger import Ledger
from harness.run import entry
from harness.run.execute import Finished, execute
from harness.run.pace import Pace
from harness.runtime.host import HostRuntime
from harness.verify.ledger import account
from harness.verify.record import verify
from tests.publish.material import official, use_tiny_rules
from tests.run.material import STUB, Remembering, StubRuntime, tiny_dataset

DAY = timedelta(days=1)


class SetAt(Remembering):
    """A machine whose clock is set by ``step`` when a stage begins."""

    def __init__(self, stage: str, step: timedelta) -> None:
        super().__init__()
        self._stage, self._step, self._off = stage, step, timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._off

    def stage(self, name: str, total: int | None) -> None:
        super().stage(name, total)
        if name == self._stage:
            self._off = self._step


def run(home: Home, dataset: Dataset, machine: SetAt, number: int = 1) -> Finished:
    runtime = StubRuntime(HostRuntime(home), (sys.executable, str(STUB), "good"))
    made = official(number)
    return execute(made, dataset, runtime, home, machine, machine.say, image_id=None, gpu_uuid=None, now=machine.now)


@pytest.mark.parametrize("step", [DAY, -DAY], ids=["forth", "back"])
@pytest.mark.parametrize("stage", ["train", "finish"])
def test_a_clock_that_is_set_in_mid_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str, step: timedelta):
    use_tiny_rules(monkeypatch)
    (tmp_path / "home").mkdir()
    home, dataset = Home(tmp_path / "home"), tiny_dataset(tmp_path / "data")
    before, began = datetime.now(UTC), time.monotonic()
    done = run(home, dataset, SetAt(stage, step))
    took, record = time.monotonic() - began, done.record
    started, finished = (datetime.fromisoformat(record[name]) for name in ("started", "finished"))
    assert before - timedelta(seconds=1) < started
    assert timedelta() <= finished - started <= timedelta(seconds=took + 1)
    assert record["outcome"]["verdict"] == "valid"
    quantities = record["quantities"]
    assert 0 < quantities["training_time"]["value"] < quantities["time_to_predictions"]["value"] < took
    assert all(0 <= epoch["seconds"] < took for epoch in record["epochs"])
    assert verify(done.folder.root, dataset).differences == ()

    again = run(home, dataset, SetAt("none", timedelta()), number=2)
    assert again.record["run"] != record["run"]
    assert verify(again.folder.root, dataset).differences == ()
    assert account(home).differences == ()
    told = [datetime.fromisoformat(line["at"]) for _, line in Ledger(home.ledger).lines()]
    # The ledger says what the clock said, and its order is that of its lines.
    assert (told != sorted(told)) == (step != timedelta())


def test_the_time_that_is_left_is_never_negative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "home").mkdir()
    home, dataset = Home(tmp_path / "home"), tiny_dataset(tmp_path / "data")
    pace = Pace()
    pace.took("mlp_fp32", entry.wall_seconds(run(home, dataset, SetAt("train", -DAY)).record))
    left = pace.left_s(["mlp_fp32"])
    assert left is not None
    assert 0 <= left < 60


def test_runs_that_begin_at_the_same_moment_have_different_names() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    made = official(1)
    names = {made.new_run_id(moment) for _ in range(50)}
    assert len(names) == 50
