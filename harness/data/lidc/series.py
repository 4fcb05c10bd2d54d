"""The CT series of a downloaded LIDC-IDRI tree: found by what the files say of themselves, never by folders' names."""

from __future__ import annotations

import math
import os
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pydicom
from pydicom.uid import MediaStorageDirectoryStorage

from harness.data import dicom_file
from harness.data.broken import Broken, Problem
from harness.data.dicom_file import NoDicom, told
from harness.data.lidc.source import Scan
from harness.workers import on_all_processors

SAME_Z_MM = 0.01
"""Two positions closer than this are one. Those of the database are rounded to a hundredth."""
_TAGS = [
    *("Modality", "SeriesInstanceUID", "ImagePositionPatient", "ImageOrientationPatient", "InstanceNumber"),
    *("Rows", "Columns", "PixelSpacing"),
]
_MAY_LACK = ["PatientID", "QualityControlImage"]
# PS3.3 C.7.6.2.1.1: rows run to the patient's left, columns to the back, and both the other way in one who lies prone.
# Outlines are in pixels of the stored image, so they fit either way.
_AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
_CHUNK = 64


@dataclass(frozen=True)
class Slice:
    """One image of a series. ``where`` is its path relative to the source; ``z`` is ImagePositionPatient's third value
    and ``spacing`` the distance of rows and columns, in mm; ``patient`` is PatientID, or nothing; ``phantom`` is True
    for a made-up one (QualityControlImage, PS3.3 C.7.6.1: "phantom or quality control image")."""

    where: str
    series: str
    z: float
    number: int
    rows: int
    columns: int
    spacing: float
    patient: str
    phantom: bool


@dataclass(frozen=True)
class Series:
    """A CT series: its slices by ascending z, no two at the same place."""

    uid: str
    slices: tuple[Slice, ...]

    def at(self, z: float) -> Slice | None:
        """The slice at ``z`` (mm), to within `SAME_Z_MM`."""
        nearest = min(self.slices, key=lambda one: abs(one.z - z))
        return nearest if abs(nearest.z - z) <= SAME_Z_MM + 1e-9 else None


Progress = Callable[[int, int], None]


def find_series(root: Path, wanted: Collection[str], progress: Progress) -> tuple[dict[str, Series], list[Problem]]:
    """The CT series below ``root`` whose UIDs are ``wanted``, and what is wrong with files.

    Only headers are read, on all cores. Links that lead to folders are not followed. Images of other kinds (the
    collection holds radiographs, too) and files that are no DICOM and don't claim to be are passed over.
    """
    paths = sorted(_files(root))
    slices: dict[str, list[Slice]] = defaultdict(list)
    problems: list[Problem] = []
    for done, found in enumerate(_headers(root, paths), start=1):
        if isinstance(found, Problem):
            problems.append(found)
        elif found is not None:
            slices[found.series].append(found)
        progress(done, len(paths))
    unknown = sorted(uid for uid in slices if uid not in wanted)
    problems += [
        Problem(slices[uid][0].where, "a CT series that the annotation database does not know", skipped=False)
        for uid in unknown
    ]
    series = {}
    for uid in sorted(slices.keys() - set(unknown)):
        series[uid], odd = _series(uid, slices[uid])
        problems += odd
    return series, problems


def _files(root: Path) -> Iterable[str]:
    for folder, _, names in os.walk(root):
        for name in names:
            yield str((Path(folder) / name).relative_to(root))


def _headers(root: Path, paths: Sequence[str]) -> Iterable[Slice | Problem | None]:
    return on_all_processors(partial(read_header, root), paths, chunk=_CHUNK, fewest=4 * _CHUNK)


def read_header(root: Path, where: str) -> Slice | Problem | None:
    """What the file at ``where`` says of itself: a slice of a CT series, something that is wrong with it, or None for a
    file of another kind."""
    path = root / where
    try:
        header, pixels = dicom_file.read_header(path, *_TAGS, *_MAY_LACK)
        with told("its header is damaged"):
            return _slice(where, header, pixels) if _is_ct(header) else None
    except NoDicom:
        claims = path.suffix.lower() == ".dcm"
        return Problem(where, "it is called .dcm and is no DICOM file", skipped=True) if claims else None
    except Broken as broken:
        return Problem(where, str(broken), skipped=True)


