"""The command as a user meets it: help, typing errors, exit codes, messages."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent.parent
HARNESS = Path(sys.executable).parent / "harness"


def harness(*args, home, **environment):
    return subprocess.run(
        [HARNESS, *args],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        env={**os.environ, "LEANMED_HOME": str(home), **environment},
        check=False,
    )


def test_help_lists_the_verbs(tmp_path):
    done = harness("--help", home=tmp_path)
    assert done.returncode == 0
    for verb in ("run", "validate", "data", "build", "leaderboard"):
        assert f"\n  {verb} " in done.stdout


@pytest.mark.parametrize("verb", ["run", "validate", "new", "data", "build", "leaderboard"])
def test_each_verb_has_help(verb, tmp_path):
    done = harness(verb, "--help", home=tmp_path)
    assert done.returncode == 0
    assert done.stdout.startswith(f"Usage: harness {verb}")


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (["rnu"], 2, "Did you mean `harness run`?"),
        (["run"], 2, "Missing argument"),
        (["run", "submissions/densenet_8bit", "--runs", "0"], 2, "--runs"),
        (["run", "submissions/densenet_9bit"], 2, "densenet_9bit"),
        (["run", "submissions/densenet_8bit", "submissions/densenet_8bit"], 2, "given 2 times"),
        (["run", "submissions/densenet_8bit", "--benchmark", "lidc-nodule"], 2, "did you mean 'lidc-nodules'?"),
        (["run", "submissions/densenet_8bit", "--device", "cuda"], 3, "no usable GPU"),
        (["run", "submissions/densenet_8bit", "--profile", "fast"], 2, "'official'"),
    ],
)
def test_what_the_user_got_wrong_is_named(args, code, message, tmp_path):
    done = harness(*args, home=tmp_path, CUDA_VISIBLE_DEVICES="")
    assert done.returncode == code, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_no_engine_names_the_other_runtime(tmp_path):
    done = harness("run", "submissions/mlp_fp32", home=tmp_path, DOCKER_HOST=f"unix://{tmp_path}/none.sock")
    assert done.returncode == 3
    assert "--runtime host" in done.stderr


def test_a_second_harness_in_one_home_is_refused(tmp_path):
    from harness.run.lock import held

    with held(tmp_path / "run.lock"):
        done = harness("run", "submissions/mlp_fp32", "--runtime", "host", home=tmp_path)
    assert done.returncode == 3
    assert f"process {os.getpid()}" in done.stderr


@pytest.mark.torch
@pytest.mark.slow
def test_a_smoke_run_on_the_host_from_the_command_line(tmp_path):
    args = ("run", "submissions/mlp_fp32", "--runs", "1", "--runtime", "host", "--profile", "smoke", "--json")
    done = harness(*args, home=tmp_path)
    assert done.returncode == 0, done.stderr
    (run,) = json.loads(done.stdout)["runs"]
    assert run["outcome"]["verdict"] == "valid"
    assert "profile smoke (as asked; estimated at " in done.stderr
    again = harness(*args, home=tmp_path)
    assert json.loads(again.stdout)["runs"][0]["skipped"] is True
    assert "finished before" in again.stderr


def test_a_host_run_without_torch_stops_before_anything_is_made(tmp_path):
    # A Python that has the harness and not torch: its own packages, with torch's hidden behind an empty finder.
    script = (
        "import importlib.util as u; real = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == 'torch' else real(name, *rest)\n"
        "from harness.cli.main import main; main(['run', 'submissions/mlp_fp32', '--runtime', 'host'])"
    )
    environment = {**os.environ, "LEANMED_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=CHECKOUT, capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 3
    assert "make setup-workload" in done.stderr
    assert not (tmp_path / "runs").exists()
    assert not (tmp_path / "data").exists()
