"""Answers to requests. Only what a look needs: GET and HEAD, from this machine, of files of the site and the live page.

A page of another site that this machine's user happens to read could ask for everything here, if its own name were made
to point at 127.0.0.1 (DNS rebinding). So a request must name this server by an address that nobody else can have.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

from harness.serve.files import content_type, file_at
from harness.serve.page import render

if TYPE_CHECKING:
    from harness.serve.server import Server

LIVE_PAGE, LIVE_DATA = "/live.html", "/live.json"
NAMES = ("127.0.0.1", "localhost")
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Server
    server_version, sys_version = "LeanMed", ""
    error_content_type, error_message_format = "text/plain; charset=utf-8", "%(code)d %(message)s\n"
    timeout = 30
    """Seconds that a reader may leave a connection silent."""

    def do_GET(self) -> None:
        """Answer with the file, or with what goes on."""
        if not self._is_for_us():
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST, "This server is for its own machine only")
            return
        made: dict[str, tuple[str, Callable[[dict[str, Any]], str]]] = {
            LIVE_PAGE: ("text/html; charset=utf-8", render),
            LIVE_DATA: ("application/json; charset=utf-8", _compact),
        }
        found = made.get(self.path.partition("?")[0])
        if found is None:
            self._send_file()
        else:
            self._send_text(found[0], found[1](self.server.look(time.time())))

    do_HEAD = do_GET  # noqa: N815

    def _refuse(self) -> None:
        self.send_error(HTTPStatus.METHOD_NOT_ALLOWED, "Only GET and HEAD")

    do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_TRACE = do_CONNECT = _refuse  # noqa: N815

    def _is_for_us(self) -> bool:
        hosts = self.headers.get_all("Host", [])
        port = self.server.port
        return len(hosts) == 1 and hosts[0].lower() in {f"{name}:{port}" for name in NAMES}

    def _send_text(self, kind: str, text: str) -> None:
        body = text.encode()
        self._begin(kind, len(body))
        if self.command != "HEAD":
            self.wfile.write(body)

    def _send_file(self) -> None:
        file = file_at(self.server.root, self.path)
        try:
            stream = None if file is None else file.open("rb")
        except OSError:
            stream = None
        if file is None or stream is None:
            self.send_error(HTTPStatus.NOT_FOUND, "There is no such page")
            return
        with stream:
            self._begin(content_type(file), file.stat().st_size)
            if self.command != "HEAD":
                shutil.copyfileobj(stream, self.wfile)

    def _begin(self, kind: str, length: int) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def end_headers(self) -> None:
        """With what holds for every answer."""
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        if self.command not in ("GET", "HEAD"):
            self.send_header("Allow", "GET, HEAD")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing: a page that asks every second would fill the terminal."""


def _compact(document: dict[str, Any]) -> str:
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
