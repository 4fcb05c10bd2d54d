"""What a plain YAML word means: the core schema of YAML 1.2.2 (section 10.3), with less room for surprises.

PyYAML follows YAML 1.1, where `no` is false, `1e-4` is text, `1:30` is ninety and `010` is eight.
"""

from __future__ import annotations

import math
import re

_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+")

LARGEST_WHOLE = 2**53 - 1
"""The largest whole number that every JSON reader holds exactly (RFC 8259, section 6)."""


class RefusedScalarError(ValueError):
    """A plain word that is not taken; the text says why and what to write."""


def resolve_plain(text: str) -> str | int | float | bool | None:
    """The value of a plain (unquoted) scalar. Only ``true`` and ``false`` are truth values.

    Raises `RefusedScalarError` for a number that is not finite, that JSON can't hold exactly, or that YAML 1.1 and 1.2
    read differently.
    """
    if text in _NULL:
        return None
    if text in ("true", "false"):
        return text == "true"
    if _NOT_FINITE.fullmatch(text):
        raise RefusedScalarError(f"{text!r} is not a finite number")
    if _LEADING_ZERO.fullmatch(text):
        raise RefusedScalarError(
            f"{_short(text)} begins with a zero, which some readers take as octal; leave it out, or use quotes"
        )
    if _INTEGER.fullmatch(text):
        return _whole(text)
    if _FLOAT.fullmatch(text):
        value = float(text)
        if not math.isfinite(value):
            raise RefusedScalarError(f"{_short(text)} is too large for a number")
        return value
    return text


def _whole(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > LARGEST_WHOLE:
        raise RefusedScalarError(f"{_short(text)} is too large for a whole number; put it in quotes if it is text")
    return int(text)


def _short(text: str) -> str:
    return repr(text if len(text) <= 24 else text[:24] + "…")
