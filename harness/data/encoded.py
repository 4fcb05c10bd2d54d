"""One compressed image in a DICOM file, and whether it is all there.

Decoders fill what a cut stream lacks with something, so that the end is looked for here.
"""

from __future__ import annotations

import struct
from collections import Counter
from itertools import pairwise

import pydicom
from pydicom.uid import (
    HTJ2K,
    UID,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    JPEG2000TransferSyntaxes,
    JPEGLSTransferSyntaxes,
    JPEGTransferSyntaxes,
    RLELossless,
)

from harness.data.broken import Broken

_ITEM, _DELIMITER = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0"
# ISO/IEC 15444-1 table A.2 and ISO/IEC 10918-1 table B.1.
_SOC, _SOT, _EOC = b"\xff\x4f", b"\xff\x90", b"\xff\xd9"
_SOI, _SOS, _EOI = b"\xff\xd8", b"\xff\xda", b"\xff\xd9"
_SIZ = b"\xff\x51"


def frame_of(dataset: pydicom.Dataset) -> bytes:
    """The one compressed image of ``dataset`` (PS3.5 A.4): its fragments without the offset table, put together.
    Raises `Broken` if there are more images, or if it is not complete."""
    if (frames := int(dataset.get("NumberOfFrames") or 1)) != 1:
        raise Broken(f"it holds {frames} images, and one is expected")
    frame = b"".join(_items(dataset.PixelData)[1:])
    if not is_complete(frame, dataset.file_meta.TransferSyntaxUID):
        raise Broken("its compressed pixels end too soon")
    return frame


def _items(value: bytes) -> list[bytes]:
    """The items of encapsulated pixel data: the offset table and the fragments (PS3.5 table A.4-1). Raises `Broken`
    where one is longer than what is left."""
    items: list[bytes] = []
    at = 0
    while at < len(value) and value[at : at + 4] != _DELIMITER:
        if value[at : at + 4] != _ITEM:
            raise Broken("its pixels are not packed as compressed ones are")
        (length,) = struct.unpack_from("<I", value, at + 4)
        items.append(value[at + 8 : at + 8 + length])
        if len(items[-1]) < length:
            raise Broken("its compressed pixels end too soon")
        at += 8 + length
    return items


def is_complete(frame: bytes, syntax: UID) -> bool:
    """Whether a compressed image has its end, and JPEG 2000 all its tiles. Of syntaxes not known here, True."""
    if syntax in (*JPEG2000TransferSyntaxes, HTJ2K, HTJ2KLossless, HTJ2KLosslessRPCL):
        at = frame.find(_SOC + _SIZ)
        return at >= 0 and _jpeg_2000_ends(frame, at)
    if syntax in (*JPEGTransferSyntaxes, *JPEGLSTransferSyntaxes):
        return _jpeg_ends(frame)
    return _rle_fits(frame) if syntax == RLELossless else True


def _jpeg_2000_ends(stream: bytes, at: int) -> bool:
    """Whether the codestream that begins at ``at`` goes on, header by header and tile-part by tile-part, to EOC, and
    has all its tiles with all the parts that they announce (ISO/IEC 15444-1 A.3, A.4.2, A.4.4 and A.5.1).

    OpenJPEG tells a tile-part that was cut, but not one that is not there: it gives zeros.
    """
    expected = _tiles(stream, at)
    announced: dict[int, int] = {}
    found: Counter[int] = Counter()
    at += len(_SOC)
    while at + 12 <= len(stream) and stream[at : at + 2] != _EOC:
        if stream[at : at + 2] == _SOT:
            tile, length, _, parts = struct.unpack_from(">HIBB", stream, at + 4)
            found[tile] += 1
            announced[tile] = max(parts, announced.get(tile, 1))
            # Length 0: the last one, up to EOC, which packets can't contain.
            at += max(length, 12) if length else len(stream[at:].partition(_EOC)[0])
        else:
            at += 2 + max(struct.unpack_from(">H", stream, at + 2)[0], 2)
    whole = len(found) >= expected and all(found[tile] >= parts for tile, parts in announced.items())
    return whole and stream[at : at + 2] == _EOC


def _tiles(stream: bytes, at: int) -> int:
    """How many tiles the codestream that begins at ``at`` is cut into (ISO/IEC 15444-1 B.3, from SIZ, A.5.1)."""
    right, bottom, _, _, width, height, left, top = struct.unpack_from(">8I", stream, at + 8)
    across, down = -((left - right) // width), -((top - bottom) // height)
    return int(across * down)


def _jpeg_ends(stream: bytes) -> bool:
    """Whether EOI follows the first scan's header: in scans FF is stuffed, so that they can't contain it (ISO/IEC
    10918-1 B.1.1.5; JPEG-LS: ISO/IEC 14495-1 9.1), while other segments may hold a whole thumbnail."""
    at = len(_SOI)
    while at + 4 <= len(stream) and stream[at] == 0xFF:
        if stream[at : at + 2] == _SOS:
            return stream.find(_EOI, at) > 0
        # B.1.1.2: any number of FF may precede a marker.
        at += 1 if stream[at + 1] == 0xFF else 2 + struct.unpack_from(">H", stream, at + 2)[0]
    return False


def _rle_fits(frame: bytes) -> bool:
    """Whether the segments follow one another within ``frame`` (PS3.5 G.5); pydicom counts what they come to."""
    if len(frame) < 64:
        return False
    count, *offsets = struct.unpack_from("<16I", frame)
    if not 0 < count <= 15:
        return False
    used = (*offsets[:count], len(frame))
    return used[0] >= 64 and all(first < second for first, second in pairwise(used))
