"""An image's identity: a digest of everything that goes into it, known without building it.

Building the same inputs twice gives two image ids, because layers carry time stamps. The identity stays the same; runs
are compared and skipped by it, while the container is started by the image's id.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from harness.image.base import Base
from harness.image.context import file_digest
from harness.spec.digest import digest_of


def recipe_digest(dockerfiles: Iterable[Path]) -> str:
    """``sha256:<hex>`` over the Dockerfiles of the images below a submission's own, lowest first."""
    return digest_of([file_digest(path) for path in dockerfiles])


def image_identity(*, base: Base, recipe: str, lock: str, context: str) -> dict[str, Any]:
    """The identity as it stands in a record.

    ``base`` says which base image it is and whether it is the pinned or a local one; ``recipe`` covers the Dockerfiles
    of the shared images, ``lock`` the lock file, ``context`` the submission's Dockerfile, workload code and
    submission.yaml; ``identity`` covers all of these.
    """
    parts = {
        "kind": "docker",
        "base": {"kind": base.kind, "reference": base.reference, "id": base.id},
        "recipe": recipe,
        "lock": lock,
        "context": context,
    }
    return {**parts, "identity": digest_of(parts)}


def short(digest: str) -> str:
    """The first 12 hex digits, as tags carry them."""
    return digest.removeprefix("sha256:")[:12]
