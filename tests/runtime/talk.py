"""What the tests of both runtimes share: launching a few lines of Python, and listening to it."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from harness.runtime.base import EOF, Chunk, Launch, Workload

LIMITS: dict[str, Any] = {"memory_gib": 0.25, "shm_gib": 0.0625, "pids": 64, "tmp_gib": 0.03125, "log_mib": 1}
PATIENCE = 60.0


def launch(tmp_path: Path, code: str, *, image: str | None = None, run_id: str = "test-run", **other: Any) -> Launch:
    """A launch of Python code with small limits on the first processor that this process may use."""
    data = tmp_path / "data"
    data.mkdir(exist_ok=True)
    settings: dict[str, Any] = {
        "cpus": (min(os.sched_getaffinity(0)),),
        "limits": LIMITS,
        "gpu_uuid": None,
        "environment": {},
        "command": ("python3", "-u", "-c", code),
    }
    return Launch(run_id=run_id, data=data, image=image, **{**settings, **other})


def listen(
    workload: Workload, until: bytes | None = None, stream: str = "stdout", patience: float = PATIENCE
) -> list[Chunk]:
    """The output until ``until`` was seen on ``stream``, or until the end."""
    chunks: list[Chunk] = []
    deadline = time.monotonic() + patience
    while True:
        assert time.monotonic() < deadline, f"waited in vain for {until!r}; so far: {text(chunks, stream)!r}"
        chunk = workload.read(0.5)
        if chunk is None:
            continue
        chunks.append(chunk)
        if chunk.stream == EOF or (until is not None and until in text(chunks, stream)):
            return chunks


def text(chunks: list[Chunk], stream: str = "stdout") -> bytes:
    """What was said on one stream."""
    return b"".join(chunk.data for chunk in chunks if chunk.stream == stream)
