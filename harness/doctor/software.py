"""Python, the harness's own packages, and those that a workload needs on the host."""

from __future__ import annotations

import platform

from harness.doctor.finding import EVERY_WAY, ON_HOST, Finding, Status, Way
from harness.errors import MachineLacks
from harness.image.host import PACKAGES
from harness.places import resources
from harness.runtime.host import check_packages
from harness.system.packages import Packages, installed_version, locked_versions

GROUP = "Software"
_INSTALL = "python -m pip install --no-deps --require-hashes -r requirements/host.txt"


def software_findings(packages: Packages, *, gpu: bool) -> list[Finding]:
    """``gpu``: whether there is one that torch should be able to use."""
    return [python_finding(packages), host_packages_finding(packages), workload_finding(gpu=gpu)]


def python_finding(packages: Packages) -> Finding:
    """Whether the locks know this Python. One below 3.11 never gets here: it can't read this file."""
    version = platform.python_version()
    known = packages.lock is None or packages.installed or packages.differences
    if known:
        meaning = "the harness runs on 3.11 and later"
        return Finding("python", GROUP, "Python", Status.OK, f"Python {version}", meaning)
    return Finding(
        "python",
        GROUP,
        "Python",
        Status.LIMITED,
        f"Python {version} on {platform.machine()}, for which the lock files hold nothing",
        "which versions of packages work here is not known",
        "make clean && make PYTHON=python3.13 setup (the locks are for Python 3.11 to 3.14 on x86-64)",
    )


def host_packages_finding(packages: Packages) -> Finding:
    """The harness's own packages against ``requirements/host.txt``."""
    one = ("host-packages", GROUP, "Packages of the harness")
    count = len(packages.installed)
    if packages.matches is None:
        reason = packages.reasons["lock"]
        return Finding(
            *one,
            Status.LIMITED,
            f"not compared: {reason}",
            "records can't say whether the harness ran with the tested versions",
            "make setup (in a checkout)",
        )
    if packages.matches:
        meaning = "the harness computes scores with the tested versions"
        return Finding(*one, Status.OK, f"all {count} as locked", meaning)
    gone = [one.name for one in packages.differences if one.installed is None]
    if gone:
        return Finding(
            *one, Status.MISSING, f"not installed: {', '.join(gone)}", "runs fail", _INSTALL, blocks=EVERY_WAY
        )
    named = ", ".join(f"{one.name} {one.installed} (locked: {one.locked})" for one in packages.differences)
    return Finding(
        *one,
        Status.LIMITED,
        f"{len(packages.differences)} differ from the lock: {named}",
        "scores may differ in their last digits; records list the differences",
        _INSTALL,
    )


def workload_finding(*, gpu: bool) -> Finding:
    """What ``--runtime host`` imports. Found by their metadata: importing torch takes seconds."""
    one = ("workload-packages", GROUP, "Packages for --runtime host")
    try:
        check_packages()
    except MachineLacks as error:
        meaning = "a run on the host can't start; a run in a container brings its own packages"
        return Finding(*one, Status.MISSING, error.message, meaning, error.remedy, blocks=ON_HOST)
    installed = {name: installed_version(name) for name in PACKAGES}
    seen = ", ".join(f"{name} {version or '(version unknown)'}" for name, version in installed.items())
    if gpu and "+cpu" in (installed["torch"] or ""):
        return Finding(
            *one,
            Status.LIMITED,
            seen,
            "this torch was built without CUDA: a run on the host can't use the GPU",
            "python -m pip install --no-deps --require-hashes -r requirements/workload.txt",
            blocks=frozenset({Way.HOST_CUDA}),
        )
    lock = resources() / "requirements" / "workload.txt"
    locked = locked_versions(lock.read_text(encoding="utf-8"), lock.name) if lock.is_file() else {}
    different = [name for name, version in installed.items() if locked.get(name, version) != version]
    if different:
        named = ", ".join(f"{name} {installed[name]} (locked: {locked[name]})" for name in different)
        return Finding(
            *one,
            Status.LIMITED,
            f"not as locked: {named}",
            "runs on the host work, and stand apart from runs with the locked versions",
            "python -m pip install --no-deps --require-hashes -r requirements/workload.txt",
        )
    return Finding(*one, Status.OK, seen, "runs on the host work")
