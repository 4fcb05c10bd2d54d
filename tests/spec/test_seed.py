from __future__ import annotations

import copy
import hashlib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.spec.load import load_benchmark, load_ruleset
from harness.spec.model import Benchmark
from harness.spec.seed import derived_seed, seed_of_run

rounds = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1)
ids = st.from_regex(r"[a-z0-9][a-z0-9-]{1,63}", fullmatch=True)
digests = st.binary(min_size=32, max_size=32).map(lambda raw: "sha256:" + raw.hex())


def test_by_hand():
    first = hashlib.sha256(b"2026-1\nlidc-nodules\nsha256:00\n1").hexdigest()[:8]
    assert derived_seed("2026-1", "lidc-nodules", "sha256:00", 1) == int(first, 16) % 2**31


@given(rounds, ids, digests, st.integers(1, 1000))
def test_the_same_every_time_and_in_range(round_name: str, benchmark: str, digest: str, number: int):
    seed = derived_seed(round_name, benchmark, digest, number)
    assert seed == derived_seed(round_name, benchmark, digest, number)
    assert 0 <= seed < 2**31


@given(rounds, ids, digests)
def test_the_runs_of_an_entry_differ(round_name: str, benchmark: str, digest: str):
    assert len({derived_seed(round_name, benchmark, digest, number) for number in range(1, 6)}) == 5


@given(rounds, ids, digests, ids, digests)
def test_other_data_or_another_benchmark_have_other_seeds(
    round_name: str, one: str, ones: str, other: str, others: str
):
    numbers = range(1, 6)
    first = [derived_seed(round_name, one, ones, n) for n in numbers]
    second = [derived_seed(round_name, other, others, n) for n in numbers]
    assert (first == second) == ((one, ones) == (other, others))


def test_of_the_shipped_rules():
    ruleset, benchmark = load_ruleset(), load_benchmark("lidc-nodules")
    digest = benchmark.document["data"]["digest"]
    assert seed_of_run(ruleset, benchmark, 3) == derived_seed(ruleset.round, benchmark.id, digest, 3)


def _changed(benchmark: Benchmark, *path: str, to: object) -> Benchmark:
    document: dict[str, Any] = copy.deepcopy(dict(benchmark.document))
    part = document
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = to
    return replace(benchmark, document=document)


def test_a_target_or_another_models_settings_change_no_seed():
    ruleset, benchmark = load_ruleset(), load_benchmark("lidc-nodules")
    seed = seed_of_run(ruleset, benchmark, 1)
    assert seed_of_run(ruleset, _changed(benchmark, "quality", "targets", "cnn", "test_auc", to=0.9), 1) == seed
    assert seed_of_run(ruleset, _changed(benchmark, "models", "mlp", "input", to=32), 1) == seed
    assert seed_of_run(ruleset, _changed(benchmark, "data", "digest", to=None), 1) != seed


def test_runs_are_counted_from_one():
    with pytest.raises(ValueError, match="counted from 1"):
        derived_seed("1", "x", "sha256:00", 0)
