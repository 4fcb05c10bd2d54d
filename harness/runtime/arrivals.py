"""Output on its way from the reading thread to the session: stamped on arrival, in order, and never too much of it."""

from __future__ import annotations

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
        self._ended: Chunk | None = None

    def put(self, stream: str, data: bytes, at: float) -> bool:
        """Add a chunk, waiting for room. False where nobody will read it any more."""
        chunk = Chunk(stream=stream, data=data, at=at)
        while not self._closed.is_set():
            try:
                self._queue.put(chunk, timeout=0.2)
            except queue.Full:
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

    def close(self) -> None:
        """Free a thread that waits in `put`."""
        self._closed.set()
