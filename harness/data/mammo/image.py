"""One mammogram: from its file to its square."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pydicom
from pydicom.errors import InvalidDicomError

from harness.data.broken import Broken
from harness.data.mammo.breast import crop, fit, to_left
from harness.data.mammo.decode import decode
from harness.data.mammo.voi import Voi
from harness.data.work import Made

PIXELS = 256
_NEEDED = (
    *("Rows", "Columns", "BitsStored", "PixelRepresentation", "PhotometricInterpretation", "PixelData"),
    "Modality",
)


def make_square(path: Path, given: Any) -> Made:
    """The breast in the file, uint8 [256, 256], shown as its header says; ``given`` is its side, L or R.

    Facts: ``phantom`` is True for a made-up image (QualityControlImage, PS3.3 C.7.6.1). Raises `Broken`.
    """
    try:
        dataset = pydicom.dcmread(path)
    except InvalidDicomError:
        raise Broken("it is no DICOM file") from None
    except OSError as error:
        raise Broken(f"it can't be read: {error.strerror or 'it ends too soon'}") from None
    except (ValueError, TypeError, KeyError, AttributeError, EOFError, NotImplementedError) as error:
        raise Broken(f"its header is damaged ({type(error).__name__})") from None
    missing = [name for name in _NEEDED if name not in dataset]
    if missing:
        raise Broken(f"it lacks {', '.join(missing)}")
    if dataset.Modality != "MG":
        raise Broken(f"it is of modality {dataset.Modality}, and a mammogram is MG")
    voi = Voi.of(dataset)
    # Twice the size that is needed: the breast fills half of a mammogram or more.
    decoded = decode(dataset, at_least=2 * PIXELS)
    grey, beyond = voi.apply(decoded.pixels)
    square = fit(crop(to_left(grey, given)), PIXELS)
    notes = [f"{beyond} of its values need more than the {voi.bits} bits that its header says; clipped"]
    return Made(square, tuple(notes if beyond else ()), {"phantom": dataset.get("QualityControlImage") == "YES"})
