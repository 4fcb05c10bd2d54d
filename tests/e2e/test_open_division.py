"""The open division as its guide tells it: the worked example, and a program in a shell, from folder to page."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from harness.places import resources
from harness.runtime.leftovers import HOME_LABEL, home_id

pytestmark = [pytest.mark.engine, pytest.mark.slow, pytest.mark.usefixtures("local_base")]

CHECKOUT = Path(__file__).parent.parent.parent
SHELL = Path(__file__).parent / "shell_workload.sh"
SUBMISSION = """\
schema: leanmed/submission/v1
name: in_a_shell
title: The same chance for everybody
division: open
model: nothing
workload:
  command: [sh, main.sh]
  packages: none
hyperparameters: {epochs: 1}
description: Predicts one half for every case, in a shell.
"""


@pytest.fixture(scope="module")
def home(engine, tmp_path_factory):
    root = tmp_path_factory.mktemp("home")
    yield root
    from harness.places import Home

    for image in engine.images.list(filters={"label": f"{HOME_LABEL}={home_id(Home(root))}"}):
        engine.images.remove(str(image.id), force=True)


def call(home, *words):
    harness = Path(sys.executable).parent / "harness"
    environment = {**os.environ, "LEANMED_HOME": str(home), "PYTHONPATH": str(CHECKOUT)}
    return subprocess.run(
        [harness, *words], cwd=CHECKOUT, capture_output=True, text=True, env=environment, check=False, timeout=900
    )


@pytest.fixture(scope="module")
def forest(home):
    done = call(home, "run", "submissions/shape_forest", "--runs", "1", "--profile", "official", "--json")
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout)["runs"][0]


@pytest.fixture(scope="module")
def shell(home, tmp_path_factory):
    folder = tmp_path_factory.mktemp("submissions") / "in_a_shell"
    (folder / "workload").mkdir(parents=True)
    (folder / "workload" / "main.sh").write_text(SHELL.read_text())
    (folder / "submission.yaml").write_text(SUBMISSION)
    done = call(home, "run", str(folder), "--runs", "1", "--profile", "official", "--json")
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout)["runs"][0]


def test_the_worked_example_beats_the_trivial_model(forest):
    assert forest["outcome"]["verdict"] == "valid"
    assert forest["quality"]["trivial"]["gain"]["lower"] > 0
    # The highest target that a network of the benchmark has.
    assert forest["quality"]["gate"]["target"] == 0.7783


def test_its_record_fits_the_schema_and_says_what_is_not_measured(forest):
    record = json.loads((Path(forest["folder"]) / "record.json").read_text())
    schema = json.loads((resources() / "schemas" / "record.schema.json").read_text())
    assert [error.message for error in Draft202012Validator(schema).iter_errors(record)] == []
    answers = {check["id"]: check["answer"] for check in record["checks"]}
    assert {answers[name] for name in ("W1", "T1", "P1")} == {"not measurable"}
    assert answers["D1"] == "passed"
    assert "not collected in the open division" in record["quantities"]["offline_throughput"]["reason"]
    assert record["versions"]["scikit-learn"]
    assert record["observed"]["nodes"] > 1000


def test_its_record_can_be_computed_again(forest, home):
    done = call(home, "verify", forest["folder"])
    assert done.returncode == 0, done.stdout + done.stderr


def test_any_language_will_do(shell):
    assert shell["outcome"]["verdict"] == "valid"
    assert shell["quality"]["auc"]["value"] == 0.5
    assert shell["quality"]["gate"]["verdict"] == "below"


def test_both_stand_in_a_table_of_their_own_without_a_rank(forest, shell, home):
    done = call(home, "leaderboard", "build")
    assert done.returncode == 0, done.stderr
    standings = json.loads((home / "leaderboard" / "standings.json").read_text())
    tables = [table for one in standings["benchmarks"] for table in one["tables"]]
    (table,) = [table for table in tables if table["place"]["division"] == "open"]
    assert {entry["submission"]["name"] for entry in table["entries"]} == {"shape_forest", "in_a_shell"}
    assert {entry["rank"] for entry in table["entries"]} == {None}
    assert "needs a review of its source" in table["note"]
    assert "needs source review" in (home / "leaderboard" / "tables" / f"{table['slug']}.html").read_text()


def test_the_host_runtime_refuses_it(home):
    done = call(home, "run", "submissions/shape_forest", "--runtime", "host")
    assert done.returncode == 2
    assert "the host runtime has nothing to shut it in" in done.stderr
    assert "--runtime docker" in done.stderr


def test_nothing_is_left_running(forest, shell, engine, home):
    from harness.places import Home

    assert engine.containers.list(all=True, filters={"label": f"{HOME_LABEL}={home_id(Home(home))}"}) == []
