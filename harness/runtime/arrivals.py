"""Output on its way from the reading thread to the session: stamped on arrival, in order, and never too much of it."""

from __future__ import annotations

import contextlib
import queue
import threading
import time

from harness.runtime.base import EOF, Chunk

READ_BYTES = 64 * 1024
_MAX_CHUNKS = 256


class Arrivals:
    """A bounded queue of chunks: at most 256 of 64 KiB (16 MiB).

    Where it is full, the reading thread waits, the engine's buffer and the workload's pipe fill up, and a workload that
    floods its log waits too: it spends its own time, not the harness's memory.
    """

    def __init__(self) -> None:
        self._queue: queue.Queue[Chunk] = queue.Queue(_MAX_CHUNKS)
        self._closed = threading.Event()
        self._dropping = threading.Event()
        self._ended: Chunk | None = None

    def put(self, stream: str, data: bytes, at: float) -> bool:
        """Add a chunk, waiting for room. False where nobody will read it any more."""
        chunk = Chunk(stream=stream, data=data, at=at)
        while not self._closed.is_set():
            try:
                self._queue.put(chunk, timeout=0.0 if self._dropping.is_set() else 0.2)
            except queue.Full:
                if self._dropping.is_set():
                    self._make_room(chunk)
                    return True
                continue
            return True
        return False

    def end(self) -> None:
        """Say that nothing more will come."""
        self.put(EOF, b"", time.monotonic())

    def get(self, timeout: float) -> Chunk | None:
        """The next chunk; None where none came in ``timeout`` seconds; after the end always the ``eof`` chunk."""
        if self._ended is not None:
            return self._ended
        try:
            chunk = self._queue.get(timeout=max(timeout, 0.0))
        except queue.Empty:
            return None
        if chunk.stream == EOF:
            self._ended = chunk
        return chunk

    def drop_overflow(self) -> None:
        """From now on drop what there is no room for, instead of waiting.

        For a workload that is being ended: the engine does not declare a container ended, and does not even answer
        questions about it, before its output was taken off its hands.
        """
        self._dropping.set()

    def _make_room(self, chunk: Chunk) -> None:
        """The chunk is lost, unless it is the end, for which the oldest one is."""
        if chunk.stream == EOF:
            with contextlib.suppress(queue.Empty):
                self._queue.get_nowait()
            self._queue.put(chunk)

    def close(self) -> None:
        """Free a thread that waits in `put`."""
        self._closed.set()
