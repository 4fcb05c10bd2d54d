"""`harness leaderboard serve` as a process of its own, ended by real signals."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.places import Home
from tests.serve.material import page_in
from tests.standings.records import record, write
from tests.waiting import wait_for

COMMAND = (sys.executable, "-c", "from harness.cli.main import main; main()", "leaderboard", "serve")


@contextmanager
def serving(home: Path, *options: object) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and its address, once it has said it."""
    process = subprocess.Popen(
        [*COMMAND, "--port", "0", *map(str, options)],
        env={**os.environ, "LEANMED_HOME": str(home)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        said = ""
        while "Ctrl-C" not in said:
            line = process.stderr.readline()
            assert line, said
            said += line
        found = re.search(r"leaderboard: (http://127\.0\.0\.1:\d+/)\n", said)
        assert found
        yield process, found[1]
    finally:
        process.kill()
        process.communicate()


def fetched(address: str) -> str:
    with urllib.request.urlopen(address, timeout=30) as answer:
        return str(answer.read().decode())


@pytest.mark.parametrize(("number", "options"), [(signal.SIGINT, ()), (signal.SIGTERM, ("--no-build",))])
def test_an_interrupt_ends_it_cleanly(tmp_path, number, options):
    write(tmp_path / "home" / "runs", record())
    if options:
        page_in(Home(tmp_path / "home"), "DenseNet-121, 8-bit AdamW, as it was")
    with serving(tmp_path / "home", *options) as (process, address):
        assert "DenseNet-121, 8-bit AdamW" in fetched(address)
        assert ("as it was" in fetched(address)) == bool(options)
        assert "No harness is running" in fetched(address + "live.html")
        assert os.getpriority(os.PRIO_PROCESS, process.pid) == 19
        process.send_signal(number)
        _, err = process.communicate(timeout=30)
        assert (process.returncode, err) == (130, "\ninterrupted\n")
    with pytest.raises(OSError, match="refused"):
        fetched(address)


def test_a_record_that_appears_is_on_the_pages(tmp_path):
    records = tmp_path / "records"
    records.mkdir()
    with serving(tmp_path / "home", "--records", records) as (_, address):
        assert "MLP" not in fetched(address + "standings.json")
        write(records, record("mlp_fp32", model="mlp"))
        wait_for(lambda: json.loads(fetched(address + "live.json"))["site"]["builds"] == 2)
        assert "mlp_fp32" in fetched(address + "standings.json")


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--no-build"], 2, "there is no page at"),
        (["--records", "none"], 2, "none is not a folder"),
        (["--port", "65536"], 2, "65536 is not in the range"),
    ],
)
def test_what_the_user_got_wrong_is_named(tmp_path, options, code, message):
    done = subprocess.run(
        [*COMMAND, *options],
        env={**os.environ, "LEANMED_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code
    assert message in done.stderr


def test_a_port_in_use_is_a_lack_of_the_machine(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = subprocess.run(
            [*COMMAND, "--port", str(taken.getsockname()[1])],
            env={**os.environ, "LEANMED_HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 3
    assert "name another port with --port" in done.stderr
    assert "Traceback" not in done.stderr
