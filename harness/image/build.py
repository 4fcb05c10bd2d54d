"""From a submission to an image that can be started: reused where it is there, built where it is not."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import docker
from docker.errors import APIError

from harness import places
from harness.image.base import choose_base
from harness.image.builder import Recipe, build_image
from harness.image.context import Item, context_digest, stream_tar, submission_context
from harness.image.identity import image_identity, short
from harness.image.layers import (
    DIGEST_LABEL,
    IMAGE_LABEL,
    Foundation,
    ensure_dependencies,
    find_ours,
    foundation,
)
from harness.image.space import Need, check_space
from harness.places import Home
from harness.runtime.engine import connect
from harness.runtime.leftovers import HOME_LABEL, home_id, sweep_containers

# A submission's own layers are a few hundred kilobytes; the engine needs room to work in.
RUN_IMAGE_GIB = 0.5
"""What a submission's own image takes at the engine beyond the dependency image, GiB."""


class Buildable(Protocol):
    """What a build needs of a submission."""

    @property
    def name(self) -> str:
        """The submission's name."""

    @property
    def folder(self) -> Path:
        """Its folder, which holds submission.yaml."""


@dataclass(frozen=True)
class Image:
    """An image that is there. ``identity`` is what a record says (see `image_identity`); ``id`` starts a container."""

    identity: Mapping[str, Any]
    id: str
    tag: str
    built: bool


@dataclass(frozen=True)
class _Plan:
    below: Foundation
    context: tuple[Item, ...]
    identity: dict[str, Any]
    tag: str


def identity_of(
    submission: Buildable, client: docker.DockerClient | None = None, say: Callable[[str], None] = lambda text: None
) -> dict[str, Any]:
    """The identity that `ensure_image` would return, without building or pulling anything.

    Raises `MachineLacks` where there is no engine, or neither the pinned base nor a local one.
    """
    return _plan(submission, client or connect(), say).identity


def ensure_image(
    submission: Buildable, home: Home, say: Callable[[str], None], client: docker.DockerClient | None = None
) -> Image:
    """The image of a submission, built where it is not there yet (seconds; minutes where the dependencies are missing).

    Raises `MachineLacks` (no engine, no base, no disk space, no wheels) or `InfrastructureFailed` (a build failed, with
    the end of its log). Killed at any point it leaves nothing that the next call stumbles over.
    """
    client = client or connect()
    plan = _plan(submission, client, say)
    ready = find_ours(client, plan.tag, plan.identity["identity"])
    if ready is not None:
        return Image(identity=plan.identity, id=ready, tag=plan.tag, built=False)
    logs = home.root / "builds"
    with _build_lock(home, say):
        for sentence in remove_leftovers(client, home):
            say(sentence)
        dependencies = ensure_dependencies(client, plan.below, home, logs, say)
        check_space([Need(Path(client.info()["DockerRootDir"]), RUN_IMAGE_GIB, "the submission's image")])
        recipe = Recipe(
            tag=plan.tag,
            labels={
                IMAGE_LABEL: "run",
                DIGEST_LABEL: plan.identity["identity"],
                HOME_LABEL: home_id(home),
                "leanmed.submission": submission.name,
            },
            arguments={"DEPENDENCIES": dependencies},
        )
        say(f"building {plan.tag}")
        image = build_image(client, recipe, stream_tar(plan.context), logs / f"{submission.name}.log", say)
        # The stage that held the wheels has no name and is of no use any more.
        remove_leftovers(client, home)
    return Image(identity=plan.identity, id=image, tag=plan.tag, built=True)


def remove_leftovers(client: docker.DockerClient, home: Home) -> list[str]:
    """Remove what builds of this home left: stopped build containers and images without a name; one sentence for each.

    The caller holds the build lock. Images that something uses stay.
    """
    sentences = sweep_containers(client, home, label=f"{IMAGE_LABEL}=stage")
    wanted = {"dangling": True, "label": [f"{HOME_LABEL}={home_id(home)}", IMAGE_LABEL]}
    try:
        pruned = client.images.prune(filters=wanted)
    except APIError as error:
        # 409: another prune is under way, which does the same.
        if error.status_code != 409:
            raise
        return sentences
    if pruned.get("ImagesDeleted"):
        gigabytes = pruned.get("SpaceReclaimed", 0) / 1e9
        sentences.append(f"removed unnamed images of earlier builds ({gigabytes:.1f} GB)")
    return sentences


def _plan(submission: Buildable, client: docker.DockerClient, say: Callable[[str], None]) -> _Plan:
    docker_folder = places.resources() / "docker"
    base = choose_base(client, docker_folder / "base.Dockerfile", say)
    below = foundation(base, docker_folder)
    context = submission_context(docker_folder, Path(places.__file__).parent, submission.folder)
    identity = image_identity(base=base, recipe=below.recipe, lock=below.lock.digest, context=context_digest(context))
    tag = f"leanmed/run:{submission.name}-{short(identity['identity'])}"
    return _Plan(below=below, context=context, identity=identity, tag=tag)


@contextlib.contextmanager
def _build_lock(home: Home, say: Callable[[str], None]) -> Iterator[None]:
    """One build at a time in a home: none removes what another is making. A killed holder's lock is free."""
    with (home.root / "build.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another build in this home to finish")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
