"""Reading one DICOM file with one image: whole, or with a reason why not.

pydicom takes what is there: a value that the file's end cuts short is handed out as if it were complete. So it is
checked here that the pixel data and all before it have the length that they state.
"""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pydicom
from pydicom.dataelem import RawDataElement
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.filereader import read_partial
from pydicom.tag import BaseTag, Tag

from harness.data.broken import Broken
from harness.data.encoded import frame_of

DAMAGED = (
    *(ValueError, TypeError, LookupError, AttributeError, EOFError, NotImplementedError, ArithmeticError),
    *(struct.error, zlib.error, BytesLengthException),
)
"""What pydicom raises for values that break the standard, also when a value is looked at for the first time. Found by
cutting a file at every byte and by changing bytes at random."""
_UNDECODABLE = (*DAMAGED, RuntimeError, OSError, MemoryError)
# The decoders' errors are RuntimeErrors and OSErrors; a header that lies of its size asks for any amount of memory.
_TOO_SOON = "it ends too soon"
_PIXEL_DATA = Tag("PixelData")
_PIXELS = (_PIXEL_DATA, Tag("FloatPixelData"), Tag("DoubleFloatPixelData"))
_UNDEFINED = 0xFFFFFFFF


class NoDicom(Broken):
    """The file does not claim to be DICOM: it lacks the prefix DICM (PS3.10 7.1)."""


def read_file(path: Path, *needed: str) -> pydicom.Dataset:
    """The file at ``path``, which must have the attributes ``needed``. Raises `Broken`, also for a file that was cut
    short anywhere up to the end of its pixel data; what follows them is not looked at."""
    with _reading():
        dataset = pydicom.dcmread(path)
        _check_lengths(dataset)
        missing = [name for name in needed if name not in dataset]
    if missing:
        raise Broken(f"it lacks {', '.join(missing)}")
    return dataset


def read_header(path: Path, *wanted: str) -> tuple[pydicom.Dataset, bool]:
    """The attributes ``wanted`` of the file at ``path`` that precede its pixels, and whether pixels follow: then all
    attributes are there that ever were. The pixels themselves may be cut, as `read_file` tells. Raises `Broken`."""
    seen: list[BaseTag] = []

    def at_pixels(tag: BaseTag, vr: str | None, length: int) -> bool:
        if tag in _PIXELS:
            seen.append(tag)
        return tag in _PIXELS

    with _reading(), path.open("rb") as file:
        header = read_partial(file, stop_when=at_pixels, specific_tags=[Tag(name) for name in wanted])
        _check_lengths(header)
    return header, bool(seen)


@contextmanager
def _reading() -> Iterator[None]:
    """Within it what pydicom raises for a file becomes `Broken`; what it warns of is not said, but for an end that
    comes too soon, of which it only warns."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.filterwarnings("error", message="End of file reached")
            yield
    except InvalidDicomError:
        raise NoDicom("it is no DICOM file") from None
    except UserWarning:
        raise Broken(_TOO_SOON) from None
    except OSError as error:
        raise Broken(f"it can't be read: {error.strerror or _TOO_SOON}") from None
    except DAMAGED as error:
        # The error's own text may quote the file.
        raise Broken(f"its header is damaged ({type(error).__name__})") from None


@contextmanager
def told(reason: str) -> Iterator[None]:
    """Within it what damaged values and pixels raise becomes `Broken` with ``reason`` (a sentence's beginning) and the
    error's kind, as its own text may quote the file; and what pydicom and Pillow warn of is not said."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except _UNDECODABLE as error:
        raise Broken(f"{reason} ({type(error).__name__})") from None


def _check_lengths(dataset: pydicom.Dataset) -> None:
    """Raises `Broken` if a value up to the pixel data is shorter than its length says."""
    meta = getattr(dataset, "file_meta", None)
    for element in (*(meta.elements() if meta else ()), *dataset.elements()):
        # What pydicom has parsed already were sequences, whose delimiters it looked for, and a few short texts.
        if not isinstance(element, RawDataElement) or element.tag > _PIXEL_DATA or element.length == _UNDEFINED:
            continue
        if len(element.value or b"") < element.length:
            raise Broken(_TOO_SOON)


def check_pixels(dataset: pydicom.Dataset) -> None:
    """Raises `Broken` for pixels that decoders would hand out although they are not what was meant: compressed ones
    that are not complete, and values that don't lie in the lowest bits."""
    if dataset.file_meta.TransferSyntaxUID.is_encapsulated:
        frame_of(dataset)
    elif dataset.get("HighBit") not in (None, dataset.BitsStored - 1):
        # PS3.5 8.1.1: one less than BitsStored. pydicom does not look at it.
        raise Broken(f"its highest bit is {dataset.HighBit}, which does not fit {dataset.BitsStored} bits a pixel")
