"""A phantom of the RSNA screening mammography set: its table, layout and transfer syntaxes, and made-up breasts."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.uid import (
    UID,
    DigitalMammographyXRayImageStorageForPresentation,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    RLELossless,
)
from scipy.ndimage import gaussian_filter

from harness.data.phantom.dicom import mark, uid_of, write

ROWS, COLUMNS = 640, 512
_VIEWS = ("CC", "MLO")
_HEAD = (
    *("site_id", "patient_id", "image_id", "laterality", "view", "age", "cancer", "biopsy", "invasive", "BIRADS"),
    *("implant", "density", "machine_id", "difficult_negative_case"),
)


@dataclass(frozen=True)
class _Kind:
    """How an image is stored and shown. ``boxed``: its JPEG 2000 codestream is wrapped in a JP2 file."""

    syntax: UID
    bits: int
    inverted: bool
    function: str
    windows: int
    boxed: bool = False


_KINDS = (
    _Kind(JPEG2000Lossless, 12, False, "LINEAR", 1),
    _Kind(JPEGLosslessSV1, 14, True, "LINEAR", 2),
    _Kind(RLELossless, 12, False, "SIGMOID", 1),
    _Kind(ExplicitVRLittleEndian, 16, False, "LINEAR_EXACT", 1),
    _Kind(JPEG2000Lossless, 12, True, "SIGMOID", 1, boxed=True),
    _Kind(JPEG2000Lossless, 16, False, "", 0),
)


def write_rsna_mammo(out: Path, patients: int, seed: int, progress: Callable[[int, int], None]) -> None:
    """Write ``train.csv`` and ``train_images`` below the folder ``out``. The same arguments give the same pixels.

    Two in five patients are recalled, half of them with cancer, which shows as a bright spot.
    """
    out.mkdir(parents=True, exist_ok=True)
    lines: list[list[object]] = []
    total = 4 * patients
    for number in range(patients):
        random = np.random.default_rng([seed, number])
        patient = 10_000 + 7 * number
        site, machine = (2, 900) if number % 8 == 7 else (1, (49, 21, 29)[number % 3])
        recalled = number % 5 in (1, 3) or site == 2
        cancer = number % 10 in (1, 8)
        age, density = int(random.integers(40, 80)), "" if number % 4 == 2 else "ABCD"[number % 4]
        for side in "LR":
            affected = recalled and (side == "L") == (number % 2 == 1)
            birads: int | str = 0 if affected else "" if site == 2 or number % 6 == 5 else 1 + number % 2
            for view in _VIEWS:
                image = 500_000_000 + 10 * len(lines) + seed
                kind = _KINDS[len(lines) % len(_KINDS)]
                shown = _breast(random, side, lesion=affected)
                where = out / "train_images" / str(patient) / f"{image}.dcm"
                _write_image(where, shown, kind, patient, image, side, view)
                ill = int(cancer and affected)
                lines.append([site, patient, image, side, view, age, ill, ill, ill, birads, 0, density, machine, False])
                progress(len(lines), total)
    with (out / "train.csv").open("w", encoding="ascii", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(_HEAD)
        rows.writerows(lines)


def _breast(random: np.random.Generator, side: str, *, lesion: bool) -> NDArray[np.float64]:
    """Brightness from 0 to 1, float64 [rows, columns], with the chest wall where a breast of that side has it."""
    rows, columns = np.mgrid[:ROWS, :COLUMNS]
    middle = ROWS / 2 + random.uniform(-40, 40)
    height, depth = random.uniform(180, 260), random.uniform(220, 380)
    inside = ((rows - middle) / height) ** 2 + (columns / depth) ** 2 < 1
    texture = gaussian_filter(random.normal(size=(ROWS, COLUMNS)), 6)
    bright = np.where(inside, 0.35 + 2.0 * texture, 0.0)
    if lesion:
        at = middle + random.uniform(-0.4, 0.4) * height, random.uniform(0.2, 0.6) * depth
        bright += 0.5 * np.exp(-((rows - at[0]) ** 2 + (columns - at[1]) ** 2) / (2 * 14.0**2))
    shown = np.clip(np.where(inside, np.maximum(bright, 0.12), 0.0), 0, 1)
    # A label burnt in at the far edge, as many have.
    shown[20:50, -60:-20] = 0.9
    return shown if side == "L" else shown[:, ::-1]


def _write_image(
    path: Path, shown: NDArray[np.float64], kind: _Kind, patient: int, image: int, side: str, view: str
) -> None:
    """A mammogram with every attribute of type 1 and 2 of its IOD (PS3.3 A.26) that says something here."""
    dataset = Dataset()
    mark(dataset)
    dataset.SOPClassUID = DigitalMammographyXRayImageStorageForPresentation
    dataset.SOPInstanceUID = uid_of("mammogram", image)
    dataset.PatientID, dataset.PatientName, dataset.PatientBirthDate, dataset.PatientSex = str(patient), "", "", ""
    dataset.StudyInstanceUID, dataset.StudyID = uid_of("mammography", patient), ""
    dataset.StudyDate, dataset.StudyTime, dataset.AccessionNumber, dataset.ReferringPhysicianName = "", "", "", ""
    dataset.Modality, dataset.SeriesInstanceUID, dataset.SeriesNumber = "MG", uid_of("views", patient), 1
    dataset.PresentationIntentType, dataset.ImageType = "FOR PRESENTATION", ["ORIGINAL", "PRIMARY"]
    dataset.InstanceNumber, dataset.ImageLaterality, dataset.ViewPosition = 1, side, view
    dataset.BurnedInAnnotation, dataset.PatientOrientation = "NO", ""
    dataset.Rows, dataset.Columns, dataset.SamplesPerPixel = ROWS, COLUMNS, 1
    dataset.PhotometricInterpretation = "MONOCHROME1" if kind.inverted else "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, kind.bits, kind.bits - 1
    dataset.PixelRepresentation = 0
    top = (1 << kind.bits) - 1
    if kind.function:
        dataset.VOILUTFunction = kind.function
        centres, widths = [top / 2 + 0.5, top / 3], [top + 1.0, top / 2]
        if kind.function == "SIGMOID":
            widths[0] /= 2
        dataset.WindowCenter = centres[: kind.windows] if kind.windows > 1 else centres[0]
        dataset.WindowWidth = widths[: kind.windows] if kind.windows > 1 else widths[0]
    stored = np.rint((1 - shown if kind.inverted else shown) * top).astype(np.uint16)
    dataset.PixelData = stored.tobytes()
    write(dataset, path, kind.syntax, boxed=kind.boxed)
