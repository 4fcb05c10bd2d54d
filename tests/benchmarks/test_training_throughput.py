"""The benchmark runs and gives figures; what they are is no matter of a test."""

from __future__ import annotations

import json
import sys

import pytest

pytestmark = pytest.mark.torch


def test_three_ways_take_turns(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from benchmarks.training_throughput import main

    monkeypatch.setattr(sys, "argv", ["x", "--models", "mlp", "--images", "64", "--repeats", "2", "--threads", "1"])
    assert main() == 0
    figures = json.loads(capsys.readouterr().out)
    ways = figures["models"]["mlp"]
    assert list(ways) == ["workload", "bare step", "paper's loop"]
    assert ways["bare step"]["of_bare_step"] == 1.0
    assert all(len(way["turns"]) == 2 and way["images_per_second"] > 0 for way in ways.values())
