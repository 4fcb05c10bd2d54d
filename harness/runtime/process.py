"""A workload that is a process of this machine, as the session sees it."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from harness.errors import InfrastructureFailed
from harness.runtime.arrivals import READ_BYTES, Arrivals
from harness.runtime.base import STDERR, STDOUT, Chunk, Ending, WorkloadGone
from harness.runtime.leftovers import kill_quietly, marked_processes
from harness.runtime.usage import PROCESS, Usage, read_process

_SEND_S = 30.0
_SETTLE_S = 15.0
# A child that shed its marks may hold the pipes open; its output is not waited for.
_DRAIN_S = 5.0


class ProcessWorkload:
    """A running process group. ``marks`` are the environment variables by which every child is found again."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        *,
        folder: Path,
        data: Path,
        marks: Mapping[str, str],
        weights: Path | None = None,
    ) -> None:
        assert process.stdin is not None and process.stdout is not None and process.stderr is not None
        self.data_path = str(data)
        self.weights_path = None if weights is None else str(weights.absolute())
        self._process = process
        self._stdin = process.stdin
        self._folder = folder
        self._marks = marks
        self._arrivals = Arrivals()
        self._ended = threading.Event()
        self._stopped_by: int | None = None
        self._usage = Usage.absent(PROCESS, "it was never read while the workload ran")
        os.set_blocking(self._stdin.fileno(), False)
        self._readers = [
            threading.Thread(target=self._pump, args=(pipe, stream), name=f"leanmed-{stream}", daemon=True)
            for pipe, stream in ((process.stdout, STDOUT), (process.stderr, STDERR))
        ]
        self._waiter = threading.Thread(target=self._wait, name="leanmed-waiter", daemon=True)
        for thread in (*self._readers, self._waiter):
            thread.start()

    def send(self, line: bytes) -> None:
        """See `Workload.send`."""
        deadline = time.monotonic() + _SEND_S
        left = memoryview(line)
        try:
            while left:
                if not select.select([], [self._stdin], [], max(deadline - time.monotonic(), 0.0))[1]:
                    raise WorkloadGone(f"the workload left its standard input unread for {_SEND_S:.0f} s")
                with contextlib.suppress(BlockingIOError):
                    left = left[os.write(self._stdin.fileno(), left) :]
        except (OSError, ValueError) as error:
            raise WorkloadGone(f"the workload's standard input is closed: {error}") from error

    def read(self, timeout: float) -> Chunk | None:
        """See `Workload.read`."""
        return self._arrivals.get(timeout)

    def owns(self, pid: int) -> bool:
        """See `Workload.owns`. The workload leads a session of its own."""
        try:
            return os.getsid(pid) == self._process.pid
        except ProcessLookupError:
            return False

    def usage(self) -> Usage:
        """See `Workload.usage`. Of the workload's first process and the children that it has waited for."""
        self._usage = read_process(self._process.pid) or self._usage
        return self._usage

    def stop(self, grace_s: float) -> None:
        """See `Workload.stop`."""
        self._arrivals.drop_overflow()
        if self._ended.is_set():
            return
        self._signal_group(signal.SIGTERM)
        if self._ended.wait(grace_s):
            return
        self._signal_group(signal.SIGKILL)
        if not self._ended.wait(_SETTLE_S):
            raise InfrastructureFailed(
                f"process {self._process.pid} did not end within {_SETTLE_S:.0f} s of being killed",
                remedy="it hangs in the kernel (a driver or a disk that does not answer): look at `dmesg`",
            )

    def ending(self) -> Ending:
        """See `Workload.ending`. Whether memory ran out is not known here: the kernel tells only its own log."""
        code = self._process.returncode
        if code is None:
            return Ending(None, None, None, "the workload closed its output and goes on running")
        if code >= 0:
            return Ending(exit_code=code, oom_killed=None, signal=None, detail=None)
        detail = f"ended by {signal.Signals(-code).name}"
        if -code == signal.SIGKILL and self._stopped_by is None:
            detail += ": by the kernel because memory ran out, or by somebody on this machine"
        return Ending(exit_code=None, oom_killed=None, signal=-code, detail=detail)

    def close(self) -> None:
        """See `Workload.close`."""
        self._arrivals.close()
        try:
            self.stop(0.0)
        finally:
            for thread in (self._waiter, *self._readers):
                thread.join(timeout=_DRAIN_S)
            self._stdin.close()
            shutil.rmtree(self._folder, ignore_errors=True)

    def _signal_group(self, number: signal.Signals) -> None:
        self._stopped_by = number
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    def _pump(self, pipe: IO[bytes], stream: str) -> None:
        with pipe:
            while data := os.read(pipe.fileno(), READ_BYTES):
                if not self._arrivals.put(stream, data, time.monotonic()):
                    return

    def _wait(self) -> None:
        """Wait for the workload, end what it left behind, and close the stream once the rest was read.

        The process is not collected before its group was killed: until then its number can't be given to another one.
        """
        os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        for pid in marked_processes(self._marks):
            kill_quietly(pid)
        self._process.wait()
        self._ended.set()
        deadline = time.monotonic() + _DRAIN_S
        for reader in self._readers:
            reader.join(timeout=max(deadline - time.monotonic(), 0.0))
        self._arrivals.end()
