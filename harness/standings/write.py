"""Writing a text file in one step, so that a browser that reloads never sees half a page."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from harness.errors import MachineLacks


def write_text(path: Path, text: str) -> None:
    """Write ``text`` as UTF-8 to ``path``, making its folder. Raises `MachineLacks` where that can't be done."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    except OSError as error:
        raise _cannot(path, error) from error
    partial = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        partial.chmod(0o644)
        partial.replace(path)
    except OSError as error:
        raise _cannot(path, error) from error
    finally:
        partial.unlink(missing_ok=True)


def _cannot(path: Path, error: OSError) -> MachineLacks:
    return MachineLacks(
        f"{path} can't be written: {error.strerror}", remedy="Name a folder that you may write to with --out."
    )
