"""The server: on 127.0.0.1 and nowhere else, until it is interrupted."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from harness.errors import MachineLacks
from harness.live.live import Watch
from harness.places import Home
from harness.serve.handler import Handler
from harness.serve.site import Site

ADDRESS = "127.0.0.1"
USUAL_PORT, TRIED = 8265, 20
"""Without a wish the first free port of so many, and if none is free, any."""
_AGAIN_S = 2.0
"""Seconds between two looks for new records."""


class Server(ThreadingHTTPServer):
    """Serves the folder of ``site``, and what goes on in ``home``. Raises `OSError` where the port can't be had."""

    daemon_threads = True

    def __init__(self, port: int, site: Site, home: Home) -> None:
        self.root: Path = site.root
        self._site, self._watch, self._one = site, Watch(home), threading.Lock()
        super().__init__((ADDRESS, port), Handler)

    @property
    def port(self) -> int:
        """The one that it listens on."""
        return int(self.server_address[1])

    @property
    def address(self) -> str:
        """Where the site begins."""
        return f"http://{ADDRESS}:{self.port}/"

    def look(self, now: float) -> dict[str, Any]:
        """What goes on (schemas/live.schema.json). One request at a time: what was read of a journal is kept."""
        with self._one:
            return {**self._watch.look(now), "site": self._site.to_json()}

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A reader that goes away in the middle of an answer is no error; anything else is told."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


@contextlib.contextmanager
def serving(port: int | None, site: Site, home: Home) -> Iterator[Server]:
    """A server that answers as long as the block lasts; ``port`` 0 means any, None one near `USUAL_PORT`. Raises
    `MachineLacks` where the port can't be had."""
    server = _bound(port, site, home)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def keep_fresh(site: Site) -> None:
    """Make the site again whenever a record appears, until interrupted."""
    while True:
        time.sleep(_AGAIN_S)
        site.make_if_new()


def _bound(port: int | None, site: Site, home: Home) -> Server:
    for one in range(USUAL_PORT, USUAL_PORT + TRIED) if port is None else ():
        with contextlib.suppress(OSError):
            return Server(one, site, home)
    try:
        return Server(port or 0, site, home)
    except OSError as error:
        raise MachineLacks(
            f"nothing can be served on {ADDRESS}:{port or 0}: {error.strerror}",
            remedy="name another port with --port, or leave it out for one that is free",
        ) from error
