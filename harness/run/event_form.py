"""Does an event hold what it must? Asked of ``schemas/event.schema.json``, one definition an event."""

from __future__ import annotations

from harness.protocol import Event
from harness.spec.schema import validator


def problem_of(event: Event) -> str | None:
    """One sentence on what is wrong with the event, or None. The event's own text is never repeated in it."""
    whole = {"event": event.name, "seq": event.seq, "clock": event.clock, **event.fields}
    # The first one alone: a hostile event may hold a million, and each costs time and memory to describe.
    error = next(validator("event", event.name).iter_errors(whole), None)
    if error is None:
        return None
    where = ".".join(str(part) for part in error.absolute_path) or "its fields"
    return (
        f"`{event.name}` does not have the form that the protocol asks for: {where} breaks the rule `{error.validator}`"
    )
