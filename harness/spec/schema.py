"""The JSON Schemas of ``schemas/``: found by the `schema` key of a document, and asked strictly."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend
from referencing import Registry, Resource

from harness.places import resources


def _is_whole(_checker: object, value: object) -> bool:
    """2.0 is no whole number here: it would reach `range` as a float."""
    return isinstance(value, int) and not isinstance(value, bool)


def _pattern(_validator: object, pattern: str, value: object, _schema: Mapping[str, Any]) -> Iterator[ValidationError]:
    """As ECMA 262 has it, which JSON Schema refers to: ``$`` is the end, not also the place before a last newline."""
    strict = pattern[:-1] + r"\Z" if pattern.endswith("$") and not pattern.endswith(r"\$") else pattern
    if isinstance(value, str) and not re.search(strict, value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


_Strict: type[Draft202012Validator] = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    validators={"pattern": _pattern},
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_whole),
)


@cache
def schemas() -> Mapping[str, Mapping[str, Any]]:
    """Every schema that LeanMed ships, by its file's name without ``.schema.json``."""
    folder = resources() / "schemas"
    return {
        file.name.removesuffix(".schema.json"): json.loads(file.read_text(encoding="utf-8"))
        for file in sorted(folder.glob("*.schema.json"))
    }


@cache
def kinds() -> Mapping[str, str]:
    """Which schema a document's `schema` key asks for: ``{"leanmed/submission/v1": "submission", …}``."""
    formats = {name: schema.get("properties", {}).get("schema", {}).get("const") for name, schema in schemas().items()}
    return {const: name for name, const in formats.items() if const is not None}


@cache
def validator(name: str, definition: str | None = None) -> Draft202012Validator:
    """The validator of ``schemas/<name>.schema.json``, or of one of its ``$defs``; a whole number is never 2.0."""
    schema = schemas()[name]
    registry: Registry[Any] = Registry().with_resources(
        [(one["$id"], Resource.from_contents(one)) for one in schemas().values() if "$id" in one]
    )
    part = schema
    if definition is not None:
        part = {"$schema": schema["$schema"], "$defs": schema["$defs"], "$ref": f"#/$defs/{definition}"}
    strict: Draft202012Validator = _Strict(part, registry=registry)
    return strict


def default_values(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The ``default`` of each property of an object schema that has one."""
    properties: Mapping[str, Any] = schema.get("properties", {})
    return {key: value["default"] for key, value in properties.items() if "default" in value}
