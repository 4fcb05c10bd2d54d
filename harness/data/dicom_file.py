"""Reading one DICOM file whole, with a reason where that can't be done."""

from __future__ import annotations

import struct
import warnings
from pathlib import Path

import pydicom
from pydicom.errors import BytesLengthException, InvalidDicomError

from harness.data.broken import Broken

DAMAGED = (
    *(ValueError, TypeError, LookupError, AttributeError, EOFError, NotImplementedError),
    *(struct.error, BytesLengthException),
)
"""What pydicom raises for values that break the standard, also when a value is looked at for the first time. Found by
cutting a file at every byte and by changing bytes at random."""


def read_file(path: Path, *needed: str) -> pydicom.Dataset:
    """The file at ``path``, which must have the attributes ``needed``. Raises `Broken`, also for a file that was cut
    short, of which pydicom only warns."""
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("error", message="End of file reached")
            dataset = pydicom.dcmread(path)
    except InvalidDicomError:
        raise Broken("it is no DICOM file") from None
    except UserWarning:
        raise Broken("it ends too soon") from None
    except OSError as error:
        raise Broken(f"it can't be read: {error.strerror or 'it ends too soon'}") from None
    except DAMAGED as error:
        # The error's own text may quote the file.
        raise Broken(f"its header is damaged ({type(error).__name__})") from None
    missing = [name for name in needed if name not in dataset]
    if missing:
        raise Broken(f"it lacks {', '.join(missing)}")
    return dataset
