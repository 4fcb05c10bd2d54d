"""`harness validate` and `harness new` as they are called from a shell."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from harness.cli.new import new
from harness.cli.validate import validate
from harness.errors import InvalidInput
from harness.places import resources
from harness.spec.schema import kinds
from tests.spec.conftest import Write


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(validate, [str(one) for one in arguments])


def test_one_line_for_each_valid_thing(write: Write):
    write()
    write(name="other", *[("model: densenet121", "model: cnn")])  # noqa: B026
    result = run()
    assert result.exit_code == 0
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        "valid  submissions/my_model/submission.yaml  densenet121, optimizer_state int8",
        "valid  submissions/other/submission.yaml     cnn, optimizer_state int8",
    ]


def test_problems_of_all_files_and_exit_code_2(write: Write):
    write()
    write(("int8", "int9"), name="other")
    result = run()
    assert result.exit_code == 2
    assert result.stderr.splitlines()[1:] == [
        "submissions/other/submission.yaml:7: efficiency.optimizer_state: 'int9' is not one of float32, int8; "
        "did you mean 'int8'?",
        "1 problem",
    ]


def test_json_on_standard_output(write: Write):
    write()
    write(("int8", "int9"), name="other")
    report = json.loads(run("--json").stdout)
    assert [one["name"] for one in report["valid"]] == ["my_model"]
    assert report["problems"] == [
        {
            "file": "submissions/other/submission.yaml",
            "line": 7,
            "column": 20,
            "path": "efficiency.optimizer_state",
            "message": "'int9' is not one of float32, int8",
            "expected": "one of float32, int8",
            "nearest": "int8",
        }
    ]


def test_what_may_be_given_as_a_path(write: Write):
    folder = write()
    for path in ("submissions", folder, folder / "submission.yaml", folder.absolute()):
        assert run(path).stderr.startswith("valid"), path
    assert run(folder, folder, folder / "submission.yaml").stderr.count("valid") == 1


def test_shipped_files_of_every_kind():
    rules = resources() / "rules"
    result = run(rules / "v1.yaml", *(rules / "benchmarks").glob("*.yaml"), resources() / "submissions")
    assert result.exit_code == 0, result.stderr


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("x.yaml", "a: 1\n", "x.yaml:1: schema: is missing; it says what the file is: "),
        ("x.yaml", "schema: leanmed/rulset/v1\n", "x.yaml:1: schema: 'leanmed/rulset/v1' is not one of our formats: "),
        (
            "x.yaml",
            "schema: leanmed/submission/v1\n",
            "x.yaml: a submission's file is named submission.yaml; rename it",
        ),
        ("x.json", '{"schema": 1}', "x.json:1: schema: 1 is not one of our formats: "),
        ("x.json", "{", "x.json:1: a key in double quotes is missing here"),
        ("x.yaml", "a: 1\na: 2\nb: \x1b\n", "x.yaml:2: a: this key stands here a second time; the first is on line 1"),
    ],
)
def test_files_of_no_known_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str, wanted: str):
    monkeypatch.chdir(tmp_path)
    Path(name).write_text(text)
    result = run(name)
    assert result.exit_code == 2
    assert any(line.startswith(wanted) for line in result.stderr.splitlines()), result.stderr


def test_a_broken_ruleset_or_benchmark_is_a_problem_like_any_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    for shipped in (resources() / "rules" / "v1.yaml", resources() / "rules" / "benchmarks" / "lidc-nodules.yaml"):
        Path(shipped.name).write_text(shipped.read_text(encoding="utf-8") + "zebra: 1\n", encoding="utf-8")
        result = run(shipped.name)
        assert result.exit_code == 2
        assert "zebra: unknown key" in result.stderr


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("submissions", "submissions: there is no such folder here; give the path of a submission, or change to the "
                        "checkout"),
        ("x.yaml", "x.yaml: there is no such file"),
        ("x", "x: there is no such folder"),
        ("/dev/null", "/dev/null: is neither a folder nor a file"),
        (".", ".: holds no submission.yaml; `harness new NAME` writes a folder to begin with"),
    ],
)  # fmt: skip
def test_paths_that_lead_to_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, wanted: str):
    monkeypatch.chdir(tmp_path)
    result = run(path)
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [wanted, "1 problem"]


def test_an_empty_folder_of_submissions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    Path("submissions").mkdir()
    result = run()
    assert result.exit_code == 2
    assert "submissions: holds no submissions; `harness new NAME` writes one to begin with" in result.stderr


def test_a_folder_with_a_hostile_name_can_not_drive_the_terminal(write: Write):
    write(("int8", "int9"), name="\x1b[31mred")
    assert "\x1b" not in run().stderr
    assert "submissions/\\x1b[31mred" in run().stderr


def test_records_are_held_against_their_schema_where_it_is_shipped(tmp_path: Path):
    assert "leanmed/record/v1" in kinds()
    file = tmp_path / "record.json"
    file.write_text('{"schema": "leanmed/record/v1",\n "zebra": 1}')
    result = run(file)
    assert result.exit_code == 2
    assert ":2: zebra: unknown key" in result.stderr


class TestNew:
    def test_what_it_writes_validates(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.chdir(tmp_path)
        for model in ("densenet121", "cnn", "mlp"):
            result = CliRunner().invoke(new, [f"try_{model}", "--model", model])
            assert result.exit_code == 0, result.output
            text = Path(f"submissions/try_{model}/submission.yaml").read_text(encoding="utf-8")
            assert text.startswith("# yaml-language-server: $schema=")
            assert f"harness validate submissions/try_{model}" in text
        assert run().exit_code == 0
        assert run().stderr.count("valid") == 3

    def test_the_editor_finds_the_schema_from_there(self, tmp_path: Path):
        CliRunner().invoke(new, ["my_try", "--into", str(tmp_path / "deep" / "er")])
        folder = tmp_path / "deep" / "er" / "my_try"
        first = (folder / "submission.yaml").read_text(encoding="utf-8").splitlines()[0]
        assert (folder / first.partition("=")[2]).resolve() == resources() / "schemas" / "submission.schema.json"

    @pytest.mark.parametrize(
        ("arguments", "wanted"),
        [
            (["My-Try"], "'My-Try' can't be a submission's name\n  → a name is 2 to 64 lower-case letters, digits and "
                         "underscores, not starting with an underscore; 'my_try' would do"),
            (["x"], "'x' can't be a submission's name\n  → a name is 2 to 64 lower-case letters, digits and "
                    "underscores, not starting with an underscore"),
            (["../up"], "'../up' can't be a submission's name\n  → a name is 2 to 64 lower-case letters, digits and "
                        "underscores, not starting with an underscore; 'up' would do"),
            (["ok", "--model", "dense"], "'dense' is not a model\n  → did you mean 'densenet121'? "
                                         "known: densenet121, "
                                         "swinv2_base_window8_256, vit_base_patch32_plus_256, cnn, mlp"),
        ],
    )  # fmt: skip
    def test_what_it_refuses(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], wanted: str):
        monkeypatch.chdir(tmp_path)
        error = CliRunner().invoke(new, arguments).exception
        assert isinstance(error, InvalidInput)
        assert str(error) == wanted
        assert list(tmp_path.iterdir()) == []

    def test_it_never_writes_over_anything(self, write: Write):
        folder = write()
        before = (folder / "submission.yaml").read_bytes()
        error = CliRunner().invoke(new, ["my_model"]).exception
        assert str(error) == "submissions/my_model is there already\n  → take another name, or delete it"
        assert (folder / "submission.yaml").read_bytes() == before


def test_the_commands_import_nothing_heavy():
    code = (
        "import sys, harness.cli.validate, harness.cli.new; "
        "print(sorted({'yaml', 'jsonschema', 'numpy', 'rich', 'docker'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
