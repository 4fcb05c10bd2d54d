"""Submissions: what is taken, and the text of every complaint."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from harness.errors import InvalidInput
from harness.spec.load import load_benchmark, load_ruleset, load_submission
from harness.spec.problem import InvalidSpecification
from harness.spec.schema import schemas
from tests.spec.conftest import Messages, Write

NAME_RULE = "2 to 64 lower-case letters, digits and underscores, not starting with an underscore"
ONE_LINE = "one line of text of 3 to 80 characters"
MODELS = "densenet121, swinv2_base_window8_256, vit_base_patch32_plus_256, cnn, mlp"
PLAIN = {
    "weights": "float32",
    "autocast": "none",
    "float32_matmul": "ieee",
    "optimizer_state": "float32",
    "saved_activations": "exact",
    "gradients": "exact",
    "activation_checkpointing": "none",
    "memory_format": "contiguous",
}
BENCHMARKS = "lidc-idri, lidc-malignancy, lidc-nodules, rsna-cancer, rsna-paper, rsna-recall"
KNOWN = "schema, name, title, division, model, efficiency, hyperparameters, workload, weights, description, source"


def test_a_valid_submission(write: Write):
    submission = load_submission(write(), load_ruleset(), [load_benchmark("lidc-nodules")])
    assert (submission.name, submission.division, submission.model) == ("my_model", "closed", "densenet121")
    assert submission.efficiency == {**PLAIN, "optimizer_state": "int8"}
    assert submission.document["title"] == submission.title == "A title"
    assert submission.digest.startswith("sha256:")


def test_what_is_left_out_of_efficiency_has_its_default_and_the_document_stays_as_it_was(write: Write):
    folder = write(("efficiency:\n  optimizer_state: int8", "efficiency: {}"))
    submission = load_submission(folder, load_ruleset(), [load_benchmark("lidc-nodules")])
    assert submission.efficiency == PLAIN
    assert submission.document["efficiency"] == {}


def test_the_digest_is_of_what_is_said_not_of_how(write: Write):
    plain = load_submission(write(), load_ruleset(), [load_benchmark("lidc-nodules")])
    file = plain.folder / "submission.yaml"
    lines = file.read_text().splitlines()
    file.write_text("# a comment\n" + "\n".join([*lines[1:], 'schema: "leanmed/submission/v1"']))
    again = load_submission(plain.folder, load_ruleset(), [load_benchmark("lidc-nodules")])
    assert again.digest == plain.digest


def test_the_folder_may_be_given_by_its_file_or_as_the_working_folder(write: Write, monkeypatch: pytest.MonkeyPatch):
    folder = write()
    rules = load_ruleset(), [load_benchmark("lidc-nodules")]
    assert load_submission(folder / "submission.yaml", *rules).folder == folder
    monkeypatch.chdir(folder)
    assert load_submission(Path(), *rules).name == "my_model"


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("int8", "int9", "7: efficiency.optimizer_state: 'int9' is not one of float32, int8; did you mean 'int8'?"),
        ("int8", "8bit", "7: efficiency.optimizer_state: '8bit' is not one of float32, int8; did you mean 'int8'?"),
        ("int8", "", "7: efficiency.optimizer_state: has no value; expected one of float32, int8"),
        ("title: A", "titel: A", "3: titel: unknown key; did you mean 'title'?"),
        ("title: A title\n", "", f"1: title: is missing; expected {ONE_LINE}"),
        ("title: A title", "title:", f"3: title: has no value; expected {ONE_LINE}"),
        ("A title", "2023", f"3: title: 2023 is a number; expected {ONE_LINE}; put it in quotes"),
        ("A title", "true", f"3: title: true is a truth value; expected {ONE_LINE}; put it in quotes"),
        ("A title", "[a]", f"3: title: a list stands here; expected {ONE_LINE}"),
        ("A title", "x" * 81, f"3: title: text of 81 characters is out of bounds; expected {ONE_LINE}"),
        ("A title", '"two\\nlines"', f"3: title: 'two\\nlines' does not fit; expected {ONE_LINE}"),
        ("closed", "Closed", "4: division: 'Closed' is not one of closed, open; did you mean 'closed'?"),
        ("121", "", f"5: model: 'densenet' is not a model of {BENCHMARKS}: {MODELS}; did you "
                     "mean 'densenet121'?"),
        ("/v1", "/v2", "1: schema: 'leanmed/submission/v2' is not leanmed/submission/v1; "
                       "did you mean 'leanmed/submission/v1'?"),
        ("efficiency:\n  optimizer_state: int8", "efficiency: no", "6: efficiency: 'no' is text; expected a mapping"),
        ("More than ten characters.", "short",
         "8: description: text of 5 characters is out of bounds; expected text of 10 to 2000 characters"),
        ("name: my_model", "name: other", "2: name: 'other' is not the name of the folder, 'my_model'; "
                                          "make the two equal"),
        ("name: my_model", "name: my-model", f"2: name: 'my-model' does not fit; expected {NAME_RULE}"),
        ("name: my_model", "name: |\n  my_model", f"2: name: 'my_model\\n' does not fit; expected {NAME_RULE}"),
        ("efficiency:\n  optimizer_state: int8\n", "",
         "1: efficiency: is missing; the closed division asks for it ({} is the plain float32 configuration)"),
    ],
)  # fmt: skip
def test_one_fault_one_sentence(write: Write, messages: Messages, old: str, new: str, wanted: str):
    assert messages(write((old, new))) == [wanted]


@pytest.mark.parametrize(
    ("tail", "wanted"),
    [
        ("optimizer_state: int8\n", "9: optimizer_state: unknown key; it belongs under 'efficiency'"),
        ("zebra: 1\n", f"9: zebra: unknown key; known here: {KNOWN}"),
        ("<<: {a: 1}\n", f"9: '<<': unknown key; known here: {KNOWN}"),
        ("title: Again\n", "9: title: this key stands here a second time; the first is on line 3"),
        ("source: &a Mary\n", "9: source: anchors (&a) are not allowed; delete it"),
        ("source: *a\n", "9: source: aliases (*a) are not allowed; write the value out"),
        ("source: !!str Mary\n", "9: source: tags (!…) are not allowed; write the plain value"),
        (
            "hyperparameters:\n  learning_rate: 1e-4\n",
            "9: hyperparameters: the closed division of ruleset v1 does not let a submission set this; it may set "
            "model, efficiency, and the benchmark sets the rest",
        ),
    ],
)
def test_keys_that_have_no_place(write: Write, messages: Messages, tail: str, wanted: str):
    assert messages(write(tail=tail)) == [wanted]


def test_every_fault_is_said_at_once_in_the_files_order(write: Write, messages: Messages):
    tail = "hyperparameters:\n  learning_rate: '1e-4'\n  betas: [0.9]\n  epochs: 10.0\n  batch: 0\n  batch: 32\n"
    said = messages(write(("A title", "&t A title"), ("closed", "Closed"), ("int8", "int9"), tail=tail))
    assert [line.split(":")[0] for line in said] == ["3", "4", "7", "10", "11", "12", "13", "14"]
    assert said[3] == (
        "10: hyperparameters.learning_rate: '1e-4' is text; "
        "expected a number above 0 and up to 10; take the quotes away"
    )
    assert said[4] == "11: hyperparameters.betas: a list of 1 is out of bounds; expected a list of 2 items"
    assert said[5] == "12: hyperparameters.epochs: 10.0 is no whole number; expected a whole number from 1 to 1000"


def test_load_raises_with_every_problem_and_a_remedy(write: Write):
    folder = write(("closed", "Closed"), ("int8", "int9"))
    with pytest.raises(InvalidSpecification) as caught:
        load_submission(folder, load_ruleset(), [load_benchmark("lidc-nodules")])
    assert len(caught.value.problems) == 2
    assert str(caught.value).endswith("→ mend the file, then `harness validate submissions/my_model`")
    assert isinstance(caught.value, InvalidInput)


def test_a_model_that_the_benchmark_does_not_list(write: Write):
    benchmark = load_benchmark("lidc-nodules")
    models = {key: value for key, value in benchmark.document["models"].items() if key != "densenet121"}
    smaller = type(benchmark)(**{**vars(benchmark), "document": {**benchmark.document, "models": models}})
    with pytest.raises(InvalidSpecification) as caught:
        load_submission(write(), load_ruleset(), [smaller])
    assert caught.value.problems[0].message == f"'densenet121' is not a model of lidc-nodules: {', '.join(models)}"


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        (b"", "is empty"),
        (b"- a\n", "1: the file holds a list; expected a mapping of keys to values, such as 'name: my_model'"),
        (b"name: \xff\n", "1: byte 6 of the file (0xff) is not UTF-8; save the file as UTF-8"),
        (b"a: " + b"[" * 1_000_000, "1: nested more than 32 levels deep"),
    ],
)
def test_files_that_are_no_submission_at_all(write: Write, messages: Messages, raw: bytes, wanted: str):
    assert [one.strip() for one in messages(write(raw=raw))] == [wanted]


class TestFolder:
    def test_a_readme_may_stand_beside(self, write: Write, messages: Messages):
        folder = write()
        (folder / "README.md").write_text("hello")
        assert messages(folder) == []

    def test_anything_else_is_named(self, write: Write, messages: Messages):
        folder = write()
        (folder / "train.py").write_text("")
        (folder / ".hidden").write_text("")
        (folder / "inner").mkdir()
        (folder / "inner" / "submission.yaml").write_text("")
        rest = "has no place in a closed submission, which holds only submission.yaml and README.md; move it elsewhere"
        assert messages(folder) == [
            f"submissions/my_model/.hidden: {rest}",
            f"submissions/my_model/inner/submission.yaml: {rest}",
            f"submissions/my_model/train.py: {rest}",
        ]

    def test_links_that_lead_out_are_refused(self, write: Write, messages: Messages, tmp_path: Path):
        folder = write()
        (folder / "data").symlink_to(tmp_path)
        (folder / "README.md").symlink_to("/etc/hostname")
        wanted = "is a link that leads out of the submission's folder; put the file itself there"
        assert messages(folder) == [
            f"submissions/my_model/README.md: {wanted}",
            f"submissions/my_model/data: {wanted}",
        ]

    def test_links_within_are_refused_in_the_closed_division(self, write: Write, messages: Messages):
        folder = write()
        (folder / "README.md").symlink_to("submission.yaml")
        assert messages(folder) == ["submissions/my_model/README.md: is a link; a closed submission holds plain files"]

    def test_the_file_itself_may_not_be_a_link_out(self, write: Write, messages: Messages, tmp_path: Path):
        folder = write()
        (folder / "submission.yaml").rename(tmp_path / "elsewhere.yaml")
        (folder / "submission.yaml").symlink_to(tmp_path / "elsewhere.yaml")
        said = [one.strip() for one in messages(folder)]
        assert said == ["is a link that leads out of its folder; put the file itself there"]

    def test_a_pipe_is_not_waited_for(self, write: Write, messages: Messages):
        folder = write()
        os.mkfifo(folder / "README.md")
        assert messages(folder) == ["submissions/my_model/README.md: is neither a file nor a folder; delete it"]

    def test_a_crowd_of_files_gives_a_short_list(self, write: Write, messages: Messages):
        folder = write()
        for number in range(50):
            (folder / f"{number:02}.txt").write_text("")
        said = messages(folder)
        assert len(said) == 21
        assert "submissions/my_model: holds more files that have no place here" in said

    def test_no_submission_in_it(self, messages: Messages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.chdir(tmp_path)
        Path("empty").mkdir()
        Path("named").mkdir()
        Path("named/submission.yml").write_text("")
        Path("file").write_text("")
        hint = "`harness new NAME` writes a folder to begin with"
        assert messages(Path("empty")) == [f"empty: holds no submission.yaml; {hint}"]
        assert messages(Path("named")) == ["named: holds no submission.yaml; rename 'submission.yml'"]
        assert messages(Path("file")) == ["file: is not a folder; a submission is a folder with submission.yaml"]
        assert messages(Path("empti")) == ["empti: there is no such folder; did you mean 'empty'?"]
        assert messages(Path("none/here")) == ["none/here: there is no such folder"]


@pytest.mark.parametrize(
    ("efficiency", "wanted"),
    [
        (
            "weights: float16",
            "7: efficiency.weights: weights float16 and optimizer_state float32 make no sense together:",
        ),
        (
            "optimizer_state: int8\n  weights: bfloat16\n  autocast: float16",
            "8: efficiency.weights: weights bfloat16 and autocast float16 make no sense together:",
        ),
        (
            "gradients: int8\n  autocast: float16",
            "7: efficiency.gradients: gradients int8 and autocast float16 make no sense together:",
        ),
        (
            "float32_matmul: tf32\n  autocast: bfloat16",
            "8: efficiency.autocast: autocast bfloat16 and float32_matmul tf32 make no sense together:",
        ),
    ],
)
def test_settings_that_make_no_sense_together(write: Write, messages: Messages, efficiency: str, wanted: str):
    (message,) = messages(write(("optimizer_state: int8", efficiency)))
    assert message.startswith(wanted)
    assert len(message) > len(wanted) + 20


def test_a_network_without_blocks_has_none_to_compute_again(write: Write, messages: Messages):
    text = "activation_checkpointing: blocks"
    (message,) = messages(write(("optimizer_state: int8", text), ("densenet121", "cnn")))
    assert "model cnn and activation_checkpointing blocks make no sense together: this network has no rep" in message


def test_every_refused_combination_is_of_words_that_exist():
    properties = schemas()["submission"]["properties"]
    words = {key: part["enum"] for key, part in properties["efficiency"]["properties"].items()}
    words["model"] = properties["model"]["examples"]
    for combination in load_ruleset().document["combinations"]:
        for key, values in combination["refused"].items():
            assert set(values) <= set(words[key])
