"""A server on a free port, asked over real connections."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from pathlib import Path

from harness.places import Home
from harness.serve.server import Server, serving
from harness.serve.site import Site


@dataclass(frozen=True)
class Answer:
    code: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


def ask(port: int, head: str) -> Answer:
    """Send ``head`` as it is (no client between that would put a path in order) and read to the end."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(head.replace("\n", "\r\n").encode("latin-1"))
        said = b""
        while piece := connection.recv(65536):
            said += piece
    if not said.startswith(b"HTTP/"):
        # The oldest form of the protocol knows of no codes.
        return Answer(0, Message(), said)
    first, _, rest = said.partition(b"\r\n")
    headers, _, body = rest.partition(b"\r\n\r\n")
    return Answer(int(first.split()[1]), message_from_bytes(headers), body)


def get(server: Server, target: str, *, method: str = "GET", host: str | None = None) -> Answer:
    name = f"127.0.0.1:{server.port}" if host is None else host
    return ask(server.port, f"{method} {target} HTTP/1.1\nHost: {name}\n\n")


@contextlib.contextmanager
def server_of(home: Home, site: Site | None = None) -> Iterator[Server]:
    """A server of the pages in the home, which are nobody's to make again."""
    with serving(0, site or Site(home.root / "leaderboard", (home.runs,), None), home) as server:
        yield server


def page_in(home: Home, text: str = "<p>front") -> Path:
    page = home.root / "leaderboard" / "index.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(text)
    return page
