import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from harness.cli.data import data
from harness.data import prepare as prepare_module
from harness.errors import InvalidInput, MachineLacks
from tests.data.test_prepare import Small


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("LEANMED_HOME", str(tmp_path))
    return lambda *args: CliRunner().invoke(data, args)


def test_prepare_tells_a_program_on_standard_output_and_a_person_on_standard_error(run, dataset, monkeypatch):
    monkeypatch.setenv("LEANMED_HOME", str(dataset.root.parents[2]))
    result = run("prepare", "lidc-nodules", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["digest"] == dataset.digest
    assert told["counts"]["cases"] == dict(dataset.counts)
    assert told["folder"] == str(dataset.root)
    assert "train 1,334, val 389, test 914" in result.stderr
    assert "contact_sheet.png" in result.stderr


def test_check_and_list_of_prepared_data(run, dataset, monkeypatch):
    monkeypatch.setenv("LEANMED_HOME", str(dataset.root.parents[2]))
    checked = run("check", "lidc-nodules")
    assert checked.exit_code == 0
    assert checked.stdout == ""
    assert dataset.digest in checked.stderr
    (row,) = [row for row in json.loads(run("list", "--json").stdout) if row["benchmark"] == "lidc-nodules"]
    assert row["state"] == "prepared"
    assert row["digest"] == dataset.digest


def test_list_tells_which_data_somebody_has_to_bring(run):
    result = run("list", "--json")
    asks = {row["benchmark"]: row["asks_for"] for row in json.loads(result.stdout)}
    assert asks["lidc-nodules"] is None
    assert "train.csv" in asks["rsna-recall"]
    (line,) = [line for line in result.stderr.splitlines() if line.startswith("lidc-idri ")]
    assert "not prepared (--source DIR)" in line


def test_check_of_data_that_are_not_there_names_the_command(run):
    result = run("check", "lidc-nodules")
    assert isinstance(result.exception, MachineLacks)
    assert "`harness data prepare lidc-nodules`" in str(result.exception)


def test_list_shows_what_is_damaged_and_how_to_mend_it(run, tmp_path, monkeypatch):
    monkeypatch.setattr(prepare_module, "provider_named", lambda name: Small())
    (tmp_path / "data" / "lidc-nodules" / "0123").mkdir(parents=True)
    result = run("list", "--json")
    assert result.exit_code == 0
    (row,) = [row for row in json.loads(result.stdout) if row["benchmark"] == "lidc-nodules"]
    assert row["state"] == "damaged"
    assert "--rebuild" in row["reason"]
    assert "--rebuild" in result.stderr


def test_an_unknown_benchmark_is_an_invalid_input(run):
    assert isinstance(run("prepare", "lidc").exception, InvalidInput)


def test_importing_the_verb_is_light():
    script = "import sys, harness.cli.data; print([name for name in ('numpy', 'scipy', 'PIL') if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
