"""The command as the README gives it: a real model, in a real container, from submission to leaderboard page."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest
from jsonschema import Draft202012Validator

from harness.places import resources

pytestmark = [pytest.mark.engine, pytest.mark.torch, pytest.mark.slow]

CHECKOUT = Path(__file__).parent.parent.parent
HARNESS = Path(sys.executable).parent / "harness"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


def call(*args, home, **environment):
    return subprocess.run(
        args,
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        env={**os.environ, "LEANMED_HOME": str(home), **environment},
        check=False,
        timeout=3000,
    )


@pytest.fixture(scope="module")
def quick(engine, local_base, home):
    done = call(HARNESS, "run", "submissions/densenet_8bit", "--runs", "1", "--profile", "quick", "--json", home=home)
    assert done.returncode == 0, done.stderr[-4000:]
    (run,) = json.loads(done.stdout)["runs"]
    return run, done.stderr


def test_densenet_8bit_trains_in_a_container(quick):
    run, progress = quick
    assert run["outcome"]["verdict"] == "valid"
    assert run["runtime"] == "docker"
    assert run["quality"]["auc"]["value"] > 0.5
    assert "epoch 1/1" in progress


def test_its_record_fits_the_schema_and_shows_eight_bit_state(quick):
    run, _ = quick
    record = json.loads((Path(run["folder"]) / "record.json").read_text())
    schema = json.loads((resources() / "schemas" / "record.schema.json").read_text())
    assert [error.message for error in Draft202012Validator(schema).iter_errors(record)] == []
    state = record["observed"]["optimizer_state"]
    assert state["uint8"] > state.get("float32", 0)
    assert set(record["observed"]["parameters"]) == {"float32"}
    assert record["image"]["base"]["kind"] in ("local", "pinned")
    answers = {check["id"]: check["answer"] for check in record["checks"]}
    # What else runs on this machine is not the test's to say.
    assert {answers.pop("H1"), answers.pop("H2")} <= {"passed", "failed"}
    assert answers == {
        **dict.fromkeys(("W1", "T1", "P1", "D1", "H3", "H4", "H5"), "passed"),
        **dict.fromkeys(("R1", "E1", "E2", "E3", "E4"), "not measurable"),
        **dict.fromkeys((f"G{number}" for number in range(1, 8)), "not measurable"),
    }


def test_its_memory_and_processor_time_come_from_the_container(quick):
    run, _ = quick
    memory, cpu = run["quantities"]["peak_host_memory"], run["quantities"]["cpu_time"]
    assert memory["source"].startswith("control group version")
    assert memory["scope"] == "container, whole run, page cache included"
    assert 2e8 < memory["value"] < 16 * 2**30
    # Two processors worked, most of the time.
    time_s = run["quantities"]["time_to_predictions"]["value"]
    assert 0.2 * time_s < cpu["value"] < 2.2 * time_s


def test_nothing_is_left_running(quick, engine):
    run, _ = quick
    assert engine.containers.list(all=True, filters={"label": f"leanmed.run={Path(run['folder']).name}"}) == []


def test_it_is_not_run_twice(quick, home):
    again = call(HARNESS, "run", "submissions/densenet_8bit", "--runs", "1", "--profile", "quick", "--json", home=home)
    assert json.loads(again.stdout)["runs"][0]["skipped"] is True


def test_the_largest_models_run_as_smoke_where_official_would_take_hours(quick, home):
    """Without a profile: the estimate decides, and it is said first, last and in the JSON. One run each is enough,
    because smoke is never ranked."""
    done = call(
        HARNESS, "run", "submissions/swin_8bit_half", "submissions/vit_amp", "--device", "cpu", "--json", home=home
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert len(json.loads(done.stdout)["runs"]) == 2
    assert "swin_8bit_half: one run, because profile smoke is never ranked" in done.stderr
    runs = {run["submission"]: run for run in json.loads(done.stdout)["runs"]}
    assert set(runs) == {"swin_8bit_half", "vit_amp"}
    for run in runs.values():
        record = json.loads((Path(run["folder"]) / "record.json").read_text())
        assert (record["profile"]["requested"], record["profile"]["used"]) == ("auto", "smoke")
        assert (record["runtime"], record["outcome"]["verdict"]) == ("docker", "valid")
        assert all(check["answer"] != "failed" for check in record["checks"] if check["severity"] == "invalid")
        assert record["observed"]["logits"] == "float16"
    assert done.stderr.count("profile smoke (auto: the official profile is estimated at") == 4


def test_the_demo_in_a_container_builds_the_page(quick, home):
    done = call("make", "demo", "DEMO=submissions/mlp_fp32 --profile smoke", home=home)
    assert done.returncode == 0, done.stderr[-4000:]
    assert "the run is in a Docker container" in done.stdout
    # In no other table: those of the published entries name the same submissions.
    own = [Path(unquote(path)) for path in re.findall(r"your own runs: file://(\S+)", done.stderr)]
    assert own and all(path.parent == home / "leaderboard" / "tables" for path in own)
    pages = "".join(path.read_text() for path in own)
    assert "densenet_8bit" in pages
    assert "mlp_fp32" in pages


def test_the_demo_without_an_engine_says_so_and_runs_on_the_host(tmp_path):
    demo = "DEMO=submissions/mlp_fp32 --profile smoke"
    done = call("make", "demo", demo, home=tmp_path, DOCKER_HOST=f"unix://{tmp_path}/none")
    assert done.returncode == 0, done.stderr[-4000:]
    assert "a process on this host, and its record says so" in done.stdout
    (folder,) = (tmp_path / "runs").iterdir()
    assert json.loads((folder / "record.json").read_text())["runtime"] == "host"
