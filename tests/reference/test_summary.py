"""The summary file: what is written is what is read, and what was changed by hand stands out."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from harness.errors import InvalidInput
from harness.reference.summary import read_summary, summary_path, write_summary
from harness.spec.schema import kinds, schemas
from harness.spec.survey import survey
from tests.reference.material import summary
from tests.spec.test_schema import parts

AUCS = (0.80, 0.81, 0.79)


@pytest.fixture
def written(tmp_path):
    path = tmp_path / "lidc-nodules.reference.json"
    write_summary(summary(AUCS, validation=(0.7, None, 0.8)), path)
    return path


def test_what_is_written_is_what_is_read(written):
    assert read_summary(written) == summary(AUCS, validation=(0.7, None, 0.8))


def test_the_file_is_pretty_and_holds_no_durations(written):
    text = written.read_text()
    assert text.startswith('{\n  "schema": "leanmed/reference/v1",\n')
    assert text.endswith("}\n")
    assert not any(word in text for word in ("seconds", "_time", "started", "finished"))


def test_harness_validate_knows_it(written):
    (valid,) = survey([written]).valid
    assert valid.kind == "reference"


def test_it_stands_beside_the_benchmark_file():
    assert (summary_path("lidc-nodules").parent / "lidc-nodules.yaml").is_file()
    assert summary_path("lidc-nodules").name == "lidc-nodules.reference.json"


def test_a_missing_file_names_the_command_that_writes_it(tmp_path):
    with pytest.raises(InvalidInput, match="no reference summary") as caught:
        read_summary(tmp_path / "none.json")
    assert caught.value.remedy == "`harness reference collect` writes it"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda document: document["models"]["mlp"]["runs"][1].update(number=3), "without a gap"),
        (lambda document: document["models"]["mlp"]["runs"][1].update(test_auc=0.9), "not its test AUC minus"),
        (lambda document: document["models"]["mlp"]["runs"][1].update(epochs=9), "9 epochs, 3 listed"),
        (lambda document: document["models"]["mlp"]["runs"][1].update(device="cuda"), "different devices"),
        (lambda document: document["models"]["mlp"]["test_auc"].update(value=0.85), "not the mean of its runs"),
        (lambda document: document["models"]["mlp"]["gain"].update(value=0.09), "minus the trivial model's"),
        (lambda document: document["models"]["mlp"]["gain"].update(lower=None), "an interval has two ends"),
        (lambda document: document["models"]["mlp"].pop("runs"), "is missing"),
        (lambda document: document["models"].clear(), "out of bounds"),
        (lambda document: document.update(seconds=3), "unknown key"),
        (lambda document: document.update(data="sha256:0"), "does not fit"),
        (lambda document: document["models"]["mlp"]["runs"][0].update(test_auc=1.5), "out of bounds"),
    ],
)
def test_what_was_changed_by_hand_is_refused(written, change, message):
    document = json.loads(written.read_text())
    change(document)
    written.write_text(json.dumps(document))
    with pytest.raises(InvalidInput, match=message) as caught:
        read_summary(written)
    assert "harness reference collect" in str(caught.value)


def test_what_breaks_the_schema_is_never_written(tmp_path):
    with pytest.raises(ValueError, match="breaks its schema"):
        write_summary(summary((1.2,)), tmp_path / "bad.json")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_takes_no_file_is_an_error_with_a_remedy(tmp_path):
    with pytest.raises(InvalidInput, match="can't be written") as caught:
        write_summary(summary(AUCS), tmp_path / "no" / "folder.json")
    assert caught.value.remedy == "name another file with --output"


class TestSchema:
    schema = schemas()["reference"]

    def test_it_is_a_schema_of_2020_12_and_known_by_its_format(self):
        Draft202012Validator.check_schema(self.schema)
        assert kinds()["leanmed/reference/v1"] == "reference"

    def test_every_part_has_a_title_and_a_description(self):
        assert [where for where, part in parts(self.schema) if not {"title", "description"} <= part.keys()] == []

    def test_every_mapping_refuses_other_keys_or_bounds_their_number(self):
        loose = [
            where
            for where, part in parts(self.schema)
            if part.get("type") == "object"
            and part.get("additionalProperties") is not False
            and "maxProperties" not in part
        ]
        assert loose == []

    def test_every_text_is_bounded(self):
        unbounded = [
            where
            for where, part in parts(self.schema)
            if "string" in part.get("type", ()) and not {"maxLength", "pattern"} & part.keys()
        ]
        assert unbounded == []
