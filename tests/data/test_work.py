"""Many files to images: order, broken files, crashing decoders, going on after a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from harness.data.broken import Problem
from harness.data.work import Item, work
from tests.data import makers
from tests.waiting import wait_for


def items_of(folder: Path, *texts: str) -> list[Item]:
    folder.mkdir(exist_ok=True)
    items = []
    for number, text in enumerate(texts):
        path = folder / f"{number}.txt"
        path.write_text(text)
        items.append(Item(path.name, path, number))
    return items


def made(folder: Path) -> list[str]:
    """Names of the files of which an image was made, in time's order, with repetitions."""
    log = folder / "made"
    return log.read_text().split() if log.exists() else []


def quiet(done: int, total: int) -> None:
    pass


def test_images_come_in_the_order_of_the_items_whatever_takes_longest(tmp_path):
    items = items_of(tmp_path / "source", "slow", "ab", "abc", "slow", "a")
    told: list[tuple[int, int]] = []
    worked = work(items, makers.size, tmp_path / "work", lambda *pair: told.append(pair), workers=2)
    assert [done.item.where for done in worked.done] == [item.where for item in items]
    assert [done.image().tolist() for done in worked.done] == [[4, 0], [2, 1], [3, 2], [4, 3], [1, 4]]
    assert told == [(0, 5), (1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]
    assert len({done.facts["process"] for done in worked.done}) == 2


def test_a_broken_file_is_listed_and_the_others_go_on(tmp_path):
    items = items_of(tmp_path / "source", "ab", "broken", "a long text", "abc")
    worked = work(items, makers.size, tmp_path / "work", quiet, workers=2)
    assert [done.item.where for done in worked.done] == ["0.txt", "2.txt", "3.txt"]
    assert worked.problems == (
        Problem("1.txt", "it says so itself", skipped=True),
        Problem("2.txt", "it is long", skipped=False),
    )


def test_a_file_that_is_gone_is_listed(tmp_path):
    items = items_of(tmp_path / "source", "ab", "abc")
    items[0].path.unlink()
    worked = work(items, makers.size, tmp_path / "work", quiet, workers=1)
    assert worked.problems == (Problem("0.txt", "it can't be read: No such file or directory", skipped=True),)


def test_a_decoder_that_crashes_costs_one_file(tmp_path):
    items = items_of(tmp_path / "source", "ab", "crash", "abc", "crash", "a", "abcd")
    worked = work(items, makers.size, tmp_path / "work", quiet, workers=2)
    assert [done.item.where for done in worked.done] == ["0.txt", "2.txt", "4.txt", "5.txt"]
    assert [problem.where for problem in worked.problems] == ["1.txt", "3.txt"]
    assert all("crashes the decoder" in problem.reason for problem in worked.problems)


def test_what_is_made_is_not_made_again_and_broken_files_are_not_read_again(tmp_path):
    source = tmp_path / "source"
    items = items_of(source, "ab", "broken", "crash", "abc")
    first = work(items, makers.size, tmp_path / "work", quiet, workers=2)
    before = made(source)
    assert sorted(before) == ["0.txt", "3.txt"]
    again = work(items, makers.size, tmp_path / "work", quiet, workers=2)
    assert made(source) == before
    assert [done.image().tolist() for done in again.done] == [done.image().tolist() for done in first.done]
    assert again.problems == first.problems


def test_a_file_that_was_mended_is_made_anew(tmp_path):
    items = items_of(tmp_path / "source", "ab", "broken")
    work(items, makers.size, tmp_path / "work", quiet, workers=1)
    items[1].path.write_text("whole")
    worked = work(items, makers.size, tmp_path / "work", quiet, workers=1)
    assert worked.problems == ()
    assert worked.done[1].image().tolist() == [5, 1]


def test_no_name_in_the_work_folder_tells_a_file_s_name(tmp_path):
    items = items_of(tmp_path / "source", "ab")
    patient = Item("Doe^Jane/1.dcm", items[0].path)
    work([patient], makers.size, tmp_path / "work", quiet, workers=1)
    names = [path.name for path in (tmp_path / "work").rglob("*")]
    text = "".join(path.read_text() for path in (tmp_path / "work").rglob("*.json"))
    assert not any("Doe" in name or "dcm" in name for name in names)
    assert "Doe" not in text


SCRIPT = """
import sys
from pathlib import Path
from harness.data.work import Item, work
from tests.data import makers
if __name__ == "__main__":
    source, folder = Path(sys.argv[1]), Path(sys.argv[2])
    items = [Item(path.name, path, 0) for path in sorted(source.glob("*.txt"))]
    work(items, makers.size, folder, lambda *pair: None, workers=2)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_after_a_kill_at_any_moment_the_rest_is_made_and_nobody_lives_on(tmp_path, number):
    source = tmp_path / "source"
    items = items_of(source, *["slow"] * 8)
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    root = Path(__file__).parent.parent.parent
    process = subprocess.Popen(
        [sys.executable, str(script), str(source), str(tmp_path / "work")],
        env={**os.environ, "PYTHONPATH": str(root)},
        stderr=subprocess.DEVNULL,
        # Ctrl-C reaches the whole group of a terminal.
        start_new_session=True,
    )
    wait_for(lambda: len(made(source)) >= 2)
    if number == signal.SIGINT:
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)
    assert process.wait(20) != 0
    wait_for(lambda: not alive_in(process.pid))
    # A file may have been in hand, so that it is made twice; what was kept is not.
    kept = len(list((tmp_path / "work").rglob("*.json")))
    assert 1 <= kept < 8
    before = len(made(source))
    worked = work(items_of_same(items), makers.size, tmp_path / "work", quiet, workers=2)
    assert len(worked.done) == 8
    assert len(made(source)) - before == 8 - kept


def items_of_same(items: list[Item]) -> list[Item]:
    return [Item(item.where, item.path, 0) for item in items]


def alive_in(session: int) -> list[str]:
    """Processes of a session that live."""
    found = subprocess.run(["ps", "-s", str(session), "-o", "pid=,stat="], capture_output=True, text=True, check=False)
    return [line for line in found.stdout.splitlines() if "Z" not in line]