def _is_ct(header: pydicom.Dataset) -> bool:
    """Raises `Broken` for a file that does not say what it is, as a directory of files (DICOMDIR) need not."""
    if not header.get("Modality") and header.file_meta.get("MediaStorageSOPClassUID") != MediaStorageDirectoryStorage:
        raise Broken("it lacks Modality")
    return bool(header.get("Modality") == "CT")


def _slice(where: str, header: pydicom.Dataset, pixels: bool) -> Slice:
    missing = [name for name in _TAGS if header.get(name) in (None, "")]
    if missing:
        raise Broken(f"it lacks {', '.join(missing)}")
    if not pixels:
        raise Broken("it ends before its pixels")
    orientation = [float(value) for value in header.ImageOrientationPatient]
    if any(abs(abs(value) - axial) > 1e-3 for value, axial in zip(orientation, _AXIAL, strict=True)):
        raise Broken("its slice is tilted: ImageOrientationPatient is not that of an axial image")
    row, column = (float(value) for value in header.PixelSpacing)
    if row != column or row <= 0:
        raise Broken("its pixels are not square")
    z = float(header.ImagePositionPatient[2])
    if not (math.isfinite(z) and math.isfinite(row)):
        raise Broken("its place or its pixels' spacing is no number")
    return Slice(
        where=where,
        series=str(header.SeriesInstanceUID),
        z=z,
        number=int(header.InstanceNumber),
        rows=int(header.Rows),
        columns=int(header.Columns),
        spacing=row,
        patient=str(header.get("PatientID") or ""),
        phantom=header.get("QualityControlImage") == "YES",
    )


def _series(uid: str, slices: Sequence[Slice]) -> tuple[Series, list[Problem]]:
    """The slices in their order, one for each place: of two the one with the lower InstanceNumber, which the annotation
    database goes by."""
    kept: list[Slice] = []
    problems = []
    for one in sorted(slices, key=lambda one: (one.number, one.where)):
        if any(abs(one.z - other.z) <= SAME_Z_MM for other in kept):
            reason = "another slice of its series lies at the same place, with a lower InstanceNumber, and is taken"
            problems.append(Problem(one.where, reason, skipped=False))
        else:
            kept.append(one)
    return Series(uid, tuple(sorted(kept, key=lambda one: one.z))), problems


def check_against(series: Series, scan: Scan) -> list[Problem]:
    """What differs between a series and what the annotation database says of its scan; notes, not errors: a case that
    needs a slice which is not there is left out when it is made."""
    where = series.slices[0].where
    notes = []
    missing = sum(series.at(z) is None for z in scan.slice_zs)
    if missing:
        notes.append(f"{missing} of its series' {len(scan.slice_zs)} slices are not here")
    if (more := len(series.slices) - (len(scan.slice_zs) - missing)) > 0:
        notes.append(f"its series has {more} slice(s) more than the annotation database knows")
    if {one.patient for one in series.slices} - {scan.patient, ""}:
        notes.append("its series names another patient than the annotation database does: two patients with one id?")
    gaps = [upper.z - lower.z for lower, upper in pairwise(series.slices)]
    if gaps and max(gaps) - min(gaps) > 2 * SAME_Z_MM:
        notes.append(f"the slices of its series are between {min(gaps):.2f} and {max(gaps):.2f} mm apart")
    for name, value in _uneven(series).items():
        notes.append(f"{name} differs within its series: {value}")
    if abs(series.slices[0].spacing - scan.pixel_spacing) > 1e-3:
        spacings = f"{series.slices[0].spacing:g} mm here, {scan.pixel_spacing:g} mm in the annotation database"
        notes.append(f"the pixel spacing of its series is {spacings}")
    return [Problem(where, note, skipped=False) for note in notes]


def _uneven(series: Series) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name in ("rows", "columns", "spacing"):
        values: set[Any] = {getattr(one, name) for one in series.slices}
        if len(values) > 1:
            found[name] = ", ".join(f"{value:g}" for value in sorted(values))
    return found
