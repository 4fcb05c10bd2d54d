"""Where pretrained weights are kept: ``<home>/weights/<model>/``, the file and, written last, ``weights.json``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.errors import MachineLacks
from harness.places import Home
from harness.spec.schema import validator
from harness.weights.hub import FILE, entry_of

DOCUMENT = "weights.json"


@dataclass(frozen=True)
class Weights:
    """A file of weights that was fetched; ``document`` is its ``weights.json``, ``sha256`` 64 hexadecimal digits."""

    model: str
    path: Path
    sha256: str
    document: Mapping[str, Any] = field(repr=False)


def folder_of(model: str, home: Home) -> Path:
    """Where the weights of a model are, or would be."""
    return home.weights / model


def find(model: str, home: Home) -> Weights | None:
    """The weights of a model, or None where they were never fetched. Nothing is verified (see `check`).

    Raises `InvalidInput` for a model that has none, and `MachineLacks` where ``weights.json`` can't be read.
    """
    entry_of(model)
    folder = folder_of(model, home)
    try:
        document = json.loads((folder / DOCUMENT).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise _damaged(model, f"{folder / DOCUMENT} can't be read") from error
    if not validator("weights").is_valid(document) or document["model"] != model:
        raise _damaged(model, f"{folder / DOCUMENT} is not what it should be")
    return Weights(model, folder / FILE, document["sha256"], document)


def check(weights: Weights) -> None:
    """Read the whole file and compare. Raises `MachineLacks` where it is not the one that was fetched."""
    try:
        found = sha256_of(weights.path)
    except OSError as error:
        raise _damaged(weights.model, f"{weights.path} can't be read: {error.strerror}") from error
    if found != weights.sha256:
        raise _damaged(weights.model, f"{weights.path} has the SHA-256 {found}, fetched was {weights.sha256}")


def need(model: str, home: Home) -> Weights:
    """The weights of a model, verified, for a run: they are never fetched from inside one.

    Raises `InvalidInput` for a model that has none and `MachineLacks` where they are not here, or damaged.
    """
    found = find(model, home)
    if found is None:
        raise MachineLacks(
            f"the pretrained weights of {model} are not here ({folder_of(model, home)})",
            remedy=f"fetch them, once: `harness weights pull {model}`",
        )
    check(found)
    return found


def sha256_of(path: Path) -> str:
    """Checksum of a file, 64 hexadecimal digits. Raises `OSError`."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _damaged(model: str, what: str) -> MachineLacks:
    return MachineLacks(
        f"the pretrained weights of {model} are damaged: {what}", remedy=f"`harness weights pull {model} --again`"
    )
