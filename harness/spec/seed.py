"""The seed of each run: fixed by the round, the benchmark and the run's number, so that nobody picks one.

Of the benchmark only its id and its data count. Its quality targets are measured from runs, so a seed that hung on them
could never be drawn again once they are written down; and a model that is added or tuned must not change the runs of
the others.
"""

from __future__ import annotations

import hashlib

from harness.spec.model import Benchmark, Ruleset

_BITS_31 = 0x7FFF_FFFF


def seed_of_run(ruleset: Ruleset, benchmark: Benchmark, number: int) -> int:
    """The seed of run ``number`` (from 1) under ``ruleset``'s round, a whole number in [0, 2^31).

    It is the same for every submission, so that runs with the same number pair up.
    """
    return derived_seed(ruleset.round, benchmark.id, benchmark.document["data"]["digest"] or "not pinned", number)


def derived_seed(round_name: str, benchmark_id: str, data_digest: str, number: int) -> int:
    """The first four bytes of SHA-256 over the arguments, one a line, big-endian, top bit cleared.

    31 bits fit the seed of every library in use. Raises `ValueError` for a run number below 1.
    """
    if number < 1:
        raise ValueError("runs are counted from 1")
    hashed = hashlib.sha256(f"{round_name}\n{benchmark_id}\n{data_digest}\n{number}".encode()).digest()
    return int.from_bytes(hashed[:4], "big") & _BITS_31
