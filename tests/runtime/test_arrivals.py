from __future__ import annotations

import threading

from harness.runtime.arrivals import _MAX_CHUNKS, Arrivals


def test_chunks_come_out_in_order_and_the_end_stays() -> None:
    arrivals = Arrivals()
    assert arrivals.put("stdout", b"a", 1.0)
    assert arrivals.put("stderr", b"b", 2.0)
    arrivals.end()
    first, second = arrivals.get(1), arrivals.get(1)
    assert first is not None and (first.stream, first.data, first.at) == ("stdout", b"a", 1.0)
    assert second is not None and (second.stream, second.data, second.at) == ("stderr", b"b", 2.0)
    ends = [arrivals.get(0), arrivals.get(0)]
    assert [chunk.stream for chunk in ends if chunk is not None] == ["eof", "eof"]


def test_nothing_is_none() -> None:
    assert Arrivals().get(0.01) is None


def test_a_full_queue_makes_the_writer_wait_and_loses_nothing() -> None:
    arrivals = Arrivals()
    total = 3 * _MAX_CHUNKS

    def write() -> None:
        for number in range(total):
            arrivals.put("stdout", b"%d" % number, float(number))
        arrivals.end()

    writer = threading.Thread(target=write)
    writer.start()
    writer.join(timeout=0.5)
    assert writer.is_alive(), "the writer was not held back"
    read = []
    while (chunk := arrivals.get(5)) is not None and chunk.stream != "eof":
        read.append(chunk.at)
    writer.join(timeout=5)
    assert read == [float(number) for number in range(total)]


def test_closing_frees_a_waiting_writer() -> None:
    arrivals = Arrivals()
    answers: list[bool] = []

    def write() -> None:
        while arrivals.put("stdout", b"x", 0.0):
            pass
        answers.append(False)

    writer = threading.Thread(target=write)
    writer.start()
    arrivals.close()
    writer.join(timeout=10)
    assert answers == [False]
