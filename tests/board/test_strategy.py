from __future__ import annotations

from pathlib import Path
from typing import Any

from harness.board.strategy import strategy
from harness.standings.build import build
from harness.standings.collect import collect
from tests.board.reading import Reading
from tests.standings.records import BENCHMARK, changed, failed, record, write


def words(folder: Path, *documents: dict[str, Any]) -> str:
    (entry,) = build(collect([write(folder / "runs", *documents)]), [BENCHMARK]).in_full()
    return Reading(strategy(entry)).words


def test_every_group_is_shown_by_type_with_its_bytes(tmp_path: Path):
    said = words(tmp_path, record())
    assert "Optimiser statefloat32212 KiBuint813.3 MiB" in said
    assert "of which moments of large tensorsuint813.3 MiB" in said
    assert "Saved activations, one stepfloat32332 MiB" in said
    assert "Number of parameters6 954 881" in said and "OptimiserAdamW8bit" in said
    assert "Float32 products are made infloat32" in said and "Elements from which a tensor is large4 096" in said


def test_runs_that_saw_the_same_share_a_table(tmp_path: Path):
    other = changed(record(number=4), "observed.optimizer", "SGD")
    said = words(tmp_path, *(record(number=number) for number in (1, 2, 3)), other)
    assert "in runs 1 to 3" in said and "in run 4" in said and said.count("Gradients") == 2


def test_facts_of_any_kind_are_said_by_the_record_s_name_where_it_is_not_known(tmp_path: Path):
    observed = {"blocks": 3, "share": 0.25, "fused": True, "kind": "fast", "loss_scale": 65536.0}
    said = words(tmp_path, changed(record(), "observed", observed))
    for text in ("blocks3", "share0.250", "fusedyes", "kindfast", "Loss scale65 536"):
        assert text in said


def test_a_run_that_came_to_nothing_is_said_to_have_been_seen_by_nobody(tmp_path: Path):
    assert "No run came so far that this could be seen." in words(tmp_path, failed())
