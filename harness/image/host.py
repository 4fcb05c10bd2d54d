"""What runs where there is no image: the identity of a host run is its code and the packages it finds here."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from harness.image.context import context_digest, workload_items
from harness.spec.digest import digest_of

PACKAGES = ("torch", "timm", "bitsandbytes", "numpy")


def host_identity(package: Path) -> dict[str, Any]:
    """The identity of a host run as it stands in a record: the digest of the workload's code in ``package``, and the
    versions of Python and of what it imports (null where a package is missing)."""
    parts = {
        "kind": "host",
        "context": context_digest(workload_items(package)),
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in PACKAGES},
    }
    return {**parts, "identity": digest_of(parts)}


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
