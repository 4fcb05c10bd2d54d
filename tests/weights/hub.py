"""Plays the Hugging Face hub on loopback: the redirect, its headers, and what can go wrong."""

from __future__ import annotations

import hashlib
import json
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def weights_file(size: int = 3_000_000) -> bytes:
    """The smallest safetensors file that holds ``size`` bytes of tensor."""
    header = json.dumps({"w": {"dtype": "U8", "shape": [size], "data_offsets": [0, size]}}).encode()
    return struct.pack("<Q", len(header)) + header + bytes(i % 251 for i in range(1000)) * (size // 1000)


@dataclass
class Hub:
    """``breaks`` are the numbers of bytes after which the next answers break off; ``etag`` None means the right one, an
    empty one none at all; ``status`` is what the hub answers with instead of the redirect."""

    content: bytes
    address: str = ""
    etag: str | None = None
    breaks: list[int] = field(default_factory=list)
    status: int = 302
    ranges: bool = True
    renamed: bool = False
    tells_size: bool = True
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)

    def linked_etag(self) -> str:
        return hashlib.sha256(self.content).hexdigest() if self.etag is None else self.etag


class _Handler(BaseHTTPRequestHandler):
    hub: Hub

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass

    def _answer(self) -> None:
        hub = self.hub
        hub.asked.append((self.command, self.path, self.headers["Range"]))
        if self.path.startswith("/bytes"):
            self._bytes()
        elif hub.renamed and not self.path.startswith("/new"):
            self._end(307, Location="/new" + self.path)
        elif hub.status != 302:
            self._end(hub.status)
        else:
            told = {"Location": f"{hub.address.replace('127.0.0.1', 'localhost')}/bytes", "X-Repo-Commit": COMMIT}
            if hub.tells_size:
                told["X-Linked-Size"] = str(len(hub.content))
            if hub.linked_etag():
                told["X-Linked-Etag"] = f'"{hub.linked_etag()}"'
            self._end(302, **told)

    def _bytes(self) -> None:
        hub, asked = self.hub, self.headers["Range"]
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and hub.ranges else 0
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(hub.content) - 1}/{len(hub.content)}")
        self.send_header("Content-Length", str(len(hub.content) - start))
        self.end_headers()
        if self.command == "GET":
            stop = start + hub.breaks.pop(0) if hub.breaks else len(hub.content)
            self.wfile.write(hub.content[start:stop])

    def _end(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """The hub answers while the block runs."""
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
