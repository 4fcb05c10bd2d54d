"""The images that a container's is built on: the pinned base or a local one, and the dependencies."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from docker.errors import APIError

from harness.doctor.engine import GROUP, Engine
from harness.doctor.finding import IN_DOCKER, Finding, Status
from harness.errors import MachineLacks
from harness.image.base import Base, find_image, local_base, pinned_base
from harness.image.layers import find_ours, foundation
from harness.runtime.engine import ENGINE_ERRORS, reason

# The engine asks the registry, and a network that swallows packets answers never. A run waits longer, once.
_REGISTRY_SECONDS = 2


@dataclass(frozen=True)
class Images:
    """What a build would stand on, and whether its dependencies are built: then a run starts in seconds and needs next
    to no disk space. ``base`` is None where there is none."""

    base: Base | None
    dependencies: bool
    findings: tuple[Finding, ...]


def look_at_images(engine: Engine, docker_folder: Path) -> Images:
    """Ask the engine. Nothing is pulled or built; the registry is asked for a description, for 2 s at most."""
    base, finding = find_base(engine, docker_folder)
    if base is None:
        return Images(None, False, (finding,))
    try:
        below = foundation(base, docker_folder)
    except MachineLacks as error:
        meaning = "no image can be built on it"
        lock = ("image-lock", GROUP, "Lock file of the image")
        wrong = Finding(*lock, Status.MISSING, error.message, meaning, error.remedy, blocks=IN_DOCKER)
        return Images(None, False, (finding, wrong))
    ready = find_ours(engine.client, below.tag, below.digest) is not None
    return Images(base, ready, (finding, dependencies_finding(below.tag, ready)))


def find_base(engine: Engine, docker_folder: Path) -> tuple[Base | None, Finding]:
    """The base that a run would take: as `harness.image.base.choose_base`, but bounded in time."""
    one, pinned = ("base-image", GROUP, "Base image"), pinned_base(docker_folder / "base.Dockerfile")
    comparable = "images are the same, to the byte of the base, on every machine"
    if find_image(engine.client, pinned.pullable) is not None:
        return pinned, Finding(*one, Status.OK, "the pinned base is here", comparable)
    obstacle = _registry_obstacle(engine, pinned)
    if obstacle is None:
        return pinned, Finding(*one, Status.OK, "the pinned base is not here, and its registry has it", comparable)
    why = f"the pinned base is not here and its registry does not give it ({obstacle})"
    script = docker_folder / "make-local-base.sh"
    try:
        local = local_base(engine.client)
    except MachineLacks as error:
        meaning = "no image can be built"
        return None, Finding(*one, Status.MISSING, error.message, meaning, error.remedy, blocks=IN_DOCKER)
    if local is None:
        return None, Finding(
            *one,
            Status.MISSING,
            f"{why}; there is no local base either",
            "no image can be built",
            f"{script} (needs only a Debian mirror; or give Docker access to the registry)",
            blocks=IN_DOCKER,
        )
    return local, Finding(
        *one,
        Status.LIMITED,
        f"{why}; the local base {local.reference} is used",
        "records say that their base is a local one",
        f"docker pull {pinned.pullable} (once Docker has access to the registry)",
    )


def dependencies_finding(tag: str, ready: bool) -> Finding:
    """The image that all submissions share."""
    one = ("dependency-image", GROUP, "Image of the dependencies")
    if ready:
        return Finding(*one, Status.OK, f"{tag} is here", "a changed submission is built in seconds")
    return Finding(
        *one,
        Status.LIMITED,
        "not built yet",
        "the first run builds it: it fetches about 3 GB of wheels and takes minutes to start",
        "harness build submissions/densenet_fp32",
    )


def _registry_obstacle(engine: Engine, base: Base) -> str | None:
    """Why the registry does not give ``base``, None where it has it."""
    usual, engine.client.api.timeout = engine.client.api.timeout, _REGISTRY_SECONDS
    try:
        engine.client.images.get_registry_data(base.pullable)
    except APIError as error:
        return reason(error)
    except ENGINE_ERRORS:
        return f"no answer in {_REGISTRY_SECONDS} s; a run waits longer"
    finally:
        engine.client.api.timeout = usual
    return None
