from __future__ import annotations

from typing import Any

import pytest

from harness.board.drawn import entry_drawings, run_drawings
from tests.curves.material import invented


@pytest.fixture(scope="module")
def curves() -> dict[str, Any]:
    return invented(2)


def test_an_entry_has_its_roc_and_its_reliability(curves: dict[str, Any]):
    html = entry_drawings(curves)
    assert html.count("<svg") == 2 and "ROC curve" in html and "Reliability" in html


def test_a_run_has_its_power_and_latency_each_with_a_reason_where_it_is_missing(curves: dict[str, Any]):
    first, second = (run_drawings(curves, name) for name in sorted(curves["runs"]))
    assert first.count("<svg") == 2 and "GPU power" in first and "Latency of single images" in first
    assert second.count("<svg") == 1 and "inference windows are held in run 1 of an entry" in second.lower()


def test_what_was_not_computed_is_not_drawn(curves: dict[str, Any]):
    assert "<svg" not in run_drawings(curves, "another") and "of this run" in run_drawings(curves, "another")
    none = {"reason": "the labels are not here"}
    for html in (entry_drawings(none), run_drawings(none, "r")):
        assert "can&#x27;t be drawn: the labels are not here." in html and "<svg" not in html
