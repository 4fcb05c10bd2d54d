"""The report of a GPU's meter, over the fake driver library; and without a GPU."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.meter.fake_nvml import build, environment

TOP = Path(__file__).parents[2]
CHECK = [sys.executable, "-m", "benchmarks.gpu_check", "--no-load", "--windows", "3", "--seconds", "0.5"]


@pytest.mark.slow
def test_the_report_holds_what_the_driver_was_told_to_say(tmp_path: Path):
    library = build(tmp_path)
    report = tmp_path / "report.md"
    done = subprocess.run(
        [*CHECK, "--out", str(report)],
        cwd=TOP,
        env=environment(library, power="0:120", period_ms=20),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    text = report.read_text()
    assert text == done.stdout
    assert "# The meter on Fake GPU" in text
    assert "NVML energy counter, whole GPU; moves every 2" in text
    (row,) = [line for line in text.splitlines() if line.startswith("| at rest")]
    cells = [cell.strip() for cell in row.split("|")[1:-1]]
    assert cells[1] == "3"
    assert float(cells[3]) == pytest.approx(120, rel=0.06)  # a counter that moves every 20 ms, in half a second
    assert cells[6] == "100.0%"


def test_without_a_gpu_it_says_so():
    done = subprocess.run(CHECK, cwd=TOP, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "there is no GPU to check" in done.stderr
