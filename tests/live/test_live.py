from __future__ import annotations

import json
import os
from typing import Any

import pytest

from harness.live.live import FINISHED, Watch, live, sealed
from harness.places import Home
from harness.record.folder import PLAN
from harness.run.lock import held
from harness.spec.schema import validator
from tests.live.material import METERED, going, interrupted_run
from tests.run.command import Command, StopAt, ended, running
from tests.run.material import tiny_dataset
from tests.standings.records import record, write
from tests.waiting import wait_for


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(tmp_path / "home")


def look(home: Home, now: float | None = None) -> dict[str, Any]:
    """What `live` says, held against its schema."""
    said = live(home, now=2e9 if now is None else now)
    assert list(validator("live").iter_errors(said)) == []
    return said


def test_a_home_where_nothing_was_ever_run(home):
    assert look(home) == {"schema": "leanmed/live/v1", "harness": None, "runs": [], "finished": [], "site": None}


def test_a_real_harness_is_seen_at_work_and_no_more_when_it_was_killed(tmp_path, home):
    told = tmp_path / "told"
    command = Command(home.root, tiny_dataset(tmp_path / "data"), tmp_path / "output", arm=StopAt("predict", told))
    process = command.start()
    try:
        wait_for(told.exists)
        said = look(home)
        assert said["harness"].startswith(f"process {process.pid} of ")
        (run,) = said["runs"]
        assert (run["submission"], run["benchmark"], run["number"]) == ("mlp_fp32", "lidc-nodules", 1)
        assert (run["runtime"], run["device"], run["profile"]) == ("host", "cpu", "smoke")
        assert [epoch["n"] for epoch in run["epochs"]] == [1]
        assert 0 < run["epochs"][0]["auc"] < 1
        assert run["power"]["gpu"]["value"] is None
        assert "no GPU" in run["power"]["gpu"]["reason"]
        assert run["problem"] is None
    finally:
        process.kill()
    assert ended(process) == -9
    said = look(home)
    assert (said["harness"], said["runs"]) == (None, [])
    # What it left running is ended by the next harness, as for every killed one.
    assert command.with_changes(arm=None).run() == 0
    assert not running(home.root)
    assert [run["verdict"] for run in look(home)["finished"]] == ["valid"]


def test_a_journal_that_grows_is_read_as_it_grows(home):
    watch = Watch(home)
    with going(home) as run:

        def now() -> dict[str, Any]:
            found: dict[str, Any] = watch.look(2e9)["runs"][0]
            return found

        assert now()["state"] == "look"
        run.journal.sources(0.1, METERED)
        assert (now()["state"], now()["epochs_planned"]) == ("start", None)
        run.planned(0.5, epochs=3)
        assert (now()["doing"], now()["epochs_planned"]) == ("preparing (model, warm-up)", 3)
        run.journal.command(2.0, "go", {})
        for n in (1, 2, 3):
            run.epoch(n, 2.0 + n, auc=0.6 + n / 100)
            assert [epoch["auc"] for epoch in now()["epochs"]] == pytest.approx(
                [0.6 + k / 100 for k in range(1, n + 1)]
            )
        assert now() == look(home)["runs"][0]


def test_a_half_written_last_line_is_no_error(home):
    watch = Watch(home)
    with going(home) as run:
        run.planned(0.5)
        with run.events.open("ab") as file:
            file.write(b'{"at":2.0,"from":"harness","com')
            file.flush()
            half = watch.look(2e9)["runs"][0]
            assert (half["state"], half["problem"]) == ("prepare", None)
            file.write(b'mand":"go"}\n')
        whole = watch.look(2e9)["runs"][0]
        assert (whole["state"], whole["problem"]) == ("train", None)


def test_time_goes_on_between_two_lines(home):
    with going(home) as run:
        run.planned(7.5)
        written = run.events.stat().st_mtime
        (said,) = look(home, written + 12.0)["runs"]
        assert (said["elapsed_s"], said["quiet_s"]) == (19.5, 12.0)
        (said,) = look(home, written - 100.0)["runs"]
        assert (said["elapsed_s"], said["quiet_s"]) == (7.5, 0.0)


def test_a_run_that_was_interrupted_is_not_going_on_under_the_next_harness(home):
    interrupted_run(home)
    assert look(home)["runs"] == []
    with held(home.lock):
        said = look(home)
        assert said["harness"] is not None
        assert said["runs"] == []


def test_the_run_that_goes_on_is_told_from_the_one_that_was_interrupted(home):
    before = interrupted_run(home)
    with going(home) as run:
        run.planned(1.0)
        assert [each["run"] for each in look(home)["runs"]] == [run.folder.root.name]
        assert run.folder.root.name != before


def test_a_run_with_its_record_is_finished(home):
    with going(home) as run:
        run.planned(1.0)
        run.finish()
        said = look(home)
        assert said["runs"] == []
        (finished,) = said["finished"]
        assert finished == {
            **{"run": run.folder.root.name, "submission": "mlp_fp32", "benchmark": "lidc-nodules"},
            **{"number": 1, "verdict": "valid"},
        }


def test_the_runs_that_finished_last_are_named_newest_first(home):
    for number in range(1, FINISHED + 3):
        folder = write(home.runs, {**record(number=number), "run": f"run-{number}"})
        made = next(
            path for path in folder.iterdir() if json.loads((path / "record.json").read_text())["number"] == number
        )
        os.utime(made, (number, number))
    assert [run["number"] for run in look(home)["finished"]] == list(range(FINISHED + 2, 2, -1))


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b"[" * 100_000, b'{"submission": {"name": 3}}'])
def test_a_plan_that_can_t_be_read_hides_no_run(home, content):
    with going(home) as run:
        (run.folder.root / PLAN).write_bytes(content)
        (said,) = look(home)["runs"]
        assert (said["submission"], said["number"]) == (None, None)


def test_a_record_that_can_t_be_read_is_the_leaderboard_s_to_show(home):
    (home.runs / "r").mkdir(parents=True)
    (home.runs / "r" / "record.json").write_text("{}")
    assert look(home)["finished"] == []


def test_text_of_a_journal_is_cleaned(home):
    with going(home) as run:
        run.journal.command(1.0, "infer", {"mode": "\u202e<b>\x1b[2J"})
        (said,) = look(home)["runs"]
        assert said["doing"] == "infer \ufffd<b>\ufffd[2J"


def test_sealed_gives_the_records_that_are_there(home):
    assert list(sealed((home.runs,))) == []
    with going(home) as run:
        assert list(sealed((home.runs,))) == []
        run.finish()
        stamp = (run.folder.root / "record.json").stat().st_mtime_ns
        assert list(sealed((home.runs, home.root / "none"))) == [(str(run.folder.root), stamp)]
