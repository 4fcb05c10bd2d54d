"""Digests: SHA-256 over a file's bytes, or over the canonical JSON of a document."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any


def of_bytes(data: bytes) -> str:
    """``sha256:<hex>`` of ``data``."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def of_file(path: Path) -> str:
    """``sha256:<hex>`` of the file's bytes. Raises `OSError` where it cannot be read."""
    with path.open("rb") as file:
        return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()


def of_document(document: Any) -> str:
    """``sha256:<hex>`` of the document as canonical JSON: keys sorted, no spaces, no non-finite number."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return of_bytes(text.encode())
