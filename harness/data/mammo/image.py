"""One mammogram: from its file to its square."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harness.data.broken import Broken
from harness.data.dicom_file import read_file, told
from harness.data.mammo.breast import crop, fit, shrink, to_left
from harness.data.mammo.decode import decode
from harness.data.mammo.voi import Voi
from harness.data.work import Made

PIXELS = 256
ENOUGH = 2 * PIXELS
"""Pixels along the longer side that are kept until the breast is cut out, which is half of a mammogram or more."""
_NEEDED = (
    *("Rows", "Columns", "BitsStored", "PixelRepresentation", "PhotometricInterpretation", "PixelData"),
    "Modality",
)


def make_square(path: Path, given: Any) -> Made:
    """The breast in the file, uint8 [256, 256], shown as its header says; ``given`` is its side, L or R.

    Facts: ``phantom`` is True for a made-up image (QualityControlImage, PS3.3 C.7.6.1). Raises `Broken`.
    """
    dataset = read_file(path, *_NEEDED)
    with told("its header is damaged"):
        if dataset.Modality != "MG":
            raise Broken(f"it is of modality {dataset.Modality}, and a mammogram is MG")
        voi = Voi.of(dataset)
        phantom = dataset.get("QualityControlImage") == "YES"
        stranger = dataset.get("PatientID") not in (None, "", path.parent.name)
    decoded = decode(dataset, at_least=ENOUGH)
    grey, beyond = voi.apply(decoded.pixels)
    square = fit(crop(to_left(shrink(grey, ENOUGH), given)), PIXELS)
    notes = []
    if beyond:
        notes.append(f"{beyond} of its values need more than the {voi.bits} bits that its header says; clipped")
    if stranger:
        notes.append("its header names another patient than its folder: two patients with one id?")
    return Made(square, tuple(notes), {"phantom": phantom})
