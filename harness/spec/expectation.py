"""What a schema expects, in words: "a whole number from 1 to 1000", "one of float32, int8"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_MOST_WORDS = 12


def resolved(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    """``schema`` with what its local ``$ref`` leads to filled in."""
    reference = schema.get("$ref", "")
    if not reference.startswith("#/$defs/"):
        return schema
    target = root.get("$defs", {}).get(reference.removeprefix("#/$defs/"), {})
    return {**resolved(target, root), **{key: value for key, value in schema.items() if key != "$ref"}}


def expectation(schema: Mapping[str, Any], root: Mapping[str, Any]) -> str:
    """One phrase without a full stop; empty where the schema says nothing about the value."""
    schema = resolved(schema, root)
    if "const" in schema:
        return str(schema["const"])
    if "enum" in schema:
        words = [str(word) for word in schema["enum"]]
        return words[0] if len(words) == 1 else "one of " + ", ".join(words[:_MOST_WORDS])
    for rule in ("anyOf", "oneOf"):
        if rule in schema:
            return " or ".join(dict.fromkeys(filter(None, (expectation(one, root) for one in schema[rule]))))
    if "patternErrorMessage" in schema and "null" not in schema.get("type", ""):
        return _one_line(schema)
    types = schema.get("type", [])
    return " or ".join(_typed(name, schema) for name in ([types] if isinstance(types, str) else types))


def _one_line(schema: Mapping[str, Any]) -> str:
    message = str(schema["patternErrorMessage"])
    return message + _between(schema, "minLength", "maxLength", " of {} characters")


def _typed(name: str, schema: Mapping[str, Any]) -> str:
    match name:
        case "integer":
            return "a whole number" + _range(schema)
        case "number":
            return "a number" + _range(schema)
        case "boolean":
            return "true or false"
        case "null":
            return "null"
        case "array":
            return "a list" + _between(schema, "minItems", "maxItems", " of {} items")
        case "object":
            return "a mapping" + _between(schema, "minProperties", "maxProperties", " of {} keys")
        case _:
            if "patternErrorMessage" in schema:
                return _one_line(schema)
            return "text" + _between(schema, "minLength", "maxLength", " of {} characters")


def _range(schema: Mapping[str, Any]) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if low is not None and high is not None:
        return f" from {low} to {high}"
    parts = [
        text
        for bound, text in (
            (low, f"of at least {low}"),
            (above, f"above {above}"),
            (high, f"up to {high}"),
            (below, f"below {below}"),
        )
        if bound is not None
    ]
    return " " + " and ".join(parts) if parts else ""


def _between(schema: Mapping[str, Any], low_key: str, high_key: str, phrase: str) -> str:
    low, high = schema.get(low_key), schema.get(high_key)
    if low is None and high is None:
        return ""
    if low == high:
        return phrase.format(low)
    if low is None or low == 0:
        return phrase.format(f"at most {high}")
    return phrase.format(f"at least {low}" if high is None else f"{low} to {high}")
