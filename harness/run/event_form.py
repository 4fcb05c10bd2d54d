"""Does an event hold what it must? Asked of ``schemas/event.schema.json``, one definition an event."""

from __future__ import annotations

import json
from functools import cache

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from harness.places import resources
from harness.protocol import Event


@cache
def _validator(name: str) -> Draft202012Validator:
    schema = json.loads((resources() / "schemas" / "event.schema.json").read_text(encoding="utf-8"))
    return Draft202012Validator({"$schema": schema["$schema"], "$defs": schema["$defs"], "$ref": f"#/$defs/{name}"})


def problem_of(event: Event) -> str | None:
    """One sentence on what is wrong with the event, or None. The event's own text is never repeated in it."""
    whole = {"event": event.name, "seq": event.seq, "clock": event.clock, **event.fields}
    error = best_match(_validator(event.name).iter_errors(whole))
    if error is None:
        return None
    where = ".".join(str(part) for part in error.absolute_path) or "its fields"
    return (
        f"`{event.name}` does not have the form that the protocol asks for: {where} breaks the rule `{error.validator}`"
    )
