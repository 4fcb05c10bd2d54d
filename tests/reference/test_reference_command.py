"""`harness reference`, called as a user calls it, on a home folder of made-up runs."""

from __future__ import annotations

import json
import shutil

import pytest
import yaml

from harness.cli import main as command
from harness.places import resources
from harness.reference.summary import read_summary
from tests.reference.material import leave_run
from tests.run.material import DATA_DIGEST


@pytest.fixture
def rules(tmp_path, monkeypatch, dataset, home):
    """A copy of the rules whose benchmark is of the tiny data set and has no targets; returns the benchmark file."""
    root = tmp_path / "resources"
    shutil.copytree(resources() / "rules", root / "rules")
    file = root / "rules" / "benchmarks" / "lidc-nodules.yaml"
    file.with_name("lidc-nodules.reference.json").unlink(missing_ok=True)
    document = yaml.safe_load(file.read_text())
    document["data"]["digest"] = DATA_DIGEST
    none = {"test_auc": None, "validation_auc": None, "reason": "not measured"}
    document["quality"]["targets"] = {model: dict(none) for model in document["models"]}
    put(file, document)
    for module in ("harness.spec.load", "harness.reference.summary"):
        monkeypatch.setattr(f"{module}.resources", lambda: root)
    monkeypatch.setattr("harness.data.prepare.prepare", lambda benchmark, home, say: dataset)
    monkeypatch.setenv("LEANMED_HOME", str(home.root))
    return file


def put(file, document):
    file.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")


@pytest.fixture
def harness(rules, capsys):
    def call(*args):
        code = command._call(["reference", *args])
        return code, *capsys.readouterr()

    return call


@pytest.fixture
def ten(home, dataset):
    for number in range(1, 11):
        leave_run(home, dataset, number, skill=4.0)


def test_collect_writes_beside_the_benchmark_file_and_shows_a_table(harness, rules, ten):
    code, out, err = harness("collect")
    assert (code, out) == (0, "")
    path = rules.with_name("lidc-nodules.reference.json")
    model = read_summary(path).models["mlp"]
    assert len(model.runs) == 10
    assert f"written: {path}" in err
    (row,) = [line for line in err.splitlines() if line.startswith("mlp ")]
    assert f"{model.test_auc.value:.3f} [{model.test_auc.lower:.3f}, {model.test_auc.upper:.3f}]" in row
    assert f"{model.gain.value:+.3f} [" in row
    assert " 10 " in row
    assert "of 10" in row


def test_collect_tells_a_program_on_standard_output(harness, ten, tmp_path):
    code, out, _ = harness("collect", "lidc-nodules", "--json", "--output", str(tmp_path / "out.json"))
    told = json.loads(out)
    assert code == 0
    assert told["file"] == str(tmp_path / "out.json")
    assert {**told, "file": 0, "notes": 0} == {**json.loads((tmp_path / "out.json").read_text()), "file": 0, "notes": 0}


def test_collect_never_drops_runs_by_itself(harness, home, dataset, rules, ten):
    assert harness("collect")[0] == 0
    shutil.rmtree(home.runs)
    leave_run(home, dataset, 1)
    code, _, err = harness("collect")
    assert code == 2
    assert "has more runs: 10 runs of mlp, here are 1" in err
    assert "--replace" in err
    assert harness("collect", "--replace")[0] == 0
    assert len(read_summary(rules.with_name("lidc-nodules.reference.json")).models["mlp"].runs) == 1


def test_collect_says_what_it_passed_over(harness, home, dataset):
    leave_run(home, dataset, 1)
    leave_run(home, dataset, 1)
    code, _, err = harness("collect")
    assert code == 0
    assert "note: passed over mlp_fp32-lidc-nodules-r1" in err
    assert "mlp: needs at least 10 reference runs, and 1 has been made" in err


def test_targets_prints_the_block_and_names_what_differs(harness, ten):
    harness("collect")
    code, out, err = harness("targets")
    assert code == 2
    assert "mlp: test_auc is null, the summary gives 0." in err
    assert "mlp: reason is 'not measured', the summary gives null" in err
    assert "cnn" not in err
    assert out.startswith("    densenet121:\n      test_auc: null\n")


def test_the_printed_block_put_into_the_file_makes_it_equal(harness, rules, ten):
    harness("collect")
    _, out, _ = harness("targets")
    document = yaml.safe_load(rules.read_text())
    document["quality"].pop("targets")
    trivial = document["quality"].pop("trivial")
    document.pop("quality")
    put(rules, document)
    with rules.open("a") as file:
        file.write(f"quality:\n  trivial: {trivial}\n  targets:\n{out}")
    code, again, err = harness("targets")
    assert (code, again) == (0, out)
    assert "holds these targets" in err
    told = json.loads(harness("targets", "--json")[1])
    assert told["differences"] == []
    assert told["targets"]["mlp"]["test_auc"] > 0.5


def test_a_long_reason_survives_the_way_through_the_file(harness, rules, home, dataset):
    for number in range(1, 11):
        leave_run(home, dataset, number, skill=-1.0, epochs=1)
    harness("collect")
    _, out, _ = harness("targets")
    assert len(yaml.safe_load(out)["mlp"]["reason"]) > 200
    document = yaml.safe_load(rules.read_text())
    document["quality"]["targets"] = yaml.safe_load(out)
    put(rules, document)
    assert harness("targets")[0] == 0


def test_targets_without_a_summary_names_the_command(harness):
    code, _, err = harness("targets")
    assert code == 2
    assert "`harness reference collect` writes it" in err


def test_a_summary_of_another_benchmark_is_refused(harness, tmp_path, ten):
    file = tmp_path / "other.json"
    harness("collect", "--output", str(file))
    file.write_text(file.read_text().replace('"benchmark": "lidc-nodules"', '"benchmark": "chest"'))
    code, _, err = harness("targets", "--summary", str(file))
    assert code == 2
    assert "the summary is of chest, not of lidc-nodules" in err


def test_an_unknown_benchmark_is_refused(harness):
    code, _, err = harness("collect", "lidc-nodule")
    assert code == 2
    assert "did you mean 'lidc-nodules'" in err
