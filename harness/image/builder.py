"""One build on the engine: its context streamed in, its log kept, its failure explained."""

from __future__ import annotations

import textwrap
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docker
import requests
from urllib3.exceptions import ReadTimeoutError

from harness.errors import InfrastructureFailed, InvalidInput, MachineLacks
from harness.runtime.engine import ENGINE_ERRORS, reason

_TAIL_LINES = 30


@dataclass(frozen=True)
class Limits:
    """What somebody else's build may take: ``seconds`` in all, ``memory`` in bytes (no swap), ``cpus`` as processor
    numbers."""

    seconds: float
    memory: int
    cpus: tuple[int, ...]


@dataclass(frozen=True)
class Recipe:
    """What to build: the tag and the labels that the image gets, build arguments, the network of its steps, and their
    limits, None for a build of our own."""

    tag: str
    labels: Mapping[str, str]
    arguments: Mapping[str, str] = field(default_factory=dict)
    network: str = "none"
    dockerfile: str = "Dockerfile"
    limits: Limits | None = None


def build_image(
    client: docker.DockerClient, recipe: Recipe, context: Iterator[bytes], log: Path, say: Callable[[str], None]
) -> str:
    """Build an image and return its id. The tag is set by the engine at the very end, so a killed build leaves none.

    The engine's whole output goes to the file ``log``. Raises `InfrastructureFailed` with the end of the output, or
    `MachineLacks` where the disk was full.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    tail: deque[str] = deque(maxlen=_TAIL_LINES)
    began = time.monotonic()
    try:
        stream = client.api.build(
            fileobj=context,  # type: ignore[arg-type]  # requests sends what an iterator yields, chunk by chunk
            custom_context=True,
            dockerfile=recipe.dockerfile,
            tag=recipe.tag,
            labels=dict(recipe.labels),
            buildargs=dict(recipe.arguments),
            network_mode=recipe.network,
            rm=True,
            forcerm=True,
            decode=True,
            use_config_proxy=recipe.network != "none",
            **_limited(recipe.limits),
        )
        with log.open("w", encoding="utf-8") as file:
            for message in stream:
                if recipe.limits is not None and time.monotonic() - began > recipe.limits.seconds:
                    raise _overdue(recipe, recipe.limits.seconds)
                text = _text(message)
                file.write(text)
                tail.extend(line for line in text.splitlines() if line.strip())
                if "error" in message:
                    raise _failure(recipe.tag, str(message["error"]), tail, log)
                # Only a RUN takes long enough for somebody to wonder.
                if text.startswith("Step ") and " : RUN " in text:
                    say(f"  {textwrap.shorten(text, 76, placeholder=' …')}")
        return str(client.images.get(recipe.tag).id)
    except (requests.exceptions.ReadTimeout, ReadTimeoutError) as error:
        # The one time-out that is set: a step that said nothing for as long as the whole build may take.
        raise _overdue(recipe, time.monotonic() - began) from error
    except ENGINE_ERRORS as error:
        raise _failure(recipe.tag, reason(error), tail, log) from error


def _limited(limits: Limits | None) -> dict[str, Any]:
    """Arguments of the SDK's ``build``. A build that nobody listens to any more is ended by the engine."""
    if limits is None:
        return {}
    held = {"memory": limits.memory, "memswap": limits.memory, "cpusetcpus": ",".join(map(str, limits.cpus))}
    return {"container_limits": held, "timeout": limits.seconds}


def _overdue(recipe: Recipe, seconds: float) -> InvalidInput:
    return InvalidInput(
        f"building {recipe.tag} took longer than {seconds:.0f} s and was ended",
        remedy="the rules limit the build of a submission's own stage (divisions.open.build_s): do less in it",
    )


def _text(message: Mapping[str, Any]) -> str:
    """One message of the engine as log text; progress bars of a pull are left out."""
    if "stream" in message:
        return str(message["stream"])
    if "error" in message:
        return f"{message['error']}\n"
    if "status" in message and "progress" not in message:
        return f"{message['status']}\n"
    return ""


def _failure(tag: str, why: str, tail: deque[str], log: Path) -> InfrastructureFailed | MachineLacks:
    shown = "\n".join(f"    {line}" for line in tail)
    message = f"building {tag} failed: {why}" + (f"\n{shown}" if shown else "")
    if "no space left on device" in message:
        return MachineLacks(message, remedy="free some space on the disk of Docker's data root and build again")
    return InfrastructureFailed(message, remedy=f"the whole log is in {log}; `--runtime host` runs without an image")
