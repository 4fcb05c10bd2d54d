"""The harness is ended, or the engine is, at three moments of a run: nothing stays, nothing is hidden."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness.places import Home
from harness.runtime.docker import DockerRuntime
from harness.runtime.leftovers import HOME_LABEL, home_id
from tests.e2e.material import During, run_in_container
from tests.run.material import plan, tiny_dataset
from tests.waiting import wait_for

pytestmark = pytest.mark.engine

CHECKOUT = Path(__file__).parent.parent.parent
MOMENTS = {"hang-before-hello": "start", "hang-before-ready": "prepare", "hang-after-go": "train"}

DRIVER = """
import signal, sys
from pathlib import Path
from harness.cli.main import _interrupt
from harness.places import Home
from harness.runtime.engine import connect
from tests.e2e.material import run_in_container
from tests.run.material import plan, tiny_dataset
signal.signal(signal.SIGTERM, _interrupt)
root, image, behaviour = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
run_in_container(connect(), image, Home(root), tiny_dataset(root / "tiny"), behaviour, plan(runtime="docker"))
"""


def containers(client, home, *, running=False):
    label = f"{HOME_LABEL}={home_id(home)}"
    return client.containers.list(all=not running, filters={"label": label})


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "kill-9"])
@pytest.mark.parametrize("behaviour", list(MOMENTS))
def test_a_harness_that_is_ended_leaves_nothing_running(engine, local_base, tmp_path, how, behaviour):
    home = Home(tmp_path)
    driver = subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(tmp_path), local_base, behaviour], cwd=CHECKOUT, stderr=subprocess.DEVNULL
    )
    wait_for(lambda: containers(engine, home, running=True))
    time.sleep(1.5)
    os.kill(driver.pid, how)
    driver.wait(30)
    # After kill -9 it is the end of its standard input that ends the workload.
    wait_for(lambda: not containers(engine, home, running=True))
    (folder,) = (tmp_path / "runs").iterdir()
    assert not (folder / "record.json").exists()
    if how == signal.SIGKILL:
        assert DockerRuntime(home, engine).sweep()
    assert containers(engine, home) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("behaviour", "stage"), [("hang-before-hello", "start"), ("hang-before-ready", "prepare"), ("good", "predict")]
)
def test_an_engine_that_stops_is_an_infrastructure_failure(second_engine, local_base, tmp_path, behaviour, stage):
    second, client = second_engine
    dataset = tiny_dataset(tmp_path / "data")
    watcher = During(stage, second.stop)
    done, _ = run_in_container(client, local_base, Home(tmp_path), dataset, behaviour, plan(runtime="docker"), watcher)
    outcome = done.record["outcome"]
    assert (outcome["ended"], outcome["verdict"], outcome["state"]) == ("infrastructure", "infrastructure", stage)
    assert done.record["quantities"]["time_to_predictions"]["value"] is None
    second.start()
    again = second.client()
    assert containers(again, Home(tmp_path), running=True) == []
    DockerRuntime(Home(tmp_path), again).sweep()
    assert containers(again, Home(tmp_path)) == []
    again.close()
