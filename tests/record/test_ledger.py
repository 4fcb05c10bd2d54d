"""The ledger's chain: grows by whole lines, and any change to a line but the last is found by the next append."""

import errno
import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import InvalidInput
from harness.record.ledger import GENESIS, Ledger


def test_each_line_holds_the_digest_of_the_line_before_it(tmp_path):
    ledger = Ledger(tmp_path / "ledger.jsonl")
    ledger.append("started", "a", plan="p")
    ledger.append("finished", "a", verdict="valid")
    lines = [line for _, line in ledger.lines()]
    assert [line["event"] for line in lines] == ["started", "finished"]
    assert lines[0]["previous"] == GENESIS
    assert lines[1]["previous"] != GENESIS


@given(st.data())
def test_a_changed_byte_is_found(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("ledger") / "ledger.jsonl"
    ledger = Ledger(path)
    for number in range(3):
        ledger.append("started", f"run {number}")
    raw = bytearray(path.read_bytes())
    protected = raw.rfind(b"\n", 0, len(raw) - 1)
    at = data.draw(st.integers(0, protected))
    raw[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(bytes(raw))
    with pytest.raises(InvalidInput, match=r"ledger\.jsonl:\d+: this line of the ledger"):
        ledger.append("started", "one more")


def test_a_line_taken_away_is_found(tmp_path):
    ledger = Ledger(tmp_path / "ledger.jsonl")
    for number in range(3):
        ledger.append("started", f"run {number}")
    lines = ledger.path.read_bytes().splitlines(keepends=True)
    ledger.path.write_bytes(lines[0] + lines[2])
    with pytest.raises(InvalidInput, match=r":2: .*digest of the line before it"):
        list(ledger.lines())


def test_no_ledger_is_an_empty_ledger(tmp_path):
    assert list(Ledger(tmp_path / "none").lines()) == []


def test_a_line_is_plain_json(tmp_path):
    ledger = Ledger(tmp_path / "ledger.jsonl")
    ledger.append("started", "a")
    assert json.loads(ledger.path.read_text())["run"] == "a"


def test_a_line_that_was_cut_off_anywhere_breaks_nothing_and_is_kept(tmp_path):
    ledger = Ledger(tmp_path / "ledger.jsonl")
    ledger.append("started", "a")
    whole = ledger.path.read_bytes()
    ledger.append("finished", "a", verdict="ünsound")
    full = ledger.path.read_bytes()
    for cut in range(len(whole) + 1, len(full)):
        ledger.path.write_bytes(full[:cut])
        assert [line["event"] for _, line in ledger.lines()] == ["started"]
        torn = ledger.torn
        ledger.append("started", "b")
        lines = [line for _, line in ledger.lines()]
        assert [(line["event"], line["run"]) for line in lines] == [("started", "a"), ("started", "b")]
        assert lines[1]["torn"] == torn == full[len(whole) : cut].decode("utf-8", "backslashreplace")
        assert not ledger.torn
        assert [path.name for path in tmp_path.iterdir()] == ["ledger.jsonl"]


def test_the_very_first_line_may_be_cut_off(tmp_path):
    ledger = Ledger(tmp_path / "ledger.jsonl")
    ledger.path.write_bytes(b'{"previ')
    ledger.append("started", "a")
    assert [(line["run"], line["torn"]) for _, line in ledger.lines()] == [("a", '{"previ')]


def test_a_cut_off_line_that_can_not_be_mended_stays(tmp_path, monkeypatch):
    ledger = Ledger(tmp_path / "ledger.jsonl")
    ledger.append("started", "a")
    with ledger.path.open("ab") as file:
        file.write(b'{"previ')
    before = ledger.path.read_bytes()

    def fsync(handle):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("os.fsync", fsync)
    with pytest.raises(OSError, match="Input/output error"):
        ledger.append("started", "b")
    assert ledger.path.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.jsonl"]


def test_a_line_that_does_not_reach_the_disk_is_taken_back(tmp_path, monkeypatch):
    ledger = Ledger(tmp_path / "ledger.jsonl")
    ledger.append("started", "a")
    before = ledger.path.read_bytes()

    def fsync(handle):
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", fsync)
        with pytest.raises(OSError, match="Input/output error"):
            ledger.append("finished", "a")
    assert ledger.path.read_bytes() == before
    ledger.append("finished", "a")
    assert [line["event"] for _, line in ledger.lines()] == ["started", "finished"]


# A limit on the size of a file stands for the disk: of a line too long for it a part is written before that fails.
FILL = """
import resource, signal, sys
from pathlib import Path
from harness.record.ledger import Ledger

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
ledger = Ledger(Path(sys.argv[1]))
ledger.append("started", "a")
before = ledger.path.read_bytes()
failed = 0
for room in range(1000):
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + room, resource.RLIM_INFINITY))
    try:
        ledger.append("finished", "a", verdict="valid")
        break
    except OSError:
        failed += 1
        assert ledger.path.read_bytes() == before
print(failed, ledger.path.stat().st_size - len(before))
"""


def test_on_a_disk_that_is_full_at_any_byte_of_a_line_nothing_is_written(tmp_path):
    command = [sys.executable, "-c", FILL, str(tmp_path / "ledger.jsonl")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    failed, length = map(int, done.stdout.split())
    assert failed == length > 100
