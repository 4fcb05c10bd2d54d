"""A workload in a container, as the session sees it."""

from __future__ import annotations

import contextlib
import re
import select
import socket
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import docker
from docker.errors import APIError, NotFound

from harness.errors import InfrastructureFailed
from harness.runtime.arrivals import READ_BYTES, Arrivals
from harness.runtime.base import EOF, Chunk, Ending, WorkloadGone
from harness.runtime.engine import ENGINE_ERRORS, reason
from harness.runtime.multiplex import Demultiplexer
from harness.runtime.sandbox import DATA
from harness.runtime.usage import CONTAINER, ControlGroups, Usage, control_groups, read_groups
from harness.runtime.watch import EngineWatch

_POLL_S = 0.05
# How long the engine may take to notice that a container has ended, or to end it.
_SETTLE_S = 15.0
# A workload that leaves its input unread for so long does not read it.
_SEND_S = 30.0
# An engine that is being stopped ends its containers and closes its connections within moments of each other.
_LOST_S = 2.0


class ContainerWorkload:
    """Created but not started; `attach` and then `start` bring it to life, in this order so that no byte is missed."""

    data_path = DATA

    def __init__(self, client: docker.DockerClient, container: str, weights_path: str | None = None) -> None:
        self.weights_path = weights_path
        self._client = client
        self._container = container
        self._arrivals = Arrivals()
        self._demultiplexer = Demultiplexer()
        self._raw: Any = None
        self._socket: socket.socket | None = None
        self._reader: threading.Thread | None = None
        self._watch: EngineWatch | None = None
        self._output_over = threading.Event()
        self._fault: str | None = None
        self._state: dict[str, Any] | None = None
        self._stopping = False
        self._confirmed = False
        self._closed = False
        self._groups: ControlGroups | None = None
        self._usage = Usage.absent(CONTAINER, "it was never read while the workload ran")

    def attach(self) -> None:
        """Open the stream and the watch."""
        self._watch = EngineWatch(self._client, self._container)
        asked = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
        self._raw = self._client.api.attach_socket(self._container, params=asked)
        self._socket = self._raw._sock
        # The SDK leaves its own time-out on the socket, and a workload may be silent for minutes.
        self._socket.settimeout(None)
        self._reader = threading.Thread(target=self._pump, name="leanmed-reader", daemon=True)
        self._reader.start()

    def start(self) -> None:
        """Start the container."""
        self._client.api.start(self._container)

    def send(self, line: bytes) -> None:
        """See `Workload.send`."""
        deadline = time.monotonic() + _SEND_S
        left = memoryview(line)
        connection = self._socket
        if connection is None or self._closed:
            raise WorkloadGone("the workload was closed")
        if self._output_over.is_set():
            # The engine goes on taking input for a container that has ended.
            self._raise_if_lost(_LOST_S)
            raise WorkloadGone("the workload has ended")
        try:
            while left:
                if not select.select([], [connection], [], max(deadline - time.monotonic(), 0.0))[1]:
                    raise WorkloadGone(f"the workload left its standard input unread for {_SEND_S:.0f} s")
                with contextlib.suppress(BlockingIOError):
                    left = left[connection.send(left, socket.MSG_DONTWAIT) :]
        except (OSError, ValueError) as error:
            self._raise_if_lost(_LOST_S)
            raise WorkloadGone(f"the workload's standard input is closed: {error}") from error

    def read(self, timeout: float) -> Chunk | None:
        """See `Workload.read`."""
        chunk = self._arrivals.get(timeout)
        if chunk is None:
            self._raise_if_lost()
        elif chunk.stream == EOF and not self._confirmed:
            self._confirm_end()
        return chunk

    def owns(self, pid: int) -> bool:
        """See `Workload.owns`. A control group of a container is named after it."""
        try:
            return self._container in Path(f"/proc/{pid}/cgroup").read_text()
        except (FileNotFoundError, ProcessLookupError):
            return False

    def usage(self) -> Usage:
        """See `Workload.usage`. Of the whole container, read from its control groups, which go when it ends."""
        if self._groups is None and self._state is None and not self._closed:
            pid = int(self._inspect()["Pid"])
            self._groups = control_groups(pid) if pid > 0 else None
            if pid > 0 and self._groups is None:
                reason = "the container's control groups can't be seen from here (a remote or rootless engine)"
                self._usage = Usage.absent(CONTAINER, reason)
        found = None if self._groups is None else read_groups(self._groups)
        self._usage = found or self._usage
        return self._usage

    def stop(self, grace_s: float) -> None:
        """See `Workload.stop`. Killing the first process of a container ends every process in it."""
        self._stopping = True
        self._arrivals.drop_overflow()
        if self._wait_ended(0.0):
            return
        self._signal("SIGTERM")
        if self._wait_ended(grace_s):
            return
        self._signal("SIGKILL")
        if not self._wait_ended(_SETTLE_S):
            raise self._lost(f"the engine could not end the container within {_SETTLE_S:.0f} s")

    def ending(self) -> Ending:
        """See `Workload.ending`."""
        if self._state is None and self._closed:
            return Ending(None, None, None, "the container was removed before it ended by itself")
        state = self._state or self._inspect()
        if state["Running"]:
            return Ending(None, None, None, "the workload closed its output and goes on running")
        code = int(state["ExitCode"])
        # The first process passes a signal's death on as 128 + its number, like a shell.
        number = code - 128 if 128 < code <= 128 + 64 else None
        out_of_memory = bool(state["OOMKilled"])
        detail = str(state["Error"]) or None
        if detail is None and out_of_memory:
            detail = "the kernel ended a process in the container because its memory limit was reached"
        return Ending(
            code, out_of_memory, number, detail, lived_s=seconds_between(state["StartedAt"], state["FinishedAt"])
        )

    def close(self) -> None:
        """See `Workload.close`. Where the engine was found lost before, the container is left to `sweep`."""
        if self._closed:
            return
        self._closed = True
        self._arrivals.drop_overflow()
        lost = self._fault is not None or (self._watch is not None and self._watch.lost())
        try:
            if not lost:
                self._remember_ending()
                with self._asking(), contextlib.suppress(NotFound):
                    self._client.api.remove_container(self._container, force=True, v=True)
        finally:
            self._hang_up()

    def _hang_up(self) -> None:
        self._arrivals.close()
        if self._watch is not None:
            self._watch.close()
        if self._socket is not None:
            # Not connected any more: the engine was quicker.
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
            self._raw.close()
        if self._reader is not None:
            self._reader.join(timeout=5)

    def _remember_ending(self) -> None:
        """So that `ending` can still be asked after `close`."""
        with contextlib.suppress(NotFound):
            self._wait_ended(0.0)

    def _pump(self) -> None:
        """The reading thread: stamp, take apart, hand on."""
        assert self._socket is not None
        try:
            while data := self._socket.recv(READ_BYTES):
                at = time.monotonic()
                for stream, payload in self._demultiplexer.feed(data):
                    if not self._arrivals.put(stream, payload, at):
                        return
        except (OSError, ValueError) as error:
            self._fault = self._fault or (None if self._closed else str(error))
        self._output_over.set()
        self._arrivals.end()

    def _confirm_end(self) -> None:
        """The stream ended: because the workload did, or because the engine is gone?"""
        ended = self._wait_ended(_SETTLE_S)
        if self._fault is not None:
            raise self._lost(self._fault)
        killed = ended and self._state is not None and int(self._state["ExitCode"]) >= 128
        if killed and not self._stopping:
            self._raise_if_lost(_LOST_S)
        self._confirmed = True

    def _wait_ended(self, seconds: float) -> bool:
        """True once the container has ended; False where it still runs after ``seconds``."""
        deadline = time.monotonic() + seconds
        while self._state is None:
            state = self._inspect()
            if not state["Running"]:
                self._state = state
            elif time.monotonic() >= deadline:
                return False
            else:
                time.sleep(_POLL_S)
        return True

    def _inspect(self) -> dict[str, Any]:
        self._raise_if_lost()
        with self._asking():
            return dict(self._client.api.inspect_container(self._container)["State"])

    def _signal(self, name: str) -> None:
        with self._asking():
            try:
                self._client.api.kill(self._container, signal=name)
            except APIError as error:
                # 409: it ended just now.
                if error.status_code != 409:
                    raise

    @contextlib.contextmanager
    def _asking(self) -> Iterator[None]:
        try:
            yield
        except NotFound as error:
            raise self._lost("somebody else removed the container") from error
        except ENGINE_ERRORS as error:
            raise self._lost(reason(error)) from error

    def _raise_if_lost(self, wait_s: float = 0.0) -> None:
        if self._watch is not None and not self._closed and self._watch.lost(wait_s):
            raise self._lost(self._watch.why or "it closed the connection")

    def _lost(self, why: str) -> InfrastructureFailed:
        self._fault = self._fault or why
        return InfrastructureFailed(
            f"Docker's engine was lost while the workload ran in it: {why}",
            remedy="start the engine again and repeat the run; its container is removed at the start of the next run",
        )


def seconds_between(started: str, finished: str) -> float:
    """Seconds between two of the engine's time stamps, which have up to nine decimals."""
    begin, end = (datetime.fromisoformat(_to_microseconds(text)) for text in (started, finished))
    return (end - begin).total_seconds()


def _to_microseconds(text: str) -> str:
    return re.sub(r"(\.\d{6})\d+", r"\1", text)
