"""From a schema's refusal to a sentence: what is wrong, what was expected, and the known word nearest to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from harness.spec.expectation import expectation, resolved
from harness.spec.problem import KeyPath, nearest_word, shown
from harness.spec.scalars import RefusedScalarError, resolve_plain

_MOST_WORDS = 12
_FALSE_FRIENDS = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}
_BOUNDS = {
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "minItems", "maxItems",
    "minProperties", "maxProperties",
}  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """What a schema or a rule says against one place. ``at_key``: show the key's line, not the value's."""

    path: KeyPath
    message: str
    expected: str | None = None
    nearest: str | None = None
    at_key: bool = False


def findings(validator: Draft202012Validator, data: object) -> list[Finding]:
    """Everything that the schema says against ``data``, each fault once."""
    root = validator.schema
    assert isinstance(root, Mapping)
    found = [one for error in validator.iter_errors(data) for one in _explain(error, root)]
    typed_wrong = {(*one.path[:-1], one.nearest) for one in found if one.message.startswith("unknown key")}
    # A key that is missing because it was mistyped is one fault, not two.
    return list(
        dict.fromkeys(one for one in found if not (one.message.startswith("is missing") and one.path in typed_wrong))
    )


def _explain(error: ValidationError, root: Mapping[str, Any]) -> Iterator[Finding]:
    path: KeyPath = tuple(error.absolute_path)
    rule = str(error.validator)
    if rule == "required":
        yield from _missing(error, path, root)
    elif rule == "additionalProperties":
        yield from _unknown(error, path, root)
    elif rule in ("anyOf", "oneOf"):
        yield from _no_branch(error, path, root)
    else:
        yield _wrong_value(error, path, rule, root)


def _missing(error: ValidationError, path: KeyPath, root: Mapping[str, Any]) -> Iterator[Finding]:
    # One error a key, but the key's name stands only in the library's message; so ask again.
    assert isinstance(error.instance, Mapping) and isinstance(error.schema, Mapping)
    for key in error.validator_value:  # type: ignore[union-attr]
        if key not in error.instance:
            properties = resolved(error.schema, root).get("properties", {})
            expected = expectation(properties.get(key, {}), root)
            tail = f"; expected {expected}" if expected else ""
            yield Finding((*path, key), f"is missing{tail}", expected, at_key=True)


def _unknown(error: ValidationError, path: KeyPath, root: Mapping[str, Any]) -> Iterator[Finding]:
    assert isinstance(error.instance, Mapping) and isinstance(error.schema, Mapping)
    known = list(error.schema.get("properties", {}))
    for key in error.instance:
        if key in known:
            continue
        nearest = nearest_word(key, [one for one in known if one not in error.instance])
        message = "unknown key"
        if nearest is None and (home := _home_of(key, root)):
            message += f"; it belongs under {home!r}"
        elif nearest is None:
            message += f"; known here: {_listed(known)}" if known else "; nothing may stand here"
        yield Finding((*path, key), message, f"one of {_listed(known)}" if known else None, nearest, at_key=True)


def _home_of(key: str, root: Mapping[str, Any]) -> str | None:
    """The top-level mapping that knows ``key``, where there is one."""
    for name, schema in root.get("properties", {}).items():
        if key in resolved(schema, root).get("properties", {}):
            return str(name)
    return None


def _wrong_value(error: ValidationError, path: KeyPath, rule: str, root: Mapping[str, Any]) -> Finding:
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    value = error.instance
    expected = expectation(schema, root)
    if rule == "type":
        types = error.validator_value
        return _wrong_type(path, value, [types] if isinstance(types, str) else types, expected)  # type: ignore[arg-type]
    if rule in ("enum", "const"):
        words = error.validator_value if rule == "enum" else [error.validator_value]
        return _wrong_word(path, value, words, expected)  # type: ignore[arg-type]
    if rule == "pattern":
        return Finding(path, f"{shown(value)} does not fit; expected {expected}", expected)
    if rule in _BOUNDS:
        return Finding(path, f"{_measured(value)} is out of bounds; expected {expected}", expected)
    if rule == "uniqueItems":
        return Finding(path, "an item stands in the list twice", "different items")
    return Finding(path, f"{shown(value)} breaks the schema's rule {rule!r}; expected {expected}", expected)


def _wrong_type(path: KeyPath, value: object, types: Sequence[str], expected: str) -> Finding:
    if value is None:
        return Finding(path, f"has no value; expected {expected}", expected, at_key=True)
    message = _mismatch(value, types, expected)
    if isinstance(value, str) and "boolean" in types:
        return Finding(path, message, expected, _FALSE_FRIENDS.get(value.lower(), nearest_word(value, _TRUTH)))
    if isinstance(value, str) and _reads_as_number(value) and not {"number", "integer"}.isdisjoint(types):
        message += "; take the quotes away"
    elif isinstance(value, bool | int | float) and "string" in types:
        message += "; put it in quotes"
    return Finding(path, message, expected)


_TRUTH = ("true", "false")


def _wrong_word(path: KeyPath, value: object, words: Sequence[Any], expected: str) -> Finding:
    if value is None:
        return Finding(path, f"has no value; expected {expected}", expected, at_key=True)
    known = [str(word) for word in words]
    nearest = nearest_word(value, known) if isinstance(value, str) else None
    if len(known) == 1:
        return Finding(path, f"{shown(value)} is not {known[0]}", expected, nearest)
    return Finding(path, f"{shown(value)} is not one of {_listed(known)}", expected, nearest)


def _no_branch(error: ValidationError, path: KeyPath, root: Mapping[str, Any]) -> Iterator[Finding]:
    """Of several forms none fits: explain the one that was meant, which is the one that fails deepest and least."""
    branches: dict[object, list[ValidationError]] = {}
    for one in error.context or ():
        branches.setdefault(one.schema_path[0], []).append(one)
    meant = [branch for branch in branches.values() if not any(_says_another_form(one, error) for one in branch)]
    if not meant:
        schema = error.schema if isinstance(error.schema, Mapping) else {}
        expected = expectation(schema, root)
        yield Finding(path, _mismatch(error.instance, (), expected), expected)
        return
    for one in min(meant, key=len):
        yield from _explain(one, root)


def _says_another_form(error: ValidationError, whole: ValidationError) -> bool:
    depth = len(error.absolute_path) - len(whole.absolute_path)
    return (depth == 0 and error.validator in ("type", "enum", "const")) or (depth == 1 and error.validator == "const")


def _mismatch(value: object, types: Sequence[str], expected: str) -> str:
    match value:
        case None | list() | dict():
            return f"{shown(value)} stands here; expected {expected}"
        case bool():
            kind = "a truth value"
        case float() if "integer" in types:
            kind = "no whole number"
        case int() | float():
            kind = "a number"
        case _:
            kind = "text"
    return f"{shown(value)} is {kind}; expected {expected}"


def _measured(value: object) -> str:
    match value:
        case str():
            return f"text of {len(value)} characters"
        case list():
            return f"a list of {len(value)}"
        case dict():
            return f"a mapping of {len(value)} keys"
        case _:
            return shown(value)


def _reads_as_number(text: str) -> bool:
    try:
        return isinstance(resolve_plain(text), int | float) and text not in _TRUTH
    except RefusedScalarError:
        return False


def _listed(words: Iterable[str]) -> str:
    words = list(words)
    more = f", … ({len(words) - _MOST_WORDS} more)" if len(words) > _MOST_WORDS else ""
    return ", ".join(words[:_MOST_WORDS]) + more
