"""What may stand in an open submission's folder, and what is said of the rest."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from harness.cli.main import main
from harness.spec.load import check_submission, load_benchmarks, load_ruleset, load_submission

VALID = """\
schema: leanmed/submission/v1
name: mine
title: A title
division: open
model: my_model
workload:
  command: [python3, main.py]
  packages: none
description: More than ten characters.
"""
REFUSED = (
    "the open division of ruleset v1 does not let a submission set this; it may set model, workload, weights, "
    "hyperparameters.epochs, hyperparameters.patience, hyperparameters.batch, and the benchmark sets the rest"
)
PIN = f"numpy==2.0 \\\n    --hash=sha256:{'0' * 64}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A valid open submission; the working folder is the one above it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine" / "workload").mkdir(parents=True)
    (tmp_path / "mine" / "workload" / "main.py").write_text("print('hello')\n")
    (tmp_path / "mine" / "submission.yaml").write_text(VALID)
    return Path("mine")


def said(folder: Path) -> list[str]:
    return [str(one) for one in check_submission(folder, load_ruleset(), load_benchmarks())[1]]


def change(folder: Path, old: str, new: str) -> None:
    file = folder / "submission.yaml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


def test_a_program_of_its_own_is_valid(folder: Path):
    submission = load_submission(folder, load_ruleset(), load_benchmarks())
    assert submission.open
    assert submission.workload == {"command": ["python3", "main.py"], "packages": "none", "stage": "none"}
    assert submission.efficiency == {}


def test_the_worked_example_is_valid():
    example = Path(__file__).parents[2] / "submissions" / "shape_forest"
    assert said(example) == []


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("workload:\n  command: [python3, main.py]\n  packages: none\n", "",
         "mine/submission.yaml:1: workload: is missing; the open division asks for it (it says how "
"the submission's own program is started)"),
        ("description", "efficiency: {}\ndescription",
         f"mine/submission.yaml:9: efficiency: {REFUSED}"),
        ("description", "hyperparameters: {learning_rate: 0.1}\ndescription",
         f"mine/submission.yaml:9: hyperparameters.learning_rate: {REFUSED}"),
        ("[python3, main.py]", "[]", None),
        ("packages: none", "packages: requirements.txt",
         "mine/requirements.txt: is named in submission.yaml, and there is no such file"),
        ("packages: none", "packages: none\n  stage: Dockerfile",
         "mine/Dockerfile: is named in submission.yaml, and there is no such file"),
    ],
)  # fmt: skip
def test_one_fault_of_the_file_one_sentence(folder: Path, old: str, new: str, wanted: str | None):
    change(folder, old, new)
    (line,) = said(folder)
    assert line.startswith("mine/submission.yaml:7: workload.command:") if wanted is None else line == wanted


def test_what_is_not_text_is_declared_with_its_digest(folder: Path):
    (folder / "model.bin").write_bytes(b"\xff\xfe\x00numbers")
    digest = hashlib.sha256((folder / "model.bin").read_bytes()).hexdigest()
    assert said(folder) == [
        "mine/model.bin: is not text; declare it in submission.yaml under weights, with its source and "
        f"sha256: {digest}"
    ]
    entry = "weights:\n  - {file: model.bin, sha256: %s, source: made by a script}\ndescription"
    change(folder, "description", entry % digest)
    assert said(folder) == []
    (folder / "model.bin").write_bytes(b"\xff\xfe\x00other")
    (line,) = said(folder)
    assert "submission.yaml declares" in line
    (folder / "model.bin").unlink()
    assert said(folder) == [
        "mine/submission.yaml: weights: model.bin is declared, and there is no such file in the folder"
    ]


def test_a_table_of_answers_is_no_code(folder: Path):
    (folder / "workload" / "table.py").write_text("A = '" + "x" * 2**20 + "'\n")
    (line,) = said(folder)
    assert line.startswith("mine/workload/table.py: is larger than the 1 MiB that a file of code may have; declare it")


def test_caches_of_python_are_left_out(folder: Path):
    (folder / "workload" / "__pycache__").mkdir()
    (folder / "workload" / "__pycache__" / "main.pyc").write_bytes(b"\xff\x00")
    assert said(folder) == []


def test_a_link_is_refused_wherever_it_leads(folder: Path):
    (folder / "workload" / "other.py").symlink_to("main.py")
    assert said(folder) == ["mine/workload/other.py: is a link; put the file itself there"]
    (folder / "workload" / "other.py").unlink()
    (folder / "workload" / "etc").symlink_to("/etc")
    (line,) = said(folder)
    assert "leads out of the submission's folder" in line


def test_packages_are_pinned_by_digest(folder: Path):
    change(folder, "packages: none", "packages: requirements.txt")
    (folder / "requirements.txt").write_text(f"# pinned\n{PIN}scipy==1.0\n")
    (line,) = said(folder)
    assert line.startswith("mine/requirements.txt:4: is not pinned as name==version with --hash=sha256")
    (folder / "requirements.txt").write_text("# nothing\n")
    assert said(folder) == ["mine/requirements.txt: pins nothing; write `packages: none` instead"]


def test_a_file_that_is_not_used_is_told(folder: Path):
    (folder / "requirements.txt").write_text(PIN)
    (folder / "Dockerfile").write_text("ARG BASE\nFROM ${BASE}\n")
    assert said(folder) == [
        "mine/Dockerfile: is not used: submission.yaml does not say `stage: Dockerfile`",
        "mine/requirements.txt: is not used: submission.yaml does not say `packages: requirements.txt`",
    ]


def test_a_fault_in_the_stage_has_its_line(folder: Path):
    change(folder, "packages: none", "packages: none\n  stage: Dockerfile")
    (folder / "Dockerfile").write_text("ARG BASE\nFROM ${BASE}\nADD https://example.org/x /x\n")
    (line,) = said(folder)
    assert line.startswith("mine/Dockerfile:3: ADD is not allowed")


def test_a_submission_without_a_program_is_told(folder: Path):
    (folder / "workload" / "main.py").unlink()
    (folder / "workload").rmdir()
    assert said(folder) == ["mine: has no folder workload/, in which an open submission's program lies"]


def test_new_writes_a_copy_of_the_worked_example_that_validates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    assert new("my_forest", "--division", "open") == 0
    folder = Path("submissions") / "my_forest"
    assert said(folder) == []
    assert (folder / "workload" / "main.py").is_file()
    assert new("my_forest", "--division", "open") == 2
    assert new("other", "--division", "open", "--model", "cnn") == 2


def new(*words: str) -> int:
    with pytest.raises(SystemExit) as end:
        main(["new", *words])
    return int(end.value.code or 0)
