"""The harness ended by kill -9, at every state of a run and before everything that it does to a file: nothing goes on
running, nothing is half there, the ledger knows, and the same command makes the run."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from harness.places import Home
from harness.standings.collect import collect
from harness.verify.ledger import account
from tests.run.command import Command, StopAt, assert_in_order, assert_no_half_record, ended, running
from tests.run.material import tiny_dataset
from tests.waiting import wait_for

STATES = ("start", "prepare", "idle", "train", "predict", "repeat", "fit", "infer offline", "infer single", "finish")


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return tiny_dataset(tmp_path_factory.mktemp("data"))


@pytest.fixture
def command(tmp_path, dataset):
    return Command(tmp_path / "home", dataset, tmp_path / "output")


def kill_at(command: Command, state: str, told: Path) -> None:
    process = command.with_changes(arm=StopAt(state, told)).start()
    wait_for(lambda: told.exists() or not process.is_alive())
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    assert ended(process) == -signal.SIGKILL


def wait_until_nothing_runs(command: Command) -> None:
    wait_for(lambda: not running(command.home))


@pytest.mark.parametrize("state", STATES)
def test_killed_in_a_state(command, tmp_path, state):
    command = command.with_changes(metered=True, smoke=(("idle_s", 0.1), ("training_s", 0.05)))
    kill_at(command, state, tmp_path / "told")
    wait_until_nothing_runs(command)
    found = account(Home(command.home))
    assert (found.started, found.finished, found.differences) == (1, 0, ())
    (shown,) = collect((command.home / "runs",)).interrupted
    assert (shown.submission, shown.number) == ("mlp_fp32", 1)
    assert list(command.home.glob("runs/*/record.json*")) == []

    assert command.run() == 0, command.said
    assert "removed links to data and half-written files of run mlp_fp32-lidc-nodules-r1-" in command.said
    assert_in_order(command.home, interrupted=1)


def test_a_workload_that_does_not_notice_is_ended_by_the_next_harness(command, tmp_path):
    kill_at(command.with_changes(workload=("sleep", "600")), "start", tmp_path / "told")
    assert running(command.home)
    assert command.run() == 0, command.said
    assert "ended 1 leftover process(es) of run mlp_fp32-" in command.said
    assert "removed 1 leftover temporary folder(s)" in command.said
    assert_in_order(command.home, interrupted=1)


_DEEDS = {"os.mkdir", "os.rename", "os.link", "os.remove", "os.rmdir", "os.truncate", "os.chmod", "subprocess.Popen"}


@dataclass(frozen=True)
class DieBefore:
    """Kill -9 just before the harness does something to a file or starts something for the time ``number``, and just
    after each time that it forces something to disk. What it did is listed in ``deeds``."""

    number: int | None
    deeds: Path

    def __call__(self) -> None:
        log, done = os.open(self.deeds, os.O_WRONLY | os.O_CREAT | os.O_APPEND), [0]

        def count(what: str) -> None:
            done[0] += 1
            os.write(log, f"{what}\n".encode())
            if done[0] == self.number:
                os.kill(os.getpid(), signal.SIGKILL)

        def hook(event: str, args: tuple[Any, ...]) -> None:
            if event in _DEEDS:
                count(f"{event} {args[0]}")
            elif event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR):
                count(f"open {args[0]}")

        usual = os.fsync

        def fsync(fd: Any) -> None:
            usual(fd)
            count(f"after fsync {Path(f'/proc/self/fd/{fd}').readlink()}")

        os.fsync = fsync
        sys.addaudithook(hook)


def deeds_of(command: Command, path: Path) -> list[str]:
    assert command.with_changes(arm=DieBefore(None, path)).run() == 0, command.said
    return path.read_text().splitlines()


def test_killed_before_everything_that_it_does_to_a_file(tmp_path, dataset):
    deeds = deeds_of(Command(tmp_path / "home", dataset, tmp_path / "output"), tmp_path / "deeds")
    for what in ("plan.json.part", "ledger.jsonl", "events.jsonl", "test_images.npy", "Popen", "record.json.part"):
        assert any(what in deed for deed in deeds), deeds
    kinds = [deed.split()[0] for deed in deeds]
    for number, deed in enumerate(deeds, start=1):
        if number > 1 and kinds[number - 2] == kinds[number - 1] in ("os.link", "os.remove"):
            continue  # the second of several links
        command = Command(tmp_path / str(number), dataset, tmp_path / "output")
        killed = command.with_changes(arm=DieBefore(number, tmp_path / f"deeds-{number}"))
        assert killed.run() == -signal.SIGKILL, f"{deed}: {command.said}"
        wait_until_nothing_runs(command)
        assert_no_half_record(command.home)
        before = account(Home(command.home))
        whole = list(command.home.glob("runs/*/record.json"))
        assert before.finished <= len(whole) <= before.started <= 1, deed
        # A record of which the ledger does not know yet is pointed out, and nothing else.
        assert len(before.differences) == len(whole) - before.finished, (deed, before)

        assert command.run() == 0, f"{deed}: {command.said}"
        # A run that was whole is not made again.
        assert ("removed run" in command.said) == any("had not begun" in note for note in before.notes), deed
        assert_in_order(command.home, interrupted=before.started - len(whole))
        assert bool(whole) == ("finished before" in command.said or "done before" in command.said), command.said
