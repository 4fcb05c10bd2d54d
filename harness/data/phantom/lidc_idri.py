"""A phantom of LIDC-IDRI: CT series with UIDs, positions and nodules of the annotation database, and made-up lungs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.uid import (
    CTImageStorage,
    DigitalXRayImageStorageForPresentation,
    ExplicitVRLittleEndian,
    JPEGLosslessSV1,
    RLELossless,
)

from harness.data.lidc.cluster import RATERS, cluster
from harness.data.lidc.mask import enclosed
from harness.data.lidc.slice_case import SPLIT, slice_cases
from harness.data.lidc.source import Scan
from harness.data.phantom.dicom import mark, uid_of, write
from harness.data.split import SPLITS

SIZE = 512
_SYNTAXES = (ExplicitVRLittleEndian, RLELossless, JPEGLosslessSV1)
_INTERCEPT = -1024
# Hounsfield units.
_AIR, _TISSUE, _LUNG, _FAINT = -1024, 40, -850, -500


def few_scans(scans: Sequence[Scan], each: int) -> list[Scan]:
    """The scans with the fewest slices that have both labels, ``each`` of them for train, val and test."""
    chosen: list[Scan] = []
    by_size = sorted((scan for scan in scans if scan.annotations), key=lambda scan: (len(scan.slice_zs), scan.id))
    for split in SPLITS:
        of_split = (scan for scan in by_size if SPLIT.of(scan.patient) == split)
        both = (scan for scan in of_split if {case.label for case in slice_cases([scan])} == {0, 1})
        chosen += [scan for scan, _ in zip(both, range(each), strict=False)]
    return chosen


def write_lidc_idri(
    out: Path, scans: Sequence[Scan], series: dict[int, str], seed: int, progress: Callable[[int, int], None]
) -> None:
    """Write a tree as The Cancer Imaging Archive delivers it below the empty folder ``out``; ``series`` gives the
    SeriesInstanceUID of each scan. The same arguments give the same pixels."""
    total = sum(len(scan.slice_zs) for scan in scans)
    done = 0
    for scan in scans:
        drawings = _drawings(scan)
        study = uid_of("study", scan.id)
        folder = out / scan.patient / study / series[scan.id]
        # Instance numbers rise from the head down, against z.
        for number, z in enumerate(reversed(scan.slice_zs), start=1):
            units = _anatomy(np.random.default_rng([seed, scan.id, number]))
            for pixels, brightness in drawings.get(z, ()):
                units[pixels] = brightness
            dataset = _slice(scan, study, series[scan.id], number, z, units)
            write(dataset, folder / f"1-{number:03d}.dcm", _SYNTAXES[number % len(_SYNTAXES)])
            done += 1
            progress(done, total)
        _radiograph(out, scan, study)
    (out / "LICENSE").write_text("A phantom, made up: no patient's data.\n", encoding="utf-8")


Drawing = tuple[tuple[NDArray[np.intp], NDArray[np.intp]], int]


def _drawings(scan: Scan) -> dict[float, list[Drawing]]:
    """For each z the nodules on it: their pixels by any rater, the brighter the more raters drew them."""
    found: dict[float, list[Drawing]] = {}
    for nodule in cluster(scan):
        for z in sorted({contour.z for annotation in nodule for contour in annotation.contours if contour.inclusion}):
            covered = np.zeros((SIZE, SIZE), dtype=np.bool_)
            raters = 0
            for annotation in nodule:
                contours = [contour for contour in annotation.contours if contour.inclusion and contour.z == z]
                raters += bool(contours)
                for contour in contours:
                    inside, outline = enclosed(contour.points, (SIZE, SIZE))
                    covered |= inside | outline
            brightness = _FAINT + (_TISSUE - _FAINT) * min(raters, RATERS) // RATERS
            rows, columns = np.nonzero(covered)
            found.setdefault(z, []).append(((rows, columns), brightness))
    return found


def _anatomy(random: np.random.Generator) -> NDArray[np.int16]:
    """A body with two lungs in Hounsfield units, int16 [512, 512]; noise in the lungs alone, so that it packs well."""
    rows, columns = np.mgrid[:SIZE, :SIZE]
    units = np.full((SIZE, SIZE), _AIR, dtype=np.int16)
    units[((rows - 256) / 200) ** 2 + ((columns - 256) / 245) ** 2 < 1] = _TISSUE
    for centre in (150, 362):
        lung = ((rows - 256) / 150) ** 2 + ((columns - centre) / 90) ** 2 < 1
        units[lung] = _LUNG + 8 * random.integers(-4, 5, int(lung.sum()))
    return units


def _slice(scan: Scan, study: str, series: str, number: int, z: float, units: NDArray[np.int16]) -> Dataset:
    """A CT image with every attribute of type 1 and 2 of its IOD (PS3.3 A.3)."""
    dataset = _patient(scan, study)
    dataset.SOPClassUID, dataset.SOPInstanceUID = CTImageStorage, uid_of("slice", scan.id, number)
    dataset.Modality, dataset.SeriesInstanceUID, dataset.SeriesNumber = "CT", series, 1
    dataset.FrameOfReferenceUID, dataset.PositionReferenceIndicator = uid_of("frame", scan.id), ""
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.InstanceNumber, dataset.AcquisitionNumber, dataset.KVP = number, 1, 120
    half = scan.pixel_spacing * (SIZE - 1) / 2
    dataset.ImagePositionPatient = [round(-half, 4), round(-half, 4), z]
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    dataset.PixelSpacing = [scan.pixel_spacing, scan.pixel_spacing]
    dataset.SliceThickness = scan.slice_thickness
    dataset.RescaleSlope, dataset.RescaleIntercept, dataset.RescaleType = 1, _INTERCEPT, "HU"
    _pixels(dataset, (units.astype(np.int32) - _INTERCEPT).astype(np.uint16), bits=12)
    return dataset


def _radiograph(out: Path, scan: Scan, study: str) -> None:
    """The collection holds radiographs, too, which are to be passed over."""
    dataset = _patient(scan, study)
    series = uid_of("radiograph", scan.id)
    dataset.SOPClassUID, dataset.SOPInstanceUID = DigitalXRayImageStorageForPresentation, uid_of("dx", scan.id)
    dataset.Modality, dataset.SeriesInstanceUID, dataset.SeriesNumber = "DX", series, 2
    dataset.InstanceNumber = 1
    _pixels(dataset, np.zeros((16, 16), dtype=np.uint16), bits=12)
    write(dataset, out / scan.patient / study / series / "1-001.dcm", ExplicitVRLittleEndian)


def _patient(scan: Scan, study: str) -> Dataset:
    dataset = Dataset()
    mark(dataset)
    dataset.PatientID, dataset.PatientName = scan.patient, ""
    dataset.PatientBirthDate, dataset.PatientSex = "", ""
    dataset.StudyInstanceUID, dataset.StudyID = study, ""
    dataset.StudyDate, dataset.StudyTime, dataset.AccessionNumber, dataset.ReferringPhysicianName = "", "", "", ""
    return dataset


def _pixels(dataset: Dataset, stored: NDArray[np.uint16], *, bits: int) -> None:
    dataset.Rows, dataset.Columns = stored.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, bits, bits - 1, 0
    dataset.PixelData = stored.tobytes()
