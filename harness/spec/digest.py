"""The digest of a document: what it says, not how it is written down."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def canonical(document: Any) -> bytes:
    """UTF-8 JSON with sorted keys and no spaces. Raises `ValueError` for a number that is not finite."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8")


def digest_of(document: Any) -> str:
    """``sha256:`` and the hexadecimal SHA-256 of the document's canonical JSON."""
    return "sha256:" + hashlib.sha256(canonical(document)).hexdigest()
