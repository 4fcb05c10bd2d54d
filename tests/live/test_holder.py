from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from harness.live.holder import holder_of
from harness.run.lock import held
from tests.waiting import wait_for

HOLD = """
import sys, time
from pathlib import Path
from harness.run.lock import held
with held(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


def test_who_holds_the_lock_is_named_and_only_while_it_is_held(tmp_path):
    lock = tmp_path / "run.lock"
    assert holder_of(lock) is None
    with held(lock):
        holder = holder_of(lock)
        assert holder is not None
        assert holder.text.startswith("process ")
        assert holder.since_ns == lock.stat().st_mtime_ns
    assert holder_of(lock) is None


def test_a_harness_that_was_killed_holds_nothing_though_the_file_names_it(tmp_path):
    lock = tmp_path / "run.lock"
    process = subprocess.Popen([sys.executable, "-c", HOLD, lock], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        found = holder_of(lock)
        assert found is not None
        assert found.text.startswith(f"process {process.pid} of ")
    finally:
        process.kill()
        process.communicate()
    wait_for(lambda: holder_of(lock) is None)
    assert lock.read_text().startswith(f"process {process.pid} of ")


def test_looking_never_takes_the_lock(tmp_path):
    """With a look at any moment, a harness gets the lock."""
    lock = tmp_path / "run.lock"
    before = Path("/proc/self/fdinfo")
    with held(lock):
        holder_of(lock)
    with held(lock):
        pass
    assert not any("FLOCK" in each.read_text() for each in before.iterdir() if each.exists())


@pytest.mark.parametrize("text", ["", "process x of root", "process 99999999999999 of root", "\x00\xff" * 300])
def test_any_text_may_stand_in_the_file(tmp_path, text):
    lock = tmp_path / "run.lock"
    lock.write_text(text, encoding="utf-8")
    assert holder_of(lock) is None


def test_another_lock_of_the_same_process_is_not_taken_for_it(tmp_path):
    with held(tmp_path / "other"):
        (tmp_path / "run.lock").write_text((tmp_path / "other").read_text())
        assert holder_of(tmp_path / "run.lock") is None


def test_a_machine_without_a_list_of_locks(tmp_path):
    with held(tmp_path / "run.lock"):
        assert holder_of(tmp_path / "run.lock", locks=tmp_path / "none") is None
