"""The base image: pinned by digest, or a local one where no registry is in reach; which one is never hidden."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import docker
from docker.errors import APIError, ImageNotFound
from docker.models.images import Image

from harness.errors import InvalidInput, MachineLacks
from harness.runtime.engine import ENGINE_ERRORS, reason

LOCAL_TAG = "leanmed/local-base:bookworm"

# A registry that does not answer by then counts as out of reach.
_REGISTRY_SECONDS = 10


@dataclass(frozen=True)
class Base:
    """The base of an image.

    ``kind`` is ``pinned`` or ``local``; ``reference`` is its name (with the digest, where pinned); ``id`` is the digest
    of its content: the pinned digest, or for a local base the digest of its file tree. ``python`` is the
    ``major.minor`` of its Python, known before anything is pulled.
    """

    kind: str
    reference: str
    id: str
    python: str

    @property
    def pullable(self) -> str:
        """The reference as ``name@digest``: the API takes no tag beside a digest everywhere."""
        name, _, digest = self.reference.partition("@")
        head, slash, last = name.rpartition("/")
        return f"{head}{slash}{last.partition(':')[0]}@{digest}"


def pinned_base(dockerfile: Path) -> Base:
    """The base that ``base.Dockerfile`` pins. Raises `InvalidInput` where it names none by digest."""
    text = dockerfile.read_text(encoding="utf-8")
    image = re.search(r"^ARG PINNED=(\S+@(sha256:[0-9a-f]{64}))$", text, re.MULTILINE)
    python = re.search(r"^ARG PYTHON=(3\.\d+)$", text, re.MULTILINE)
    if image is None or python is None:
        raise InvalidInput(
            f"{dockerfile} does not name its base by digest and the base's Python",
            remedy="it must hold the lines ARG PINNED=name@sha256:… and ARG PYTHON=3.x",
        )
    return Base(kind="pinned", reference=image[1], id=image[2], python=python[1])


def choose_base(client: docker.DockerClient, dockerfile: Path, say: Callable[[str], None]) -> Base:
    """The pinned base where it is here or its registry answers; else the local base, saying so.

    Raises `MachineLacks` where there is neither. Nothing is pulled or built.
    """
    pinned = pinned_base(dockerfile)
    if find_image(client, pinned.pullable) is not None:
        return pinned
    obstacle = _registry_obstacle(client, pinned)
    if obstacle is None:
        return pinned
    local = local_base(client)
    if local is None:
        raise MachineLacks(
            f"no base image: {pinned.reference} is not here and can't be pulled ({obstacle}), "
            f"and there is no local base image {LOCAL_TAG}",
            remedy="give Docker access to the registry, or make a local base image (half a minute, needs only a Debian "
            f"mirror): {dockerfile.parent / 'make-local-base.sh'}; or run without a container: `--runtime host`",
        )
    say(f"the pinned base image can't be pulled, so the local one is used ({LOCAL_TAG}); the record says so")
    return local


def local_base(client: docker.DockerClient) -> Base | None:
    """The base that ``make-local-base.sh`` made, if it is here."""
    image = find_image(client, LOCAL_TAG)
    if image is None:
        return None
    python = image.labels.get("leanmed.python")
    layers = image.attrs["RootFS"].get("Layers") or []
    if python is None or len(layers) != 1:
        raise MachineLacks(
            f"{LOCAL_TAG} was not made by make-local-base.sh",
            remedy=f"remove it (`docker image rm {LOCAL_TAG}`) and run docker/make-local-base.sh",
        )
    return Base(kind="local", reference=LOCAL_TAG, id=layers[0], python=python)


def find_image(client: docker.DockerClient, reference: str) -> Image | None:
    """The image of that name or id, or None."""
    try:
        return client.images.get(reference)
    except ImageNotFound:
        return None


def ask_python(client: docker.DockerClient, image: str) -> str:
    """The ``major.minor`` of the Python in an image, asked of that Python itself."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    said = client.containers.run(image, ["python3", "-c", code], entrypoint="", network_mode="none", remove=True)
    return bytes(said).decode("ascii", "replace").strip()


def _registry_obstacle(client: docker.DockerClient, base: Base) -> str | None:
    """Why ``base`` can't be pulled, or None where its registry has it. Only its description is fetched."""
    with _patience(client, _REGISTRY_SECONDS):
        try:
            client.images.get_registry_data(base.pullable)
        except APIError as error:
            return reason(error)
        except ENGINE_ERRORS as error:
            # Out of time: the engine waits for the registry. An engine that is gone is noticed by the next call.
            client.ping()
            return reason(error)
    return None


@contextmanager
def _patience(client: docker.DockerClient, seconds: int) -> Iterator[None]:
    usual = client.api.timeout
    client.api.timeout = seconds
    try:
        yield
    finally:
        client.api.timeout = usual
