"""The RSNA table: what is read, what is refused with its line, and the three tasks."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from harness.data.mammo.table import COLUMNS, TASKS, doubtful_patients, read_table
from harness.errors import InvalidInput

USUAL = {
    "site_id": "1", "patient_id": "10006", "image_id": "1", "laterality": "L", "view": "CC", "age": "61.0",
    "cancer": "0", "biopsy": "0", "invasive": "0", "BIRADS": "", "implant": "0", "density": "B", "machine_id": "29",
    "difficult_negative_case": "False",
}  # fmt: skip


def table(path: Path, *changes: dict[str, str], without: str = "") -> Path:
    names = [name for name in USUAL if name != without]
    with path.open("w", newline="") as file:
        rows = csv.DictWriter(file, names, extrasaction="ignore")
        rows.writeheader()
        for number, change in enumerate(changes, start=1):
            rows.writerow({**USUAL, "image_id": str(number), **change})
    return path


def test_a_row_is_read_with_its_gaps(tmp_path):
    row, other = read_table(table(tmp_path / "train.csv", {"BIRADS": "0.0"}, {"age": "", "density": ""}))
    assert (row.site, row.patient, row.age, row.birads, row.density) == ("1", "10006", 61.0, 0, "B")
    assert row.where == "train_images/10006/1.dcm"
    assert (other.age, other.birads, other.density) == (None, None, None)


@pytest.mark.parametrize("name", COLUMNS)
def test_a_missing_column_is_named(tmp_path, name):
    with pytest.raises(InvalidInput, match=f"lacks the columns {name}"):
        read_table(table(tmp_path / "train.csv", {}, without=name))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"laterality": "left"}, "line 3: laterality is 'left', not L or R"),
        ({"cancer": "maybe"}, "line 3: cancer is 'maybe'"),
        ({"age": "old"}, "line 3: age is 'old', no number"),
        ({"BIRADS": "7"}, "line 3: BIRADS is 7"),
        ({"patient_id": "../../etc"}, "line 3: patient_id is '../../etc'"),
        ({"image_id": ""}, "line 3: image_id is ''"),
    ],
)
def test_a_value_that_makes_no_sense_is_named_with_its_line(tmp_path, change, reason):
    with pytest.raises(InvalidInput) as caught:
        read_table(table(tmp_path / "train.csv", {}, change))
    assert reason in caught.value.message


def test_an_image_belongs_to_one_patient_and_stands_once(tmp_path):
    with pytest.raises(InvalidInput, match="under two patients"):
        read_table(table(tmp_path / "train.csv", {"image_id": "5"}, {"image_id": "5", "patient_id": "7"}))
    with pytest.raises(InvalidInput, match="twice"):
        read_table(table(tmp_path / "train.csv", {"image_id": "5"}, {"image_id": "5"}))


def test_two_patients_with_one_id_are_told_and_kept(tmp_path):
    rows = read_table(
        table(
            tmp_path / "train.csv",
            *({"patient_id": "1", "age": age} for age in ("61", "62", "")),
            *({"patient_id": "2", "age": age} for age in ("61", "75")),
            *({"patient_id": "3", "site_id": site} for site in ("1", "2")),
        )
    )
    assert [(one.where, one.reason, one.skipped) for one in doubtful_patients(rows)] == [
        ("patient 2", "its rows differ by 14 years of age: two patients with one id?", False),
        ("patient 3", "its rows are of two sites: two patients with one id?", False),
    ]


def test_a_table_without_rows_and_one_that_is_no_table(tmp_path):
    with pytest.raises(InvalidInput, match="has no rows"):
        read_table(table(tmp_path / "train.csv"))
    (tmp_path / "bad.csv").write_bytes(b"\xff\xfe\x00binary")
    with pytest.raises(InvalidInput, match="no CSV file"):
        read_table(tmp_path / "bad.csv")
    with pytest.raises(InvalidInput, match="can't be read"):
        read_table(tmp_path / "nowhere.csv")


def test_the_three_tasks_choose_and_label(tmp_path):
    path = table(
        tmp_path / "train.csv",
        {"patient_id": "1", "BIRADS": "0", "cancer": "1"},
        {"patient_id": "2", "BIRADS": "1"},
        {"patient_id": "3", "BIRADS": "2"},
        {"patient_id": "4", "BIRADS": ""},
        {"patient_id": "5", "BIRADS": "0", "site_id": "2"},
    )
    rows = read_table(path)

    def labels(task: str) -> dict[str, int]:
        return {row.patient: label for row, label in TASKS[task].select(path, rows)}

    assert labels("rsna-recall") == {"1": 1, "2": 0, "3": 0}
    assert labels("rsna-cancer") == {"1": 1, "2": 0, "3": 0, "4": 0, "5": 0}
    # The paper's label means not recalled.
    assert labels("rsna-paper") == {"1": 0, "2": 1, "3": 1, "5": 0}


def test_one_breast_has_one_label(tmp_path):
    path = table(tmp_path / "train.csv", {"BIRADS": "0"}, {"BIRADS": "1"})
    with pytest.raises(InvalidInput, match="two images of one breast have different labels"):
        TASKS["rsna-recall"].select(path, read_table(path))
    both = table(tmp_path / "both.csv", {"BIRADS": "0"}, {"BIRADS": "1", "laterality": "R"})
    assert len(TASKS["rsna-recall"].select(both, read_table(both))) == 2
