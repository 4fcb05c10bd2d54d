"""The Python packages that the harness itself stands on, and whether they are the locked ones."""

from __future__ import annotations

import hashlib
import platform
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from harness.errors import InvalidInput
from harness.places import resources
from harness.system.reasons import Reasons

# requirements/host.txt: name==version ; conditions \ --hash=…
_PIN = re.compile(
    r"^(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)==(?P<version>[^\s;\\]+)\s*(?:;\s*(?P<marker>[^\\]+?))?\s*\\?$"
)
_CLAUSE = re.compile(r"(?P<name>\w+)\s*(?P<operator>==|!=|<=|>=|<|>)\s*'(?P<value>[^']*)'")


@dataclass(frozen=True)
class Difference:
    """A package that is not as locked; ``installed`` is None where it is missing."""

    name: str
    locked: str
    installed: str | None

    def to_json(self) -> dict[str, Any]:
        """As an item of ``packages.differences``."""
        return {"name": self.name, "locked": self.locked, "installed": self.installed}


@dataclass(frozen=True)
class Packages:
    """``installed`` are the versions found of the packages that the lock file names for this Python. ``lock`` is the
    digest of that file, None (with a reason) where this installation has none; then nothing was compared."""

    lock: str | None
    installed: Mapping[str, str]
    differences: tuple[Difference, ...]
    reasons: Mapping[str, str]

    @property
    def matches(self) -> bool | None:
        """Whether everything is as locked; None where there is no lock to compare with."""
        return None if self.lock is None else not self.differences

    def to_json(self) -> dict[str, Any]:
        """As ``packages`` of ``system.json``."""
        return {
            "lock": self.lock,
            "matches": self.matches,
            "installed": dict(self.installed),
            "differences": [difference.to_json() for difference in self.differences],
            "reasons": dict(self.reasons),
        }


def read_packages(lock: Path | None = None, find: Callable[[str], str | None] | None = None) -> Packages:
    """Compare what is installed with a lock file, by default LeanMed's ``requirements/host.txt``. Nothing is imported.

    ``find`` gives the installed version of a package, None where it is missing. Raises `InvalidInput` for a lock whose
    conditions are not understood.
    """
    path, find = lock or resources() / "requirements" / "host.txt", find or installed_version
    if not path.is_file():
        reason = "this installation carries no lock file; a checkout does (requirements/host.txt)"
        reasons = Reasons(lock=reason, matches=reason)
        return Packages(lock=None, installed={}, differences=(), reasons=reasons)
    raw = path.read_bytes()
    locked = locked_versions(raw.decode("utf-8"), path.name)
    found = {name: find(name) for name in locked}
    return Packages(
        lock=f"sha256:{hashlib.sha256(raw).hexdigest()}",
        installed={name: one for name, one in found.items() if one is not None},
        differences=tuple(
            Difference(name, wanted, found[name]) for name, wanted in locked.items() if found[name] != wanted
        ),
        reasons=Reasons(),
    )


def installed_version(name: str) -> str | None:
    """The installed version of a package by its metadata, None where it is missing."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def locked_versions(text: str, place: str) -> dict[str, str]:
    """Name and version of every package that a lock file gives this Python on this machine."""
    pins = filter(None, (_PIN.match(line) for line in text.splitlines()))
    return {pin["name"]: pin["version"] for pin in pins if _holds(pin["marker"], place)}


def _holds(marker: str | None, place: str) -> bool:
    """Whether a condition holds here. Only what our locks use is understood (PEP 508 without ``or`` and brackets): the
    ``packaging`` library is not worth a dependency for that."""
    if marker is None:
        return True
    here = {
        "python_full_version": platform.python_version(),
        "python_version": ".".join(platform.python_version_tuple()[:2]),
        "platform_machine": platform.machine(),
        "sys_platform": sys.platform,
    }
    clauses = [_CLAUSE.fullmatch(clause.strip()) for clause in marker.split(" and ")]
    understood = [clause for clause in clauses if clause is not None and clause["name"] in here]
    if len(understood) < len(clauses):
        raise InvalidInput(f"{place}: the condition {marker!r} is not understood", remedy="write it with `make lock`")
    return all(_compare(here[clause["name"]], clause["operator"], clause["value"]) for clause in understood)


def _compare(here: str, operator: str, value: str) -> bool:
    if operator in ("==", "!="):
        return (here == value) is (operator == "==")
    left, right = _numbers(here), _numbers(value)
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[operator]


def _numbers(text: str) -> tuple[int, ...]:
    """``3.13.0rc1`` as (3, 13, 0), and 3.13 as (3, 13, 0), too."""
    numbers = [int(part) for part in re.findall(r"\d+", re.split(r"[a-z+]", text)[0])]
    return tuple([*numbers, 0, 0, 0][:3])
