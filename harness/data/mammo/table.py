"""``train.csv`` of the RSNA screening mammography set, and the three tasks that are made of it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.data.broken import Problem
from harness.errors import InvalidInput

COLUMNS = (
    *("site_id", "patient_id", "image_id", "laterality", "view", "age", "cancer", "BIRADS", "implant", "density"),
    "machine_id",
)
"""What is read; the file has more."""
_REMEDY = "give the train.csv of the RSNA Screening Mammography Breast Cancer Detection data, unchanged"


@dataclass(frozen=True)
class Row:
    """One image. ``birads`` is 0 (recalled for follow-up), 1 (negative) or 2 (benign); None where the table says
    nothing, as for ``age`` (years) and ``density`` (A to D)."""

    site: str
    patient: str
    image: str
    laterality: str
    view: str
    age: float | None
    cancer: int
    birads: int | None
    implant: int
    density: str | None
    machine: str

    @property
    def breast(self) -> tuple[str, str]:
        """Which breast it shows: patient and side."""
        return self.patient, self.laterality

    @property
    def where(self) -> str:
        """The image's path in the set."""
        return f"train_images/{self.patient}/{self.image}.dcm"


def read_table(path: Path) -> list[Row]:
    """All rows. Raises `InvalidInput`, with the line, for a table that is not the set's."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.DictReader(file, strict=True)
            missing = [name for name in COLUMNS if name not in (lines.fieldnames or [])]
            if missing:
                raise InvalidInput(f"{path} lacks the columns {', '.join(missing)}", remedy=_REMEDY)
            rows = [_row(path, lines.line_num, line) for line in lines]
    except OSError as error:
        raise InvalidInput(f"{path} can't be read: {error.strerror}", remedy=_REMEDY) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput(f"{path} is no CSV file: {error}", remedy=_REMEDY) from error
    if not rows:
        raise InvalidInput(f"{path} has no rows", remedy=_REMEDY)
    _one_row_each(path, rows)
    return rows


def _row(path: Path, number: int, line: Mapping[str, str | None]) -> Row:
    def text(name: str) -> str:
        value = (line[name] or "").strip()
        # Patient and image become part of a path.
        if not value or not value.replace("_", "").replace("-", "").replace(".", "").isalnum() or ".." in value:
            raise InvalidInput(f"{path}, line {number}: {name} is {value!r}", remedy=_REMEDY)
        return value

    def among(name: str, *allowed: str) -> str:
        value = text(name)
        if value not in allowed:
            raise InvalidInput(
                f"{path}, line {number}: {name} is {value!r}, not {' or '.join(allowed)}", remedy=_REMEDY
            )
        return value

    def number_of(name: str) -> float | None:
        value = (line[name] or "").strip()
        try:
            return float(value) if value else None
        except ValueError:
            raise InvalidInput(f"{path}, line {number}: {name} is {value!r}, no number", remedy=_REMEDY) from None

    birads = number_of("BIRADS")
    if birads not in (None, 0, 1, 2):
        raise InvalidInput(f"{path}, line {number}: BIRADS is {birads:g}, not 0, 1 or 2", remedy=_REMEDY)
    return Row(
        site=text("site_id"),
        patient=text("patient_id"),
        image=text("image_id"),
        laterality=among("laterality", "L", "R"),
        view=text("view"),
        age=number_of("age"),
        cancer=int(among("cancer", "0", "1")),
        birads=None if birads is None else int(birads),
        implant=int(among("implant", "0", "1")),
        density=(line["density"] or "").strip() or None,
        machine=text("machine_id"),
    )


def _one_row_each(path: Path, rows: Sequence[Row]) -> None:
    seen: dict[str, Row] = {}
    for row in rows:
        other = seen.setdefault(row.image, row)
        if other is not row:
            whose = "twice" if other.patient == row.patient else "under two patients"
            raise InvalidInput(f"{path}: an image stands there {whose} (image_id {row.image})", remedy=_REMEDY)


def doubtful_patients(rows: Sequence[Row]) -> list[Problem]:
    """Patients whose rows can't well be of one person: two sites, or ages more than a year apart (the set has one
    examination of each). Told and kept: images under one id are in one split, whoever they show."""
    of_patient: dict[str, list[Row]] = {}
    for row in rows:
        of_patient.setdefault(row.patient, []).append(row)
    found = []
    for patient, own in of_patient.items():
        ages = [row.age for row in own if row.age is not None]
        if len({row.site for row in own}) > 1:
            found.append((patient, "its rows are of two sites"))
        elif ages and max(ages) - min(ages) > 1:
            found.append((patient, f"its rows differ by {max(ages) - min(ages):g} years of age"))
    return [
        Problem(f"patient {patient}", f"{what}: two patients with one id?", skipped=False) for patient, what in found
    ]


@dataclass(frozen=True)
class Task:
    """What is to be told, and of which rows."""

    includes: Callable[[Row], bool]
    label: Callable[[Row], int]

    def select(self, path: Path, rows: Sequence[Row]) -> list[tuple[Row, int]]:
        """Its rows with their labels. Raises `InvalidInput` where two images of a breast have different ones."""
        chosen = [(row, self.label(row)) for row in rows if self.includes(row)]
        labels: dict[tuple[str, str], int] = {}
        for row, label in chosen:
            if labels.setdefault(row.breast, label) != label:
                raise InvalidInput(f"{path}: two images of one breast have different labels", remedy=_REMEDY)
        return chosen


TASKS: Mapping[str, Task] = {
    # Site 2 gives a BIRADS category only where it is 0, so that the site alone would tell.
    "rsna-recall": Task(lambda row: row.site == "1" and row.birads is not None, lambda row: int(row.birads == 0)),
    "rsna-cancer": Task(lambda row: True, lambda row: row.cancer),
    # As the paper has it. BIRADS above 0 means *not* recalled.
    "rsna-paper": Task(lambda row: row.birads is not None, lambda row: int((row.birads or 0) > 0)),
}
