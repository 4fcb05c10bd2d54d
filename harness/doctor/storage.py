"""The home folder and the disks: whether they can be written to, and whether they are large enough."""

from __future__ import annotations

import os
from pathlib import Path

from harness.doctor.engine import GROUP as ENGINE_GROUP
from harness.doctor.engine import Engine
from harness.doctor.finding import EVERY_WAY, IN_DOCKER, Finding, Status
from harness.doctor.images import Images
from harness.errors import MachineLacks
from harness.image import build, layers
from harness.image.base import pinned_base
from harness.image.space import Need, check_space
from harness.places import Home

GROUP = "Storage"
# Prepared data (150 MB while they are made) and some dozens of run folders (a log of at most 64 MiB each, mostly
# kilobytes).
_HOME_GIB = 1.0


def home_findings(home: Home) -> list[Finding]:
    """Whether the home folder can be written to, and has room for data and runs."""
    writable = writable_finding(home)
    # Where the folder can't be looked into, its disk can't either.
    return [writable, home_space_finding(home)] if writable.status is Status.OK else [writable]


def writable_finding(home: Home) -> Finding:
    """Asked of the home, or of the folder that it would be made in."""
    one = ("home", GROUP, "Home folder")
    nearest = home.root
    while not _exists(nearest) and nearest != nearest.parent:
        nearest = nearest.parent
    if not nearest.is_dir():
        seen = f"{home.root} can't be a folder: {nearest} is a file"
    elif not os.access(nearest, os.W_OK | os.X_OK):
        seen = f"{home.root}: this user may not write to {nearest}"
    else:
        state = "writable" if nearest == home.root else "not there yet, can be made"
        return Finding(*one, Status.OK, f"{home.root}, {state}", "data, images' wheels and runs are kept there")
    return Finding(
        *one,
        Status.MISSING,
        seen,
        "no run can leave a record",
        "export LEANMED_HOME=/a/folder/of/yours",
        blocks=EVERY_WAY,
    )


def home_space_finding(home: Home) -> Finding:
    """Free space for prepared data and runs."""
    one = ("home-space", GROUP, "Disk space at home")
    try:
        check_space([Need(home.root, _HOME_GIB, "prepared data and runs")])
    except MachineLacks as error:
        remedy = "export LEANMED_HOME=/a/folder/on/a/larger/disk"
        return Finding(*one, Status.MISSING, error.message, "runs fail halfway", remedy, blocks=EVERY_WAY)
    seen = f"at least the {_HOME_GIB:g} GiB that data and runs take"
    return Finding(*one, Status.OK, seen, "there is room for prepared data and runs")


def engine_space_finding(engine: Engine, images: Images, home: Home, docker_folder: Path) -> Finding:
    """Free space at the engine, by the builder's own figures."""
    one = ("engine-space", ENGINE_GROUP, "Disk space for images")
    try:
        if images.dependencies:
            needs = [Need(Path(engine.info["DockerRootDir"]), build.RUN_IMAGE_GIB, "a submission's image")]
        else:
            # Without a base, as much as with the larger of the two.
            base = images.base or pinned_base(docker_folder / "base.Dockerfile")
            needs = layers.space_needs(engine.client, layers.foundation(base, docker_folder), home)
        check_space(needs)
    except PermissionError as error:
        seen = f"how much is free is not known: this user may not look into {error.filename}"
        return Finding(*one, Status.LIMITED, seen, "the first build may fail for want of space")
    except MachineLacks as error:
        meaning = "a run in a container can't build its image"
        return Finding(*one, Status.MISSING, error.message, meaning, error.remedy, blocks=IN_DOCKER)
    wanted = ", ".join(f"{need.gib:.1f} GiB for {need.purpose}" for need in needs)
    return Finding(*one, Status.OK, f"enough: {wanted}", "images can be built; most of it is free again afterwards")


def _exists(path: Path) -> bool:
    """False also where we may not look."""
    try:
        return path.exists()
    except PermissionError:
        return False
