"""The image of an open submission: its packages, its own stage if it has one, its folder. Built without a network, and
without data, which no build ever sees."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import docker

from harness.image.base import Base
from harness.image.builder import Limits, Recipe, build_image
from harness.image.context import Item, context_digest, file_digest, stream_tar
from harness.image.identity import recipe_digest, short
from harness.image.layers import (
    DIGEST_LABEL,
    IMAGE_LABEL,
    Foundation,
    ensure_base,
    ensure_dependencies,
    find_ours,
    foundation,
)
from harness.image.lock import Lock, lock_in
from harness.image.space import GIB, Need, check_space
from harness.image.wheels import ensure_wheels
from harness.places import Home
from harness.runtime.leftovers import HOME_LABEL, home_id, sweep_containers
from harness.spec.digest import digest_of
from harness.spec.open_division import PACKAGES, STAGE, open_files
from harness.spec.stage import BASE

_RELOCK = "write the file again: `uv pip compile --generate-hashes requirements.in -o requirements.txt`"
# Times the size of the wheels, an estimate: the context, its layer, and the installed tree (four times as large as what
# was packed) in the first stage, in the container that copies it, and in the layer made of that.
_UNPACKED = 14
_STAGE_LABEL = f"{IMAGE_LABEL}=stage"


class OpenBuildable(Protocol):
    """What the build of an open submission needs of it."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def folder(self) -> Path:
        """Its folder."""

    @property
    def workload(self) -> Mapping[str, Any]:
        """How its program is started: ``packages`` and ``stage``."""


@dataclass(frozen=True)
class OpenPlan:
    """What the image is made from. ``below`` is the base alone with ``lock`` None, the shared dependencies, or the
    base with the submission's own packages; ``stage`` holds the context of its own stage, None without one."""

    base: Base
    below: Foundation | None
    lock: Lock | None
    stage: tuple[Item, ...] | None
    context: tuple[Item, ...]
    recipe: str

    @property
    def parts(self) -> dict[str, str]:
        """Digests as `harness.image.identity.image_identity` takes them. Nothing pinned is a lock, too."""
        lock = self.lock or (None if self.below is None else self.below.lock)
        context = digest_of([context_digest(items) for items in (self.context, self.stage or ())])
        return {"recipe": self.recipe, "lock": digest_of(None) if lock is None else lock.digest, "context": context}


def open_plan(submission: OpenBuildable, base: Base, docker_folder: Path, package: Path) -> OpenPlan:
    """What the image of ``submission`` is made from, from files alone. Raises `InvalidInput` for a lock that pins
    nothing by digest."""
    folder, packages = submission.folder, submission.workload["packages"]
    below = foundation(base, docker_folder) if packages == "shared" else None
    lock = lock_in(folder / PACKAGES, base.python, remedy=_RELOCK) if packages == PACKAGES else None
    recipes = [docker_folder / "open.Dockerfile"]
    recipes += [docker_folder / "base.Dockerfile"] if base.kind == "pinned" else []
    recipes += [docker_folder / "open-packages.Dockerfile"] if lock is not None else []
    recipes += [docker_folder / "stage-base.Dockerfile"] if submission.workload["stage"] == STAGE else []
    files = tuple(
        Item(f"submission/{file.relative_to(folder).as_posix()}", file, executable=bool(file.stat().st_mode & 0o100))
        for file in open_files(folder)
    )
    shared = tuple(Item(f"harness/{name}", package / name) for name in ("__init__.py", "protocol.py"))
    stage = None
    if submission.workload["stage"] == STAGE:
        stage = tuple(Item(item.name.removeprefix("submission/"), item.source, item.executable) for item in files)
    return OpenPlan(
        base=base,
        below=below,
        lock=lock,
        stage=stage,
        context=(Item("Dockerfile", docker_folder / "open.Dockerfile"), *shared, *files),
        recipe=digest_of([recipe_digest(recipes), None if below is None else below.recipe]),
    )


