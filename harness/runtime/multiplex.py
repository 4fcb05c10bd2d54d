"""Taking apart the one stream in which the engine sends a container's standard output and standard error.

Docker Engine API, "Attach to a container", stream format: frames with a header of 8 bytes: the stream (1 standard
output, 2 standard error), three zero bytes, and the length of the payload, big-endian.
"""

from __future__ import annotations

from harness.runtime.base import STDERR, STDOUT

_HEADER_BYTES = 8
_STREAMS = {0: STDOUT, 1: STDOUT, 2: STDERR}


class Demultiplexer:
    """Fed with bytes cut anywhere, it gives out payload at once: a long frame is not held back until it is complete."""

    def __init__(self) -> None:
        self._header = b""
        self._stream = STDOUT
        self._left = 0

    def feed(self, data: bytes) -> list[tuple[str, bytes]]:
        """The payload in ``data`` with its stream, neighbours joined. Raises ValueError for what is no frame."""
        pieces: list[tuple[str, bytearray]] = []
        view = memoryview(data)
        while view:
            if self._left == 0:
                view = self._read_header(view)
                continue
            payload, view = view[: self._left], view[self._left :]
            self._left -= len(payload)
            if pieces and pieces[-1][0] == self._stream:
                pieces[-1][1].extend(payload)
            else:
                pieces.append((self._stream, bytearray(payload)))
        return [(stream, bytes(payload)) for stream, payload in pieces]

    def _read_header(self, view: memoryview) -> memoryview:
        missing = _HEADER_BYTES - len(self._header)
        self._header += bytes(view[:missing])
        if len(self._header) == _HEADER_BYTES:
            kind = self._header[0]
            if kind not in _STREAMS or self._header[1:4] != b"\0\0\0":
                raise ValueError("the engine sent something that is not a frame of a container's output")
            self._stream = _STREAMS[kind]
            self._left = int.from_bytes(self._header[4:], "big")
            self._header = b""
        return view[missing:]
