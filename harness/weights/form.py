"""Is a file a whole safetensors file? Asked of its header alone; no tensor is read.

The format: 8 bytes with the header's length (little-endian), the header (JSON: each tensor's type, shape and place),
then the tensors' bytes without a gap up to the end of the file.
https://github.com/huggingface/safetensors#format
"""

from __future__ import annotations

import json
import struct
from pathlib import Path

# As the format's own library has it: a longer header is an attack or another format.
_LONGEST_HEADER = 100_000_000


def is_whole(path: Path) -> bool:
    """Whether the file's header can be read and its tensors end where the file ends. Raises `OSError`."""
    size = path.stat().st_size
    with path.open("rb") as file:
        first = file.read(8)
        if len(first) < 8:
            return False
        (length,) = struct.unpack("<Q", first)
        if not 2 <= length <= min(size - 8, _LONGEST_HEADER):
            return False
        text = file.read(length)
    try:
        header = json.loads(text)
        ends = [tensor["data_offsets"][1] for name, tensor in header.items() if name != "__metadata__"]
        return bool(max(ends, default=0) == size - 8 - length)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return False
