"""From an address to a file of the site's folder, or to nothing."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

INDEX = "index.html"
_TEXT = "; charset=utf-8"
CONTENT_TYPES = {
    ".html": "text/html" + _TEXT,
    ".css": "text/css" + _TEXT,
    ".js": "text/javascript" + _TEXT,
    ".json": "application/json" + _TEXT,
    ".jsonl": "application/jsonl" + _TEXT,
    ".csv": "text/csv" + _TEXT,
    ".md": "text/markdown" + _TEXT,
    ".txt": "text/plain" + _TEXT,
    ".log": "text/plain" + _TEXT,
    ".svg": "image/svg+xml" + _TEXT,
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".gz": "application/gzip",
    ".xz": "application/x-xz",
}
"""Said out loud, so that no browser has to guess and no table of this machine decides. Anything else is only bytes."""


def content_type(file: Path) -> str:
    """What the file is, by the end of its name."""
    return CONTENT_TYPES.get(file.suffix, "application/octet-stream")


def file_at(root: Path, target: str) -> Path | None:
    """The file below ``root`` that the request target ``target`` asks for, without any link left in its path; None
    where there is none. A folder is its `INDEX`.

    Nothing outside of ``root`` is ever given, neither by ``..`` nor through a link; and no hidden file, because those
    are files that are just being written.
    """
    path = target.partition("?")[0].partition("#")[0]
    if not path.startswith("/"):
        return None
    try:
        parts = [unquote(part, errors="strict") for part in path[1:].split("/")]
    except UnicodeDecodeError:
        return None
    if parts[-1] == "":
        parts[-1] = INDEX
    if any(part == "" or part.startswith(".") or "/" in part or "\0" in part for part in parts):
        return None
    try:
        found = root.joinpath(*parts).resolve(strict=True)
        inside = found.is_relative_to(root.resolve(strict=True))
    except (OSError, RuntimeError):
        return None
    return found if inside and found.is_file() else None
