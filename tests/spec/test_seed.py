from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.spec.load import load_benchmark, load_ruleset
from harness.spec.seed import derived_seed, seed_of_run

rounds = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1)
digests = st.binary(min_size=32, max_size=32).map(lambda raw: "sha256:" + raw.hex())


def test_by_hand():
    first = hashlib.sha256(b"2026-1\nsha256:00\n1").hexdigest()[:8]
    assert derived_seed("2026-1", "sha256:00", 1) == int(first, 16) % 2**31


@given(rounds, digests, st.integers(1, 1000))
def test_the_same_every_time_and_in_range(round_name: str, digest: str, number: int):
    seed = derived_seed(round_name, digest, number)
    assert seed == derived_seed(round_name, digest, number)
    assert 0 <= seed < 2**31


@given(rounds, digests)
def test_the_runs_of_an_entry_differ(round_name: str, digest: str):
    assert len({derived_seed(round_name, digest, number) for number in range(1, 6)}) == 5


@given(rounds, digests, digests)
def test_another_benchmark_has_other_seeds(round_name: str, one: str, other: str):
    numbers = range(1, 6)
    same = [derived_seed(round_name, one, n) for n in numbers] == [derived_seed(round_name, other, n) for n in numbers]
    assert same == (one == other)


def test_of_the_shipped_rules():
    ruleset, benchmark = load_ruleset(), load_benchmark("lidc-nodules")
    assert seed_of_run(ruleset, benchmark, 3) == derived_seed(ruleset.round, benchmark.digest, 3)


def test_runs_are_counted_from_one():
    with pytest.raises(ValueError, match="counted from 1"):
        derived_seed("1", "sha256:00", 0)