def build_open_image(
    client: docker.DockerClient,
    submission: OpenBuildable,
    plan: OpenPlan,
    recipe: Recipe,
    limits: Limits,
    home: Home,
    say: Callable[[str], None],
) -> str:
    """Build it, with ``recipe``'s tag and labels, and return its id. The caller holds the build lock.

    ``limits`` hold for the submission's own stage. Raises as `harness.image.build.ensure_image` does.
    """
    logs = home.root / "builds"
    below = _packages(client, plan, home, logs, say)
    if plan.stage is not None:
        below = _own_stage(client, submission, plan, plan.stage, below, limits, home, say)
    say(f"building {recipe.tag}")
    whole = Recipe(tag=recipe.tag, labels=recipe.labels, arguments={"BELOW": below})
    return build_image(client, whole, stream_tar(plan.context), logs / f"{submission.name}.log", say)


def _packages(client: docker.DockerClient, plan: OpenPlan, home: Home, logs: Path, say: Callable[[str], None]) -> str:
    if plan.below is not None:
        return ensure_dependencies(client, plan.below, home, logs, say)
    base = ensure_base(client, plan.base, _beside(plan, "base.Dockerfile"), home, logs, say)
    if plan.lock is None:
        return base
    digest = digest_of([plan.base.id, plan.recipe, plan.lock.digest])
    tag = f"leanmed/packages:{short(digest)}"
    ready = find_ours(client, tag, digest)
    if ready is not None:
        return ready
    wheels = ensure_wheels(plan.lock, home.wheels, say)
    files = sorted(wheels.iterdir())
    packed = sum(file.stat().st_size for file in files) / GIB
    check_space([Need(Path(client.info()["DockerRootDir"]), _UNPACKED * packed, "the submission's packages")])
    dockerfile = _beside(plan, "open-packages.Dockerfile")
    items = (
        Item("Dockerfile", dockerfile),
        Item("requirements.txt", plan.lock.path),
        *(Item(f"wheels/{file.name}", file) for file in files),
    )
    say(f"building {tag}, the packages of {PACKAGES}")
    recipe = Recipe(
        tag=tag,
        labels={IMAGE_LABEL: "packages", DIGEST_LABEL: digest, HOME_LABEL: home_id(home)},
        arguments={"BASE": base, "HOME_ID": home_id(home)},
    )
    return build_image(client, recipe, stream_tar(items), logs / "packages.log", say)


def _beside(plan: OpenPlan, name: str) -> Path:
    """Another Dockerfile of the harness."""
    return next(item.source for item in plan.context if item.name == "Dockerfile").with_name(name)


def _own_stage(
    client: docker.DockerClient,
    submission: OpenBuildable,
    plan: OpenPlan,
    stage: tuple[Item, ...],
    below: str,
    limits: Limits,
    home: Home,
    say: Callable[[str], None],
) -> str:
    """The submission's own Dockerfile on top of its packages. Built anew where anything in the folder changed."""
    digest = digest_of([below, context_digest(stage), file_digest(submission.folder / STAGE)])
    tag = f"leanmed/stage:{short(digest)}"
    ready = find_ours(client, tag, digest)
    if ready is not None:
        return ready
    say(f"building {tag}, the submission's own stage (no network, at most {limits.seconds:.0f} s)")
    recipe = Recipe(
        tag=tag,
        labels={IMAGE_LABEL: "stage of a submission", DIGEST_LABEL: digest, HOME_LABEL: home_id(home)},
        arguments={BASE: _marked(client, plan, below, home)},
        limits=limits,
    )
    log = home.root / "builds" / f"{submission.name}-stage.log"
    try:
        return build_image(client, recipe, stream_tar(stage), log, say)
    except BaseException:
        # The engine may go on with a step that nobody waits for any more.
        for sentence in sweep_containers(client, home, label=_STAGE_LABEL):
            say(sentence)
        raise


def _marked(client: docker.DockerClient, plan: OpenPlan, below: str, home: Home) -> str:
    """``below`` with the labels by which this home's leftovers of builds are known: containers of the build have them,
    too."""
    recipe = Recipe(
        tag=f"leanmed/stage-base:{short(digest_of([below, home_id(home)]))}",
        labels={IMAGE_LABEL: "stage", HOME_LABEL: home_id(home)},
        arguments={"BELOW": below},
    )
    items = (Item("Dockerfile", _beside(plan, "stage-base.Dockerfile")),)
    return build_image(client, recipe, stream_tar(items), home.root / "builds" / "stage-base.log", lambda said: None)
