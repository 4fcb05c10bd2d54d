from __future__ import annotations

import os
from pathlib import Path

from harness.meter.machine import Machine


def test_the_kernel_s_figures_are_read(tmp_path: Path):
    (tmp_path / "stat").write_text("cpu  100 20 30 4000 50 6 7 80 90 10\ncpu0 1 2 3 4 5 6 7 8 9 10\n")
    (tmp_path / "vmstat").write_text("nr_free_pages 5\npswpin 11\npswpout 22\n")
    found = Machine.read(tmp_path / "stat", tmp_path / "vmstat")
    ticks = os.sysconf("SC_CLK_TCK")
    assert found == Machine(busy_s=163 / ticks, stolen_s=80 / ticks, swapped_pages=33)


def test_a_kernel_without_swap(tmp_path: Path):
    (tmp_path / "stat").write_text("cpu  1 2 3 4 5 6 7 8 9 10\n")
    (tmp_path / "vmstat").write_text("nr_free_pages 5\n")
    assert Machine.read(tmp_path / "stat", tmp_path / "vmstat").swapped_pages == 0


def test_time_goes_on():
    before = Machine.read()
    sum(range(3_000_000))
    after = Machine.read()
    assert after.busy_s >= before.busy_s
