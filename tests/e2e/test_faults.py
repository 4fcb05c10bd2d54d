"""The harness is ended, or the engine is, in the middle of a run in a container: nothing stays, nothing is hidden, and
the run can be made again. For the harness ended in every state see `tests/run/test_killed.py`."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness.places import Home
from harness.record.books import Books
from harness.record.ledger import Ledger
from harness.runtime.docker import DockerRuntime
from harness.runtime.leftovers import HOME_LABEL, home_id
from harness.standings.collect import collect
from harness.verify.ledger import account
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
        assert Books(home).recover()
        dataset, made = tiny_dataset(tmp_path / "again"), plan(runtime="docker")
        done, _ = run_in_container(engine, local_base, home, dataset, "good", made)
        assert done.record["outcome"]["ended"] == "completed"
        assert (len(list((tmp_path / "runs").iterdir())), account(home).differences) == (2, ())
    assert containers(engine, home) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("behaviour", "stage"),
    [
        ("hang-before-hello", "start"),
        ("hang-before-ready", "prepare"),
        ("good", "train"),
        ("good", "predict"),
        ("good", "infer offline"),
        ("good", "finish"),
    ],
)
def test_an_engine_that_stops_is_an_infrastructure_failure_and_the_run_is_made_again(
    second_engine, local_base, tmp_path, behaviour, stage
):
    second, client = second_engine
    home, dataset, made = Home(tmp_path), tiny_dataset(tmp_path / "data"), plan(runtime="docker")
    done, _ = run_in_container(client, local_base, home, dataset, behaviour, made, During(stage, second.stop))
    outcome = done.record["outcome"]
    assert (outcome["ended"], outcome["verdict"], outcome["state"]) == ("infrastructure", "infrastructure", stage)
    reached = done.record["quantities"]["time_to_predictions"]["value"] is not None
    assert reached == (stage in ("infer offline", "finish"))
    second.start()
    again = second.client()
    assert containers(again, home, running=True) == []
    DockerRuntime(home, again).sweep()
    assert containers(again, home) == []

    repeated, _ = run_in_container(again, local_base, home, dataset, "good", made)
    again.close()
    assert repeated.record["outcome"]["ended"] == "completed"
    assert [repeated.record[name] for name in ("number", "seed", "key")] == [made.number, made.seed, made.key]
    # Both attempts are in the ledger, and both are shown.
    told = [(line["event"], line["run"]) for _, line in Ledger(home.ledger).lines()]
    runs = (done.record["run"], repeated.record["run"])
    assert told == [(event, run) for run in runs for event in ("started", "finished")]
    assert {run.id for run in collect((home.runs,)).runs} == set(runs)
    assert account(home).differences == ()
