"""A journal on a disk that is full: the line that did not fit leaves nothing behind, and none comes after it."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
from pathlib import Path

# A limit on the size of a file stands for the disk: writing beyond it fails half-way through a line, as there.
WRITE = """
import resource, signal, sys
from pathlib import Path
from harness.run.journal import Journal

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
with Journal(Path(sys.argv[1]), origin=0.0, max_log_bytes=100) as journal:
    written = 0
    try:
        for number in range(100):
            journal.note(float(number), "x" * 70)
            written += 1
    except OSError as error:
        print(written, error.errno)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    try:
        journal.note(100.0, "there is room again")
    except OSError as error:
        print(error.errno)
"""


def test_a_line_that_does_not_fit_is_taken_back_and_none_follows_it(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", WRITE, str(tmp_path)], capture_output=True, text=True, check=True)
    written, first, second = map(int, done.stdout.split())
    assert 5 < written < 20
    # A journal that went on would hide that a line is missing.
    assert (first, second) == (errno.EFBIG, errno.EFBIG)
    lines = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert [line["at"] for line in lines] == list(map(float, range(written)))
