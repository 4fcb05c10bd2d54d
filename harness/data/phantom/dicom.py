"""What all phantoms share: the marks that tell them from patients, and writing a file in a transfer syntax."""

from __future__ import annotations

import hashlib
from pathlib import Path

import gdcm
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, JPEGLosslessSV1, RLELossless

MANUFACTURER = "LeanMed phantom"
_GDCM = {JPEGLosslessSV1: gdcm.TransferSyntax.JPEGLosslessProcess14_1}
# Ours, under the root for UIDs that are made from a UUID (PS3.5 B.2).
_IMPLEMENTATION = UID("2.25.216307180221479129374523891573044923710")


def mark(dataset: Dataset) -> None:
    """Say that it is a phantom, as the standard does (PS3.3 C.7.6.1, Quality Control Image)."""
    dataset.QualityControlImage = "YES"
    dataset.Manufacturer = MANUFACTURER


def uid_of(*about: object) -> UID:
    """A UID that follows from what it is for, so that the same phantom has the same: 2.25 and 128 bits (PS3.5 B.2)."""
    digest = hashlib.sha256("/".join(str(one) for one in about).encode()).digest()
    return UID(f"2.25.{int.from_bytes(digest[:16])}")


def write(dataset: Dataset, path: Path, syntax: UID) -> None:
    """Write ``dataset``, whose pixels are native, as a DICOM file with its preamble, in ``syntax``: explicit little
    endian, RLE, or JPEG Lossless."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.ImplementationClassUID = _IMPLEMENTATION
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta = meta
    path.parent.mkdir(parents=True, exist_ok=True)
    if syntax == RLELossless:
        dataset.compress(RLELossless, generate_instance_uid=False)
    dataset.save_as(path, enforce_file_format=True)
    if syntax in _GDCM:
        _transcode(path, syntax)


def _transcode(path: Path, syntax: UID) -> None:
    """pydicom has no encoder for it."""
    reader = gdcm.ImageReader()
    reader.SetFileName(str(path))
    if not reader.Read():
        raise ValueError(f"GDCM can't read {path.name}")
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(_GDCM[syntax]))
    change.SetInput(reader.GetImage())
    if not change.Change():
        raise ValueError(f"GDCM can't write {path.name} in {syntax.name}")
    writer = gdcm.ImageWriter()
    writer.SetFileName(str(path))
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    if not writer.Write():
        raise ValueError(f"GDCM can't write {path.name}")
