"""What may come when: the order of events within themselves, and towards the harness's commands.

Asked of a live conversation, where a breach makes the run invalid, and of a journal, where it can't be what happened.
"""

from __future__ import annotations

from harness.protocol import FAILED, MAX_PROGRESS_PER_S, PROGRESS, Event
from harness.run.inert import printable
from harness.run.outcome import Ended, Unfinished

_SPARE_PROGRESS = 20
"""So many `progress` events more than the rate allows are no breach: what waits on its way comes in a bundle."""


class Order:
    """The events of one conversation, one after the other. ``gaps``: whether numbers may be missing, as in a journal,
    which does not hold `progress`."""

    def __init__(self, *, gaps: bool = False) -> None:
        self._gaps = gaps
        self._due = 0
        self._clock: float | None = None
        self._sent: tuple[str, float] | None = None
        self._first_at: float | None = None
        self._progress = 0

    def sent(self, name: str, at: float) -> None:
        """A command was sent at ``at``, in the harness's monotonic seconds."""
        self._sent = name, at

    def problem(self, event: Event, at: float) -> str | None:
        """One sentence on what is wrong with an event that arrives at ``at`` after those before it, or None."""
        found = self._number(event) or self._time(event) or self._turn(event, at) or self._rate(event, at)
        self._due, self._clock = event.seq + 1, event.clock
        return found

    def _number(self, event: Event) -> str | None:
        if event.seq == self._due or (self._gaps and event.seq > self._due):
            return None
        return f"`{event.name}` has seq {event.seq}, {self._due} was due"

    def _time(self, event: Event) -> str | None:
        if self._clock is None or event.clock >= self._clock:
            return None
        back = self._clock - event.clock
        return (
            f"`{event.name}` has a clock that is {back:.6g} s behind that of the event before it: time runs backwards"
        )

    def _turn(self, event: Event, at: float) -> str | None:
        """An event that was there before the command was sent is no answer to it."""
        if self._sent is None or at >= self._sent[1] or event.name in (PROGRESS, FAILED):
            return None
        return f"`{event.name}` came before `{self._sent[0]}` was sent, to which it would be the answer"

    def _rate(self, event: Event, at: float) -> str | None:
        self._first_at = at if self._first_at is None else self._first_at
        if event.name != PROGRESS:
            return None
        self._progress += 1
        seconds = at - self._first_at
        if self._progress <= MAX_PROGRESS_PER_S * seconds + _SPARE_PROGRESS:
            return None
        return f"{self._progress} `progress` events came in {seconds:.1f} s; {MAX_PROGRESS_PER_S} a second are allowed"


def check_turn(event: Event, names: tuple[str, ...] | None, doing: str) -> None:
    """Raises `Unfinished` if the event says that the workload failed, or may not come now; with None any may."""
    if event.name == FAILED:
        kind, message = event.fields["kind"], printable(event.fields["message"])
        raise Unfinished(Ended.FAILED, f"the workload failed ({kind})", said=message)
    if names is not None and event.name not in names:
        raise Unfinished(
            Ended.BROKE_PROTOCOL, f"`{event.name}` came while {doing}, where only {_words(names)} may come"
        )


def _words(names: tuple[str, ...]) -> str:
    return " or ".join(f"`{name}`" for name in names)
