"""The images below a submission's own, shared by all: the base with its Python, and the dependencies on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import docker

from harness.errors import MachineLacks
from harness.image.base import Base, ask_python, find_image
from harness.image.builder import Recipe, build_image
from harness.image.context import Item, stream_tar
from harness.image.identity import recipe_digest, short
from harness.image.lock import Lock, load_lock
from harness.image.space import Need, check_space
from harness.image.wheels import ensure_wheels
from harness.places import Home
from harness.runtime.engine import ENGINE_ERRORS, reason
from harness.runtime.leftovers import HOME_LABEL, home_id
from harness.spec.digest import digest_of

IMAGE_LABEL = "leanmed.image"
DIGEST_LABEL = "leanmed.digest"
"""The whole digest of what an image was made from; its tag carries only the beginning."""

# Measured with torch 2.15 for CUDA 13. The wheels are 2.9 GiB. While the image is built, the engine holds the context
# and its layer (2.9 each), and the installed tree (5.5) three times: in the first stage, in the container that copies
# it, and in the layer made of that. 5.7 GiB stay.
_WHEELS_GIB = 3.0
_BUILD_GIB = 22.5
_BASE_GIB = 1.0


@dataclass(frozen=True)
class Foundation:
    """What a submission's image stands on: which base, which lock, which recipes."""

    base: Base
    lock: Lock
    recipe: str
    dockerfiles: tuple[Path, ...]

    @property
    def digest(self) -> str:
        """What the dependency image is made from."""
        return digest_of([self.base.id, self.recipe, self.lock.digest])

    @property
    def tag(self) -> str:
        """The dependency image's tag."""
        return f"leanmed/deps:{short(self.digest)}"


def foundation(base: Base, docker_folder: Path) -> Foundation:
    """Everything below a submission's own image, from files alone: nothing is pulled, built or started."""
    own = (docker_folder / "base.Dockerfile",) if base.kind == "pinned" else ()
    dockerfiles = (*own, docker_folder / "dependencies.Dockerfile")
    lock = load_lock(docker_folder, base.python)
    return Foundation(base=base, lock=lock, recipe=recipe_digest(dockerfiles), dockerfiles=dockerfiles)


def find_ours(client: docker.DockerClient, tag: str, digest: str) -> str | None:
    """The id of the image with that tag, if it was made from exactly what ``digest`` says."""
    image = find_image(client, tag)
    return str(image.id) if image is not None and image.labels.get(DIGEST_LABEL) == digest else None


def ensure_dependencies(
    client: docker.DockerClient, found: Foundation, home: Home, logs: Path, say: Callable[[str], None]
) -> str:
    """The id of the dependency image, built where it is not there (minutes). The caller holds the build lock."""
    ready = find_ours(client, found.tag, found.digest)
    if ready is not None:
        return ready
    check_space(space_needs(client, found, home))
    base = ensure_base(client, found.base, found.dockerfiles[0], home, logs, say)
    _check_python(client, base, found.base)
    wheels = ensure_wheels(found.lock, home.wheels, say)
    items = (
        Item("Dockerfile", found.dockerfiles[-1]),
        Item("requirements.txt", found.lock.path),
        *(Item(f"wheels/{path.name}", path) for path in sorted(wheels.iterdir())),
    )
    say(f"building {found.tag}, the dependencies that all submissions share (minutes, once)")
    recipe = Recipe(
        tag=found.tag,
        labels=_labels("dependencies", found.digest, home),
        arguments={"BASE": base, "HOME_ID": home_id(home)},
    )
    return build_image(client, recipe, stream_tar(items, _Sent(items, say)), logs / "dependencies.log", say)


def ensure_base(
    client: docker.DockerClient, base: Base, dockerfile: Path, home: Home, logs: Path, say: Callable[[str], None]
) -> str:
    """The id of the image that packages are installed on: the local base itself, or one built of the pinned with
    ``dockerfile``. The caller holds the build lock."""
    if base.kind == "local":
        return str(client.images.get(base.reference).id)
    digest = digest_of([base.id, recipe_digest([dockerfile])])
    tag = f"leanmed/base:{short(digest)}"
    ready = find_ours(client, tag, digest)
    if ready is not None:
        return ready
    if find_image(client, base.pullable) is None:
        _pull(client, base, say)
    say(f"building {tag}: the pinned base with its distribution's Python")
    recipe = Recipe(
        tag=tag,
        labels=_labels("base", digest, home),
        arguments={"PINNED": base.pullable, "PYTHON": base.python},
        # The one build that needs a network. The host's own, because a bridge often has no name server that answers.
        network="host",
    )
    return build_image(client, recipe, stream_tar([Item("Dockerfile", dockerfile)]), logs / "base.log", say)


def _pull(client: docker.DockerClient, base: Base, say: Callable[[str], None]) -> None:
    say(f"pulling {base.reference}")
    name, _, digest = base.pullable.partition("@")
    try:
        client.images.pull(name, tag=digest)
    except ENGINE_ERRORS as error:
        raise MachineLacks(
            f"{base.reference} could not be pulled: {reason(error)}",
            remedy="try again when the registry answers, or make a local base image: docker/make-local-base.sh",
        ) from error


def _check_python(client: docker.DockerClient, image: str, base: Base) -> None:
    """The lock file was chosen by what the base is said to have; ask the base itself before installing."""
    actual = ask_python(client, image)
    if actual != base.python:
        raise MachineLacks(
            f"the base image {base.reference} has Python {actual}, not {base.python} as it says",
            remedy="correct ARG PYTHON in docker/base.Dockerfile, or make the local base image again",
        )


def space_needs(client: docker.DockerClient, found: Foundation, home: Home) -> list[Need]:
    """What the build takes for a while at the engine, and what the download takes in the home."""
    engine = Need(Path(client.info()["DockerRootDir"]), _BUILD_GIB, "building the dependency image")
    needs = [engine]
    if not (home.wheels / found.lock.digest.removeprefix("sha256:")).is_dir():
        # pip keeps the file it is downloading and, in its cache, a second copy.
        needs.append(Need(home.wheels, 2 * _WHEELS_GIB, "downloading the wheels"))
    if found.base.kind == "pinned":
        needs.append(Need(engine.path, _BASE_GIB, "the base image"))
    return needs


def _labels(kind: str, digest: str, home: Home) -> dict[str, str]:
    return {IMAGE_LABEL: kind, DIGEST_LABEL: digest, HOME_LABEL: home_id(home)}


class _Sent:
    """Says how much of a large context went to the engine, every tenth."""

    def __init__(self, items: tuple[Item, ...], say: Callable[[str], None]) -> None:
        self._total = sum(item.source.stat().st_size for item in items)
        self._say, self._tenths = say, 0

    def __call__(self, sent: int) -> None:
        tenths = 10 * sent // max(self._total, 1)
        if tenths > self._tenths:
            self._tenths = tenths
            self._say(f"sent {10 * tenths} % of {self._total / 1e9:.1f} GB to the engine")
