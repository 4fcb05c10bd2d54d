"""What all phantoms share: the marks that tell them from patients, and writing a file in a transfer syntax."""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path

import gdcm
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import UID, ExplicitVRLittleEndian, JPEG2000Lossless, JPEGLosslessSV1, RLELossless

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


def write(dataset: Dataset, path: Path, syntax: UID, *, boxed: bool = False) -> None:
    """Write ``dataset``, whose pixels are native, as a DICOM file with its preamble, in ``syntax``: explicit little
    endian, RLE, JPEG Lossless or JPEG 2000, which ``boxed`` wraps in a JP2 file, as some devices do."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.ImplementationClassUID = _IMPLEMENTATION
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta = meta
    path.parent.mkdir(parents=True, exist_ok=True)
    if syntax in (RLELossless, JPEG2000Lossless):
        dataset.compress(syntax, generate_instance_uid=False)
    if boxed:
        frame = next(generate_frames(dataset.PixelData, number_of_frames=1))
        dataset.PixelData = encapsulate([_jp2(frame, dataset)])
    dataset.save_as(path, enforce_file_format=True)
    if syntax in _GDCM:
        _transcode(path, syntax)


def _jp2(codestream: bytes, dataset: Dataset) -> bytes:
    """The boxes of ISO/IEC 15444-1 Annex I around a codestream: signature, file type, header, codestream."""
    size = struct.pack(">IIHBBBB", dataset.Rows, dataset.Columns, 1, dataset.BitsStored - 1, 7, 0, 0)
    # Method 1 (enumerated), precedence 0, approximation 0, 17: shades of grey.
    colour = struct.pack(">BBBI", 1, 0, 0, 17)
    return b"".join(
        (
            _box(b"jP  ", b"\r\n\x87\n"),
            _box(b"ftyp", b"jp2 " + bytes(4) + b"jp2 "),
            _box(b"jp2h", _box(b"ihdr", size) + _box(b"colr", colour)),
            _box(b"jp2c", codestream),
        )
    )


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + kind + content


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
