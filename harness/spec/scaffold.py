"""A submission folder to begin with."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from harness.errors import InvalidInput
from harness.places import resources
from harness.spec.folder import SUBMISSION_FILE
from harness.spec.problem import nearest_word, printable, shown_path
from harness.spec.schema import schemas

OPEN_EXAMPLE = "shape_forest"
"""The worked example of the open division."""
_EXAMPLE_SCHEMA = "../../schemas/submission.schema.json"
_TEMPLATE = """\
# yaml-language-server: $schema={schema}
#
# A submission of the closed division: configuration only. An editor that knows the schema above completes the keys;
# `harness validate {shown}` says what is wrong and where.
schema: leanmed/submission/v1

# The name of this folder.
name: {name}

# One line, as the leaderboard shows it.
title: {title}

# closed: run by LeanMed's own workload, with the benchmark's hyperparameters.
division: closed

# {models}
model: {model}

# What is done to save time, memory or energy. What is left out keeps its default.
efficiency:
{efficiency}
# What this configuration does and what you expect of it.
description: >
  {model} with the plain float32 configuration. Say here what you change and what you expect of it.

# Where the configuration comes from: a paper, a repository, a person. May be left out.
# source: Name, year, arXiv number
"""


def write_submission(name: str, model: str, into: Path) -> Path:
    """Write ``<into>/<name>/submission.yaml`` and return the folder. ``into`` is made where it is missing.

    Raises `InvalidInput` for a name or model that the schema does not take, and for a folder that is there already.
    """
    properties = schemas()["submission"]["properties"]
    _check_name(name, properties["name"]["pattern"], properties["name"]["patternErrorMessage"])
    models = properties["model"]["examples"]
    if model not in models:
        near = nearest_word(model, models)
        hint = f"did you mean {near!r}? " if near else ""
        raise InvalidInput(f"{printable(model)!r} is not a model", remedy=f"{hint}known: {', '.join(models)}")
    folder = into / name
    text = _TEMPLATE.format(
        schema=_way_to_schema(folder),
        name=name,
        shown=shown_path(folder),
        title=f"{model}, {name.replace('_', ' ')}"[:80],
        models=" | ".join(models),
        model=model,
        efficiency=_efficiency(properties["efficiency"]["properties"]),
    )
    with _explained(folder):
        into.mkdir(parents=True, exist_ok=True)
        folder.mkdir()
        (folder / SUBMISSION_FILE).write_text(text, encoding="utf-8")
    return folder


def write_open_submission(name: str, into: Path) -> Path:
    """Copy the worked example of the open division to ``<into>/<name>`` and return the folder: a program that works, to
    be changed. Raises `InvalidInput` as `write_submission` does."""
    properties = schemas()["submission"]["properties"]
    _check_name(name, properties["name"]["pattern"], properties["name"]["patternErrorMessage"])
    example, folder = resources() / "submissions" / OPEN_EXAMPLE, into / name
    with _explained(folder):
        into.mkdir(parents=True, exist_ok=True)
        shutil.copytree(example, folder, ignore=shutil.ignore_patterns("__pycache__"))
        file = folder / SUBMISSION_FILE
        text = file.read_text(encoding="utf-8").replace(f"name: {OPEN_EXAMPLE}", f"name: {name}")
        file.write_text(text.replace(_EXAMPLE_SCHEMA, _way_to_schema(folder)), encoding="utf-8")
    return folder


@contextlib.contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError as error:
        raise InvalidInput(
            f"{shown_path(folder)} is there already", remedy="take another name, or delete it"
        ) from error
    except OSError as error:
        raise InvalidInput(f"{shown_path(folder)} can't be written: {(error.strerror or '').lower()}") from error


def _check_name(name: str, pattern: str, rule: str) -> None:
    if re.fullmatch(pattern.removeprefix("^").removesuffix("$"), name):
        return
    mended = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:64]
    hint = f"; {mended!r} would do" if re.fullmatch(pattern.removeprefix("^").removesuffix("$"), mended) else ""
    raise InvalidInput(f"{printable(name)!r} can't be a submission's name", remedy=f"a name is {rule}{hint}")


def _efficiency(properties: dict[str, dict[str, object]]) -> str:
    lines = []
    for key, schema in properties.items():
        words = schema.get("enum")
        assert isinstance(words, list)  # a test holds every efficiency key to a list of words with a default
        lines += [f"  # {schema['description']}", f"  {key}: {schema['default']}"]
    return "\n".join(lines) + "\n"


def _way_to_schema(folder: Path) -> str:
    schema = resources() / "schemas" / "submission.schema.json"
    return os.path.relpath(schema, folder.absolute())
