"""Noticing that the engine is gone, or was started anew, while a workload runs on it."""

from __future__ import annotations

import threading
from typing import Any

import docker
from docker.types import CancellableStream

from harness.runtime.engine import ENGINE_ERRORS, reason


class EngineWatch:
    """Holds an open request to the engine (its events about one container), which ends only with the engine.

    When an engine stops, it ends its containers first, so the end of a workload's output looks like any other end; and
    an engine that is back a second later answers every question. The broken request tells in both cases.
    """

    def __init__(self, client: docker.DockerClient, container: str) -> None:
        self._stream: CancellableStream[Any] = client.api.events(filters={"container": [container]})
        self._closed = threading.Event()
        self._lost = threading.Event()
        self.why: str | None = None
        self._thread = threading.Thread(target=self._follow, name="leanmed-engine-watch", daemon=True)
        self._thread.start()

    def lost(self, wait_s: float = 0.0) -> bool:
        """True where the engine was lost, now or within ``wait_s`` seconds."""
        return self._lost.wait(wait_s) if wait_s > 0 else self._lost.is_set()

    def close(self) -> None:
        """Stop watching."""
        if self._closed.is_set():
            return
        self._closed.set()
        try:
            self._stream.close()
        except ENGINE_ERRORS as error:
            self.why = self.why or reason(error)
        self._thread.join(timeout=5)

    def _follow(self) -> None:
        why = "it closed the connection"
        try:
            for _ in self._stream:
                pass
        except ENGINE_ERRORS as error:
            why = reason(error)
        except (ValueError, AttributeError) as error:
            # http.client's way of saying that another thread closed the connection.
            why = str(error)
        if not self._closed.is_set():
            self.why = why
            self._lost.set()
