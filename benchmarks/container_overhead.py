"""What the harness puts around a run in a container, and how late it hears an event.

- *harness*: a whole run of the tests' stub workload, from plan to closed record, less the seconds for which its
  container lived by the engine's own clock: preparing folder and ledger, starting and removing the container, scoring,
  checks, digests.
- *bare*: `docker run --rm` of the same image with a program that does nothing, less the same.
- *event latency*: from the workload's own clock just before it writes an event to the harness's stamp of its arrival.
  Both clocks are the kernel's monotonic clock, which a container shares.

The two take turns, so that a noisy machine troubles both alike.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import docker

from harness.image.base import LOCAL_TAG
from harness.places import Home
from harness.runtime.base import EOF, Launch
from harness.runtime.container import seconds_between
from harness.runtime.docker import DockerRuntime
from harness.runtime.engine import connect
from tests.e2e.material import run_in_container
from tests.run.material import plan, tiny_dataset

_LIMITS = {"memory_gib": 1, "shm_gib": 0.0625, "pids": 64, "tmp_gib": 0.03125, "log_mib": 1}
_TICK = "import time\nfor _ in range({count}):\n    time.sleep(0.01)\n    print(repr(time.monotonic()), flush=True)\n"


def main() -> int:
    """Print the figures as JSON on standard output, in seconds."""
    parser = argparse.ArgumentParser(description="Time around a run in a container, and event latency.")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--events", type=int, default=500)
    asked = parser.parse_args()
    client = connect()
    harness, bare = [], []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        dataset = tiny_dataset(root / "data")
        for number in range(asked.repeats):
            harness.append(_harness(client, root / f"home{number}", dataset))
            bare.append(_bare(client))
        latencies = sorted(_latencies(client, root, asked.events))
    figures = {
        "harness_s": {"median": round(median(harness), 3), "turns": [round(value, 3) for value in harness]},
        "bare_docker_run_s": {"median": round(median(bare), 3), "turns": [round(value, 3) for value in bare]},
        "more_than_bare_s": round(median(harness) - median(bare), 3),
        "event_latency_ms": {
            "median": round(1e3 * latencies[len(latencies) // 2], 3),
            "p99": round(1e3 * latencies[int(0.99 * len(latencies))], 3),
            "events": len(latencies),
        },
    }
    print(json.dumps(figures, indent=2))
    return 0


def _harness(client: docker.DockerClient, root: Path, dataset: Any) -> float:
    root.mkdir()
    begin = time.monotonic()
    done, _ = run_in_container(client, LOCAL_TAG, Home(root), dataset, "good", plan(runtime="docker"))
    spent = time.monotonic() - begin
    (check,) = [check for check in done.record["checks"] if check["id"] == "H4"]
    # The sentence of check H4 begins with how long the container lived by the engine's clock.
    return spent - float(check["sentence"].split()[3])


def _bare(client: docker.DockerClient) -> float:
    begin = time.monotonic()
    container = client.containers.create(LOCAL_TAG, ["true"], network_mode="none")
    container.start()
    container.wait()
    spent = time.monotonic() - begin
    container.reload()
    state = container.attrs["State"]
    again = time.monotonic()
    container.remove(force=True)
    return spent + (time.monotonic() - again) - seconds_between(state["StartedAt"], state["FinishedAt"])


def _latencies(client: docker.DockerClient, root: Path, count: int) -> list[float]:
    data = root / "empty"
    data.mkdir()
    launch = Launch(
        run_id="latency",
        data=data,
        cpus=(0,),
        limits=_LIMITS,
        gpu_uuid=None,
        image=LOCAL_TAG,
        environment={},
        command=("python3", "-u", "-c", _TICK.format(count=count)),
    )
    workload = DockerRuntime(Home(root), client).start(launch)
    found = []
    try:
        while (chunk := workload.read(30)) is not None and chunk.stream != EOF:
            if chunk.stream == "stdout":
                # Events that arrive together are late by as much as the first of them.
                found += [chunk.at - float(line) for line in chunk.data.split()]
    finally:
        workload.close()
    return found


if __name__ == "__main__":
    sys.exit(main())
