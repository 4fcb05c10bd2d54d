"""Comparing: which runs are paired, and that figures come from predictions and records."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from harness.cli import compare as command
from harness.compare.comparison import compare
from harness.compare.runs import common, comparable
from harness.data.dataset import Dataset
from harness.errors import InvalidInput
from harness.places import Home
from harness.record.folder import RECORD
from harness.run.outcome import Ended
from harness.score.readers import run_averaged_difference
from harness.spec.explain import findings
from harness.spec.schema import validator
from tests.reference.material import RULESET, TINY, guesses, leave_run
from tests.run.material import tiny_dataset

BENCHMARK = "lidc-nodules"
OTHER = "cnn_fp32"
_NONE = {"name": None, "scope": "the GPU", "update_period_s": None, "reason": "it was played back"}
SIMULATED = {
    "simulated": True,
    "sources": {"gpu": _NONE, "cpu": _NONE, "dram": _NONE},
    "samples": 0,
    "repetitions": 0,
    "windows": [],
}


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return tiny_dataset(tmp_path_factory.mktemp("data"))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "home").mkdir()
    return Home(tmp_path / "home")


def two(home: Home, dataset: Dataset, runs: int = 3) -> None:
    for number in range(1, runs + 1):
        leave_run(home, dataset, number, submission="mlp_fp32")
        leave_run(home, dataset, number, submission=OTHER, skill=1.9)


def test_the_common_runs_are_compared_by_their_predictions(home: Home, dataset: Dataset) -> None:
    two(home, dataset)
    leave_run(home, dataset, 4, submission="mlp_fp32")
    pair = comparable(OTHER, "mlp_fp32", BENCHMARK, home)
    found = compare(*pair, dataset, TINY, RULESET)
    assert found.numbers == common(*pair) == (1, 2, 3)
    labels, patients = dataset.test_labels(), dataset.test_patients()
    ours, theirs = (np.array([guesses(labels, n, skill) for n in (1, 2, 3)]) for skill in (1.9, 2.0))
    assert found.difference == run_averaged_difference(ours, theirs, labels, patients)
    assert (found.candidate.model, found.reference.model) == ("cnn", "mlp")
    assert found.judgement.margin is not None
    target = TINY.document["quality"]["targets"]["cnn"]["test_auc"]
    mean = found.candidate.auc.value
    assert mean is not None
    assert (found.candidate.gate.target, found.candidate.gate.verdict == "above") == (target, mean >= target)
    assert found.costs["time_to_predictions"].value == pytest.approx(1.0)
    assert found.costs["gpu_energy"].value is None


def test_the_same_submission_is_not_worse_than_itself(home: Home, dataset: Dataset) -> None:
    two(home, dataset)
    found = compare(*comparable("mlp_fp32", "mlp_fp32", BENCHMARK, home), dataset, TINY, RULESET)
    assert found.judgement.outcome == "non-inferior"
    assert found.difference.same_order


def test_failed_runs_are_told(home: Home, dataset: Dataset) -> None:
    two(home, dataset)
    leave_run(home, dataset, 4, submission=OTHER, ended=Ended.FAILED)
    found = compare(*comparable(OTHER, "mlp_fp32", BENCHMARK, home), dataset, TINY, RULESET)
    assert len(found.candidate.failed) == 1
    assert found.reference.failed == ()


def test_a_run_that_failed_is_not_made_good_by_another_of_its_number(home: Home, dataset: Dataset) -> None:
    two(home, dataset)
    leave_run(home, dataset, 4, submission=OTHER, ended=Ended.FAILED, minute=4)
    leave_run(home, dataset, 4, submission=OTHER, minute=40)
    leave_run(home, dataset, 1, submission=OTHER, ended=Ended.FAILED, minute=50)
    leave_run(home, dataset, 4, submission="mlp_fp32")
    pair = comparable(OTHER, "mlp_fp32", BENCHMARK, home)
    assert common(*pair) == (1, 2, 3)
    assert [run.record["number"] for run in pair[0].failed] == [4]


def test_a_run_that_failed_before_it_had_a_profile_is_told(home: Home, dataset: Dataset) -> None:
    two(home, dataset)
    early = leave_run(home, dataset, 4, submission=OTHER, ended=Ended.FAILED, requested_profile="auto")
    record = json.loads((early.root / RECORD).read_text())
    record["profile"].update(used=None)
    (early.root / RECORD).write_text(json.dumps(record))
    assert findings(validator("record"), record) == []
    pair = comparable(OTHER, "mlp_fp32", BENCHMARK, home)
    assert [run.record["number"] for run in pair[0].failed] == [4]


def test_a_cost_below_zero_is_none(home: Home, dataset: Dataset) -> None:
    two(home, dataset)
    for path in home.runs.glob("*/record.json"):
        record = json.loads(path.read_text())
        record["quantities"]["cpu_time"].update(value=-1.0, reason=None)
        path.write_text(json.dumps(record))
    found = compare(*comparable(OTHER, "mlp_fp32", BENCHMARK, home), dataset, TINY, RULESET)
    assert found.costs["cpu_time"].value is None


def test_runs_with_a_made_up_meter_are_in_no_entry(home: Home, dataset: Dataset) -> None:
    two(home, dataset)
    for path in home.runs.glob("*/record.json"):
        record = json.loads(path.read_text())
        record["measurement"] = SIMULATED
        path.write_text(json.dumps(record))
    assert findings(validator("record"), record) == []
    with pytest.raises(InvalidInput, match="no valid official run"):
        comparable(OTHER, "mlp_fp32", BENCHMARK, home)


def test_what_can_not_be_compared_says_why(home: Home, dataset: Dataset) -> None:
    with pytest.raises(InvalidInput, match="no valid official run of mlp_fp32"):
        comparable("mlp_fp32", OTHER, BENCHMARK, home)
    leave_run(home, dataset, 1, submission="mlp_fp32")
    leave_run(home, dataset, 1, submission=OTHER, runtime="docker")
    with pytest.raises(InvalidInput, match="they differ in runtime"):
        comparable("mlp_fp32", OTHER, BENCHMARK, home)
    leave_run(home, dataset, 2, submission=OTHER)
    with pytest.raises(InvalidInput, match="no run number in common"):
        comparable("mlp_fp32", OTHER, BENCHMARK, home)
    leave_run(home, dataset, 3, submission="mlp_fp32", own_seed=True)
    leave_run(home, dataset, 3, submission=OTHER)
    with pytest.raises(InvalidInput, match="no run number in common"):
        comparable("mlp_fp32", OTHER, BENCHMARK, home)


def test_runs_of_two_programs_are_two_entries(home: Home, dataset: Dataset) -> None:
    two(home, dataset, runs=2)
    for number in (1, 2, 3):
        leave_run(home, dataset, number, image={"kind": "host", "identity": "sha256:" + "3" * 64})
    leave_run(home, dataset, 3, submission=OTHER)
    _, reference = comparable(OTHER, "mlp_fp32", BENCHMARK, home)
    assert {run.record["image"]["identity"][-1] for run in reference.runs.values()} == {"3"}, "more runs in common"


def test_the_command(home: Home, dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    two(home, dataset)
    monkeypatch.setenv("LEANMED_HOME", str(home.root))
    monkeypatch.setattr("harness.data.prepare.prepare", lambda name, home, say: dataset)
    done = CliRunner().invoke(command.compare, [f"submissions/{OTHER}/", "mlp_fp32", "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["runs"] == [1, 2, 3]
    assert f"{OTHER} against mlp_fp32 on lidc-nodules, runs 1, 2, 3" in done.stderr
    assert "time to predictions: 1.000 [1.000, 1.000] times" in done.stderr
