"""From a submission to an image that can be started: reused where it is there, built where it is not."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import docker
from docker.errors import APIError

from harness import places
from harness.image.base import choose_base
from harness.image.builder import Limits, Recipe, build_image
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
from harness.image.open_image import OpenBuildable, OpenPlan, build_open_image, open_plan
from harness.image.space import GIB, Need, check_space
from harness.places import Home
from harness.runtime.engine import connect
from harness.runtime.leftovers import HOME_LABEL, home_id, sweep_containers
from harness.spec.load import load_ruleset

# A submission's own layers are a few hundred kilobytes; the engine needs room to work in.
RUN_IMAGE_GIB = 0.5
"""What a submission's own image takes at the engine beyond the dependency image, GiB."""


class Buildable(OpenBuildable, Protocol):
    """What a build needs of a submission; its ``workload`` is only asked of one that brings its own program."""

    @property
    def open(self) -> bool:
        """Whether it does."""


@dataclass(frozen=True)
class Image:
    """An image that is there. ``identity`` is what a record says (see `image_identity`); ``id`` starts a container."""

    identity: Mapping[str, Any]
    id: str
    tag: str
    built: bool


@dataclass(frozen=True)
class _Closed:
    below: Foundation
    context: tuple[Item, ...]

    @property
    def parts(self) -> dict[str, str]:
        return {
            "recipe": self.below.recipe,
            "lock": self.below.lock.digest,
            "context": context_digest(self.context),
        }


@dataclass(frozen=True)
class _Plan:
    made_of: _Closed | OpenPlan
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
    with _build_lock(home, say):
        for sentence in remove_leftovers(client, home):
            say(sentence)
        recipe = Recipe(
            tag=plan.tag,
            labels={
                IMAGE_LABEL: "run",
                DIGEST_LABEL: plan.identity["identity"],
                HOME_LABEL: home_id(home),
                "leanmed.submission": submission.name,
            },
        )
        image = _build(client, submission, plan.made_of, recipe, home, say)
        # The stage that held the wheels has no name and is of no use any more.
        remove_leftovers(client, home)
    return Image(identity=plan.identity, id=image, tag=plan.tag, built=True)


def _build(
    client: docker.DockerClient,
    submission: Buildable,
    made_of: _Closed | OpenPlan,
    recipe: Recipe,
    home: Home,
    say: Callable[[str], None],
) -> str:
    if isinstance(made_of, OpenPlan):
        return build_open_image(client, submission, made_of, recipe, _limits(), home, say)
    logs = home.root / "builds"
    dependencies = ensure_dependencies(client, made_of.below, home, logs, say)
    check_space([Need(Path(client.info()["DockerRootDir"]), RUN_IMAGE_GIB, "the submission's image")])
    say(f"building {recipe.tag}")
    whole = replace(recipe, arguments={"DEPENDENCIES": dependencies})
    return build_image(client, whole, stream_tar(made_of.context), logs / f"{submission.name}.log", say)


def _limits() -> Limits:
    """What the rules let an open submission's own stage take, on the processors that a run has."""
    rules = load_ruleset().document
    own = rules["divisions"]["open"]
    usable = sorted(os.sched_getaffinity(0))
    return Limits(own["build_s"], int(own["build_memory_gib"] * GIB), tuple(usable[: rules["container"]["cpus"]]))


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
    package = Path(places.__file__).parent
    made_of: _Closed | OpenPlan
    if submission.open:
        made_of = open_plan(submission, base, docker_folder, package)
    else:
        context = submission_context(docker_folder, package, submission.folder)
        made_of = _Closed(foundation(base, docker_folder), context)
    identity = image_identity(base=base, **made_of.parts)
    tag = f"leanmed/run:{submission.name}-{short(identity['identity'])}"
    return _Plan(made_of, identity, tag)


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
