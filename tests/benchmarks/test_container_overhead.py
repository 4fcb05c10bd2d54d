"""The benchmark runs and gives figures; what they are is no matter of a test."""

from __future__ import annotations

import json
import sys

import pytest

pytestmark = pytest.mark.engine


def test_both_ways_and_the_events_are_timed(
    engine: object, local_base: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from benchmarks.container_overhead import main

    monkeypatch.setattr(sys, "argv", ["x", "--repeats", "1", "--events", "20"])
    assert main() == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["harness_s"]["median"] > 0
    assert figures["bare_docker_run_s"]["median"] > 0
    assert figures["event_latency_ms"]["events"] == 20
    assert 0 < figures["event_latency_ms"]["median"] <= figures["event_latency_ms"]["p99"]
