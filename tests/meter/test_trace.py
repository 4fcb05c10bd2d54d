from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import InvalidInput
from harness.meter.trace import COLUMNS, Trace, read_trace, write_trace
from tests.meter.traces import steady, trace_of

WATTS = st.integers(0, 2_000_000).map(lambda milliwatts: milliwatts / 1000)


@given(st.lists(st.tuples(st.integers(1, 10**6), WATTS, st.one_of(st.just(np.nan), WATTS)), max_size=20))
def test_a_trace_comes_back_to_a_microsecond_and_a_milliwatt(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("trace") / "trace.csv.gz"
    at = np.cumsum([row[0] for row in rows]) * 1e-6 + 100.0
    made = trace_of(
        list(at), [row[1] for row in rows], power_average_w=[row[2] for row in rows], throttle_reasons=2**33
    )
    write_trace(made, path, origin=100.0)
    back = read_trace(path, origin=100.0)
    np.testing.assert_allclose(back.at, made.at, atol=1e-6, rtol=0)
    for name in COLUMNS[1:]:
        np.testing.assert_allclose(getattr(back, name), getattr(made, name), atol=5e-4, rtol=0, equal_nan=True)


def test_the_same_trace_gives_the_same_bytes(tmp_path: Path):
    for name in ("a", "b"):
        write_trace(steady(3, 250.0, temperature_c=40), tmp_path / name, origin=0.0)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_nothing_stands_for_what_was_not_told(tmp_path: Path):
    write_trace(trace_of([1.0], [250.0]), tmp_path / "t", origin=0.0)
    assert gzip.decompress((tmp_path / "t").read_bytes()).decode().splitlines()[1] == "1.000000,250.000" + "," * 10


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"no gzip", "it can't be read"),
        (gzip.compress(b"at,power\n1,2\n"), "does not name the columns"),
        (gzip.compress(b""), "does not name the columns"),
        (gzip.compress(",".join(COLUMNS).encode() + b"\n1,2\n"), "not those of a trace"),
        (gzip.compress(",".join(COLUMNS).encode() + b"\n" + b"x" * 12 + b"," * 11 + b"\n"), "not those of a trace"),
        (gzip.compress(",".join(COLUMNS).encode() + b"\n2" + b"," * 11 + b"\n1" + b"," * 11 + b"\n"), "rise strictly"),
        (gzip.compress(b"\xff\xfe"), "it can't be read"),
        (gzip.compress(b"at" * 1000)[:-9], "it can't be read"),
        (gzip.compress(b"at" * 1000)[:10] + b"\xff" * 20, "it can't be read"),
    ],
    # Named, because what is compressed holds the time, and workers must agree on the names of tests.
    ids=["plain", "columns", "empty", "short", "text", "falling", "not UTF-8", "cut", "damaged"],
)
def test_a_broken_file_is_an_error_that_names_it(tmp_path: Path, content: bytes, says: str):
    (tmp_path / "trace.csv.gz").write_bytes(content)
    with pytest.raises(InvalidInput, match=says):
        read_trace(tmp_path / "trace.csv.gz")


def test_power_is_instantaneous_where_the_gpu_tells_it():
    made = trace_of([0.0, 1.0], [100.0, np.nan], power_average_w=[90.0, 95.0])
    assert list(made.power_w) == [100.0, 95.0]


def test_columns_of_different_lengths_are_no_trace():
    with pytest.raises(ValueError, match="same length"):
        Trace(at=np.zeros(1))
